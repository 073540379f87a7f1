// `millrace schema TYPE --ddl`: the statement that it writes is one that we take, and that fits the schema it came from.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { schemaTable } from '../../local/build/schema-table.ts';
import { compileSql } from '../../shared/query/compile.ts';
import { compileSchemas } from '../../shared/schema/compile.ts';
import { shapeOf } from '../../shared/schema/shape.ts';

const tableOf = (schema: unknown, type = 'order.v1'): string => {
  const file = { path: `schemas/${type}.json`, text: JSON.stringify(schema) };
  const { types, errors } = compileSchemas([file]);
  expect(errors).toEqual([]);
  return schemaTable(type, shapeOf(schema as never), types[0]?.time ?? null);
};
const errorsOf = (ddl: string, schema: unknown) =>
  compileSql([{ path: 'tables.sql', text: ddl }], {
    types: ['order.v1'],
    schemas: new Map([['order.v1', { file: 'schemas/order.v1.json', shape: shapeOf(schema as never), added: [] }]]),
  }).errors;

test('columns, nested types, the watermark and the options', () => {
  const schema = {
    type: 'object',
    properties: {
      id: { type: 'string', 'x-id': true },
      value: { type: 'integer' },
      ratio: { type: ['number', 'null'] },
      ok: { const: true },
      day: { type: 'string', format: 'date' },
      sent: { type: 'string', format: 'date-time' },
      status: { enum: ['open', 'closed'] },
      tags: { type: 'array', items: { type: 'string' } },
      lines: {
        type: 'array',
        items: { type: 'object', properties: { sku: { type: 'string' }, 'unit price': { type: 'number' } } },
      },
      rates: { type: 'object', additionalProperties: { type: 'number' } },
      anything: {},
      at: { type: 'string', format: 'date-time', 'x-time': true },
    },
  };
  const ddl = tableOf(schema);
  expect(ddl).toBe(`CREATE TABLE order_v1 (
  id STRING,
  \`value\` BIGINT,
  ratio DOUBLE,
  ok BOOLEAN,
  \`day\` DATE,
  sent TIMESTAMP(3),
  status STRING,
  tags ARRAY<STRING>,
  lines ARRAY<ROW<sku STRING, \`unit price\` DOUBLE>>,
  rates MAP<STRING, DOUBLE>,
  anything STRING,
  \`at\` TIMESTAMP(3),
  WATERMARK FOR \`at\` AS \`at\` - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kinesis',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601',
  'millrace.type' = 'order.v1'
);
`);
  expect(errorsOf(ddl, schema)).toEqual([]);
});

describe('the event time', () => {
  const nested = (properties: object) => ({
    type: 'object',
    properties: {
      ...properties,
      meta: {
        type: 'object',
        properties: { at: { type: 'string', format: 'date-time', 'x-time': true } },
        required: ['at'],
      },
    },
    required: ['meta'],
  });
  it('of a nested field is a column of its own', () => {
    const ddl = tableOf(nested({ event_time: { type: 'string' } }));
    expect(ddl).toContain('  _event_time TIMESTAMP(3),\n  WATERMARK FOR _event_time AS');
    expect(errorsOf(ddl, nested({}))).toEqual([]);
  });
  it('without a mark is none', () => {
    expect(tableOf({ type: 'object', properties: { a: { type: 'integer' } } })).not.toContain('WATERMARK');
  });
});

/** Any schema of nested objects, arrays, maps and scalars, with names that need backticks. */
const name = fc.constantFrom('id', 'value', 'a b', 'it`s', 'ü', 'select', 'x-1', 'Day', '', 'line\nbreak');
const { schema } = fc.letrec<{ schema: object; fields: object }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(
      { type: 'string' },
      { type: 'integer' },
      { type: 'number' },
      { type: 'boolean' },
      {},
      { type: 'string', format: 'date' },
      { type: 'string', format: 'date-time' },
      { enum: ['a', 'b'] },
      { const: 1 },
      { type: ['string', 'number'] },
      { type: 'array' },
      { type: 'null' },
    ),
    tie('schema').map((items) => ({ type: 'array', items })),
    tie('schema').map((additionalProperties) => ({ type: 'object', additionalProperties })),
    tie('fields'),
  ),
  fields: fc
    .tuple(fc.dictionary(name, tie('schema'), { minKeys: 1, maxKeys: 4 }), fc.boolean())
    .map(([properties, closed]) => ({ type: 'object', properties, ...(closed && { additionalProperties: false }) })),
}));

test('of any schema gives a table that fits it', () => {
  fc.assert(
    fc.property(fc.dictionary(name, schema, { minKeys: 1, maxKeys: 5 }), (properties) => {
      fc.pre(Object.keys(properties).some((key) => key !== '' && key !== 'line\nbreak'));
      const whole = { type: 'object', properties, additionalProperties: false };
      const ddl = schemaTable('order.v1', shapeOf(whole as never), null);
      expect(
        errorsOf(ddl, whole).map((e) => e.message),
        ddl,
      ).toEqual([]);
    }),
  );
});
