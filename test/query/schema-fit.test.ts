// Columns of a source against the schema of its type: what no event can fill is told when it is built.
import { describe, expect, it, test } from 'vitest';
import { compileSql } from '../../shared/query/compile.ts';
import { shapeOf } from '../../shared/schema/shape.ts';

const ORDER = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    born: { type: 'string', format: 'date' },
    made: { type: 'string', format: 'date-time' },
    ms: { type: 'integer' },
    total: { type: 'number' },
    price: { type: 'string', pattern: '^\\d+\\.\\d\\d$' },
    page: { type: 'string', pattern: '^/' },
    paid: { type: 'boolean' },
    tags: { type: 'array', items: { type: 'string' } },
    rates: { type: 'object', additionalProperties: { type: 'number' } },
    address: {
      type: 'object',
      properties: { city: { type: 'string' }, zip: { type: 'integer' } },
      additionalProperties: false,
    },
    loose: { type: 'object', properties: { a: { type: 'string' } } },
    vague: {},
    either: { type: ['string', 'integer'] },
  },
  additionalProperties: false,
};
const schemas = new Map([
  ['order.v1', { file: 'schemas/order.v1.json', shape: shapeOf(ORDER), added: ['basket'] }],
  ['any.v1', { file: 'schemas/any.v1.json', shape: shapeOf({ type: 'object' }), added: [] }],
]);
const errorsOf = (column: string, types = 'order.v1') =>
  compileSql(
    [
      {
        path: 'tables.sql',
        text: `CREATE TABLE orders (\n  ${column}\n) WITH ('connector' = 'kinesis', 'millrace.type' = '${types}');`,
      },
    ],
    { types: ['order.v1', 'any.v1', 'unknown.v1'], schemas },
  ).errors.map((e) => `${e.line}:${e.col} ${e.message}`);

test.each([
  'id STRING',
  'total STRING',
  'tags STRING',
  'address STRING',
  'vague INT',
  'vague ROW<x INT>',
  'either BIGINT',
  'either STRING',
  'total DECIMAL(10, 2)',
  'total DOUBLE',
  'total BIGINT',
  'total INT',
  'ms BIGINT',
  'ms TIMESTAMP(3)',
  'made TIMESTAMP_LTZ(3)',
  'id TIMESTAMP(3)',
  'born DATE',
  'id DATE',
  'price DECIMAL(10, 2)',
  'price DOUBLE',
  'paid BOOLEAN',
  'tags ARRAY<STRING>',
  'rates MAP<STRING, DOUBLE>',
  'rates ROW<EUR DOUBLE>',
  'address ROW<city STRING, zip INT>',
  'address MAP<STRING, STRING>',
  'loose ROW<a STRING, b INT>',
  'basket INT',
  "id BIGINT METADATA FROM 'sequence'",
  'added AS total + 1, total DOUBLE',
  'event_time TIMESTAMP(3), WATERMARK FOR event_time AS event_time',
])('%s may be filled', (column) => {
  expect(errorsOf(column)).toEqual([]);
});

const against = (message: string): string => `CREATE TABLE orders: against schemas/order.v1.json: ${message}`;

test.each([
  ['id BIGINT', `2:6 ${against('"id" is BIGINT, which no string fills')}`],
  ['page DECIMAL(10, 2)', `2:8 ${against('"page" is DECIMAL(10, 2), which no string fills')}`],
  ['total BOOLEAN', `2:9 ${against('"total" is BOOLEAN, which no number fills')}`],
  ['paid INT', `2:8 ${against('"paid" is INT, which no boolean fills')}`],
  ['born TIMESTAMP(3)', `2:8 ${against('"born" is TIMESTAMP(3), which reads date-time, no string (date)')}`],
  ['made DATE', `2:8 ${against('"made" is DATE, which reads date, no string (date-time)')}`],
  ['ms DATE', `2:6 ${against('"ms" is DATE, which no integer fills')}`],
  ['tags ARRAY<INT>', `2:8 ${against('an element of "tags" is INT, which no string fills')}`],
  ['tags ROW<a INT>', `2:8 ${against('"tags" is ROW<a INT>, which no array fills')}`],
  ['rates MAP<STRING, BOOLEAN>', `2:9 ${against('a value of "rates" is BOOLEAN, which no number fills')}`],
  ['address ROW<city INT>', `2:11 ${against('"address".city is INT, which no string fills')}`],
  [
    'address ROW<town STRING>',
    `2:11 ${against('the field "town" of "address" is no property of it, and it allows no others. Properties: city and zip')}`,
  ],
  [
    'totl DOUBLE',
    `2:3 ${against('the column "totl" is no property of it, and it allows no others. Did you mean "total"? Properties: id, born, made, ms, total, price, page, paid, tags, rates, address, loose, vague and either')}`,
  ],
  ['either BOOLEAN', `2:10 ${against('"either" is BOOLEAN, which no string or integer fills')}`],
])('%s is a mistake', (column, message) => {
  expect(errorsOf(column)).toEqual([message]);
});

describe('a table of several types', () => {
  it('has the properties of all of them', () => {
    expect(errorsOf('other INT', 'order.v1, any.v1')).toEqual([]);
  });
  it('holds a column against each type that has it', () => {
    expect(errorsOf('id INT', 'order.v1, any.v1')).toEqual([`2:6 ${against('"id" is INT, which no string fills')}`]);
  });
  it('is left alone when the schema of one is broken, which is told there', () => {
    expect(errorsOf('other INT, id INT', 'order.v1, unknown.v1')).toEqual([]);
  });
});
