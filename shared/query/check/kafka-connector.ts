// The connectors 'kafka' and 'upsert-kafka': which of Flink's options are honoured here, and what Flink asks of such tables.
import type { CreateTable } from '../ast.ts';
import { keyFields } from '../kafka-options.ts';
import { type Given, IN_COMMON, loginProblems, type Problem, wrongValue } from './kafka-values.ts';

/** `raw` is the bytes of one column. */
const rawProblems = (node: CreateTable, given: Given, key: readonly string[]): readonly Problem[] => {
  const format = given.get('key.format');
  const column = node.columns.find((c) => c.name.name === key[0]);
  if (format?.value !== 'raw' || (key.length === 1 && (column === undefined || isText(column)))) return [];
  return [
    { at: format.valueAt, message: "WITH: 'key.format' = 'raw' is for a key of one STRING column; write 'json'" },
  ];
};
const isText = (column: CreateTable['columns'][number]): boolean =>
  /^(STRING|VARCHAR|CHAR)$/i.test(column.type.kind === 'plain' ? column.type.name : '');

const append = (node: CreateTable, given: Given): readonly Problem[] => {
  const [key] = node.primaryKeys;
  const fields = given.get('key.fields');
  const names = keyFields({ 'key.fields': fields?.value ?? '' });
  const known = node.columns.map((c) => c.name.name);
  const format = given.get('format');
  const value = given.get('value.format');
  return [
    ...loginProblems(given),
    ...rawProblems(node, given, names),
    ...(key === undefined
      ? []
      : [
          {
            at: key.at,
            message: `CREATE TABLE ${node.name.name}: a 'kafka' table has no PRIMARY KEY, because it can't guarantee the semantic of primary key: records are appended. Write 'connector' = 'upsert-kafka', or leave the key out and name 'key.fields'`,
          },
        ]),
    ...(format === undefined && value === undefined
      ? [
          {
            at: node.name.at,
            message: `CREATE TABLE ${node.name.name}: the connector 'kafka' needs WITH ('format' = 'json')`,
          },
        ]
      : []),
    ...(format !== undefined && value !== undefined
      ? [
          {
            at: value.keyAt,
            message: "WITH: 'format' and 'value.format' are one option under two names; leave one out",
          },
        ]
      : []),
    ...(fields !== undefined && !given.has('key.format')
      ? [{ at: fields.keyAt, message: "WITH: 'key.fields' needs 'key.format'; write 'json' or 'raw'" }]
      : []),
    ...(given.has('key.format') && names.length === 0
      ? [
          {
            at: given.get('key.format')?.keyAt ?? node.name.at,
            message: "WITH: 'key.format' requires the declaration of one or more of key fields using 'key.fields'",
          },
        ]
      : []),
    ...names
      .filter((n) => !known.includes(n))
      .map((n) => ({
        at: fields?.valueAt ?? node.name.at,
        message: `WITH: 'key.fields' names "${n}"; ${node.name.name} has ${known.join(', ')}`,
      })),
  ];
};

const upsert = (node: CreateTable, given: Given): readonly Problem[] => [
  ...loginProblems(given),
  ...(node.primaryKeys.length > 0
    ? rawProblems(
        node,
        given,
        node.primaryKeys.flatMap((k) => k.columns.map((c) => c.name)),
      )
    : [
        {
          at: node.name.at,
          message: `CREATE TABLE ${node.name.name}: 'upsert-kafka' tables require to define a PRIMARY KEY constraint: it is the record's key, by which a later row takes the place of an earlier one`,
        },
      ]),
];

export const KAFKA = {
  needs: ['topic', 'properties.bootstrap.servers'],
  may: ['format', 'value.format', 'key.format', 'key.fields', ...IN_COMMON],
  keyed: false,
  wrong: wrongValue,
  together: append,
};

export const UPSERT_KAFKA = {
  needs: ['topic', 'properties.bootstrap.servers', 'key.format', 'value.format'],
  may: IN_COMMON,
  keyed: true,
  wrong: wrongValue,
  together: upsert,
};
