// CREATE TABLE to a TablePlan.
import type { Ms } from '../../time.ts';
import type { CreateTable } from '../ast.ts';
import type { Column, Expr, TablePlan } from '../plan.ts';
import { didYouMean, listed, type Problems } from '../problem.ts';
import { isNested, typeText } from '../type-rules.ts';
import type { SqlType } from '../types.ts';
import { checkComputed } from './computed.ts';
import type { Draft } from './draft.ts';
import { checkLakeColumns } from './lake-columns.ts';
import { checkOptions, type KnownNames } from './options.ts';
import { referenceKey } from './reference-table.ts';
import { resolveType } from './resolve-type.ts';
import { BETWEEN_MARK } from './topic-table.ts';
import { checkWatermark } from './watermark.ts';

/** A table as queries see it. */
export type Table = {
  readonly plan: TablePlan;
  readonly node: CreateTable;
  readonly problems: Problems;
  /** How each column is read from an event. */
  readonly columns: readonly Column[];
  /** All columns in their order, computed ones too, over `columns`. */
  readonly shown: readonly { readonly name: string; readonly type: SqlType; readonly expr: Expr }[];
  /** Columns whose type was refused: naming one is no second mistake. */
  readonly broken: ReadonlySet<string>;
  /** Whether 'millrace.type' was written, be it right or wrong. */
  readonly source: boolean;
  /** Of a reference table: name of pipeline/reference/<name>.csv and its key column. */
  readonly reference: { readonly name: string; readonly key: string } | null;
  /** 'millrace.early' and 'millrace.ttl' of a destination. */
  readonly early: Ms | null;
  readonly ttl: Ms | null;
  /** Of a table that no statement names, between two queries of one: the queries that fill it. */
  readonly filledBy?: readonly Draft[];
};

const ATTRIBUTE = /^[a-z0-9]{1,20}$/;

const checkColumns = (node: CreateTable, source: boolean, problems: Problems) => {
  const columns: Column[] = [];
  const broken = new Set<string>();
  const seen = new Set<string>();
  const keys = new Set(node.primaryKeys.flatMap((k) => k.columns.map((c) => c.name)));
  for (const column of node.columns) {
    const name = column.name.name;
    if (seen.has(name))
      problems.add(column.name.at, `CREATE TABLE ${node.name.name}: the column "${name}" stands twice`);
    seen.add(name);
    if (column.notNull && !keys.has(name))
      problems.notYet(
        column.at,
        `NOT NULL on "${name}"`,
        'leave it out; require the field in the JSON Schema of the event type',
      );
    const type = resolveType(column.type, problems);
    if (!type) {
      broken.add(name);
      continue;
    }
    if (!column.metadata) columns.push({ name, type, from: { kind: 'data', path: [name] } });
    else if (!source)
      problems.add(
        column.metadata.at,
        `METADATA reads an attribute of an event; ${node.name.name} is no source, it has no 'millrace.type'`,
      );
    else {
      const key = column.metadata.key ?? name;
      if (!ATTRIBUTE.test(key))
        problems.add(
          column.metadata.at,
          `METADATA FROM '${key}': attributes of a CloudEvent have names of small letters and digits, such as 'id', 'source', 'subject'`,
        );
      else if (isNested(type)) problems.add(column.at, `METADATA: an attribute is no ${typeText(type)}`);
      columns.push({ name, type, from: key === 'time' ? { kind: 'event-time' } : { kind: 'attribute', name: key } });
    }
  }
  return { columns, broken };
};

const checkKey = (
  node: CreateTable,
  columns: readonly Column[],
  broken: ReadonlySet<string>,
  problems: Problems,
): readonly string[] => {
  const [key, second] = node.primaryKeys;
  if (second) problems.add(second.at, `CREATE TABLE ${node.name.name}: PRIMARY KEY stands twice`);
  const known = columns.map((c) => c.name);
  for (const part of key?.columns ?? []) {
    const column = columns.find((c) => c.name === part.name);
    if (column && isNested(column.type))
      problems.add(part.at, `PRIMARY KEY: "${part.name}" is ${typeText(column.type)}; keys are plain values`);
    if (!column && !broken.has(part.name))
      problems.add(
        part.at,
        `PRIMARY KEY: no column "${part.name}" in ${node.name.name}.${didYouMean(part.name, known)} Columns: ${listed(known)}`,
      );
  }
  return key?.columns.map((c) => c.name) ?? [];
};

/** Where generated tables have their mark, users' names have none. */
const checkName = (node: CreateTable, problems: Problems): void => {
  if (node.name.name.includes(BETWEEN_MARK))
    problems.notYet(node.name.at, `the name ${node.name.name}`, 'leave ~ out; Millrace makes names with it');
};

export const checkTable = (node: CreateTable, known: KnownNames, problems: Problems): Table => {
  checkName(node, problems);
  const options = checkOptions(node, known, problems);
  const source = node.options.some((o) => o.key === 'millrace.type');
  if (source && options.connector !== null && !['kinesis', 'filesystem'].includes(options.connector))
    problems.add(
      node.name.at,
      `CREATE TABLE ${node.name.name}: a source ('millrace.type') has the connector 'kinesis', or 'filesystem' to keep its events in the lake; found '${options.connector}'`,
    );
  if (source && options.connector === 'filesystem' && node.computed.length > 0)
    problems.notYet(
      node.name.at,
      `computed columns in ${node.name.name}, which keeps events in the lake as they are`,
      'compute them in a query into a filesystem table without millrace.type',
    );
  const { columns, broken } = checkColumns(node, source, problems);
  if (node.columns.length === 0) problems.add(node.name.at, `CREATE TABLE ${node.name.name}: has no columns`);
  if (options.connector === 'filesystem') checkLakeColumns(node, problems);
  const computed = checkComputed(node, columns, broken, problems);
  const watermark = checkWatermark(node, source, [...columns, ...computed.times], broken, problems);
  const primaryKey = checkKey(node, columns, broken, problems);
  const { reference } = options;
  const key = reference === null ? null : referenceKey(node, reference, primaryKey, columns, known, problems);
  const read = [...columns, ...computed.times].map(
    (c): Column => (source && c.name === watermark?.column ? { ...c, from: { kind: 'event-time' } } : c),
  );
  return {
    node,
    problems,
    columns: read,
    shown: computed.shown(read),
    broken,
    source,
    reference: reference !== null && key !== null ? { name: reference, key } : null,
    early: options.early,
    ttl: options.ttl,
    plan: {
      name: node.name.name,
      at: { file: problems.file, line: node.name.at.line, col: node.name.at.col },
      columns: columns.map(({ name, type }) => ({ name, type })),
      watermark,
      primaryKey,
      connector: options.connector ?? 'kinesis',
      types: options.types,
      ...(source && options.connector === 'filesystem' ? { reads: read.map((c) => c.from) } : {}),
      ahead: options.ahead,
      lateness: options.lateness,
      ...(options.alert && { alert: true }),
      options: options.others,
    },
  };
};
