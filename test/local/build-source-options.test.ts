import { describe, expect, test } from 'vitest';
import { readSources } from '../../local/build/sources.ts';
import { showUserError } from '../../shared/user-error.ts';

const TYPES = ['order.v1', 'order_change.v1'];
const read = (text: string) => readSources({ path: 'sources.yml', text }, TYPES);
const said = (text: string) => read(text).errors.map(showUserError).join('\n');
const BASE = { deduplicate: null, transport: 60_000, ticks: true, producer: 'any' };

test('CSV lines with types of columns, of the partition keys that begin so', () => {
  const { sources, errors } = read(`
- name: till
  adapter: agent
  types: [order.v1]
  format: csv
  columns: {at: text, price: number}
  delimiter: ";"
  match: {prefix: till/}
- {name: other, adapter: agent, types: [order.v1], format: csv, columns: [at, price]}
`);
  expect(errors).toEqual([]);
  const column = (name: string, type: string) => ({ name, type });
  expect(sources).toEqual([
    {
      ...BASE,
      name: 'till',
      adapter: 'agent',
      types: ['order.v1'],
      format: 'csv',
      columns: [column('at', 'text'), column('price', 'number')],
      delimiter: ';',
      prefix: 'till/',
    },
    {
      ...BASE,
      name: 'other',
      adapter: 'agent',
      types: ['order.v1'],
      format: 'csv',
      columns: [column('at', 'text'), column('price', 'text')],
    },
  ]);
});

test('tables name the types of change data, so types need not', () => {
  const { sources, errors } = read(
    '- {name: crm, adapter: dms, tables: {shop.orders: order_change.v1, shop.audit: off}}',
  );
  expect(errors).toEqual([]);
  const tables = { 'shop.orders': 'order_change.v1', 'shop.audit': null };
  expect(sources).toEqual([{ ...BASE, name: 'crm', adapter: 'dms', types: ['order_change.v1'], tables }]);
});

describe('a mistake is told with its place and what would work', () => {
  const one = (fields: string) => `- {name: a, types: [order.v1], ${fields}}`;
  test.each([
    ['an adapter nearly right', one('adapter: debezum'), 'did you mean "debezium"?'],
    ['a format nearly right', one('adapter: agent, format: apache-comon'), 'did you mean "apache-common"?'],
    ['no format', one('adapter: agent'), 'source "a" needs format: plain, csv, apache-common, apache-combined, json'],
    ['CSV without columns', one('adapter: agent, format: csv'), 'source "a" has format csv; it needs columns'],
    [
      'a type of column',
      one('adapter: agent, format: csv, columns: {p: nummer}'),
      'column p is "nummer"; did you mean "number"?',
    ],
    [
      'a column twice',
      one('adapter: agent, format: csv, columns: [p, p]'),
      'the column "p" stands in this list already',
    ],
    ['no columns', one('adapter: agent, format: csv, columns: 7'), 'columns is a list of names'],
    [
      'columns of no CSV',
      one('adapter: agent, format: json, columns: [p]'),
      'columns is for format csv; the format here is json',
    ],
    [
      'a long delimiter',
      one('adapter: agent, format: csv, columns: [p], delimiter: "||"'),
      'delimiter is one character',
    ],
    [
      'an option of another adapter',
      one('adapter: http, format: json'),
      'format means nothing to the adapter http; it takes match, framing, registry, secret',
    ],
    [
      'tables for logs',
      one('adapter: cloudwatch-logs, tables: {a: order.v1}'),
      'tables means nothing to the adapter cloudwatch-logs; it takes match, format',
    ],
    [
      'a format that logs do not have',
      one('adapter: cloudwatch-logs, format: csv'),
      'format is "csv"; it may be: plain, json',
    ],
    ['no prefix', one('adapter: iot, match: {}'), 'match needs prefix'],
    [
      'a mistyped prefix',
      one('adapter: iot, match: {prefx: a}'),
      'unknown field "prefx" of match; did you mean "prefix"?',
    ],
    ['no mapping', one('adapter: iot, match: a/'), 'match is a mapping; write match: {prefix: orders/}'],
    [
      'KPL where it does not write',
      one('adapter: iot, producer: kpl'),
      'producer: kpl is for http, plain and agent; iot',
    ],
    ['no tables', '- {name: a, adapter: dms}', 'sources.yml:1:10: source "a" needs tables'],
    [
      'tables of no types',
      '- {name: a, adapter: dms, tables: {t: order_chnge.v1}}',
      'unknown event type "order_chnge.v1"; did you mean "order_change.v1"?',
    ],
    ['an empty mapping', '- {name: a, adapter: dms, tables: {}}', 'tables maps names of tables to event types'],
    ['no type', '- {name: a, adapter: sns}', 'source "a" needs types with one event type'],
    [
      'two types',
      '- {name: a, adapter: sns, types: [order.v1, order_change.v1]}',
      'source "a" needs types with one event type',
    ],
    [
      'a source behind one that takes everything',
      `${one('adapter: agent, format: plain')}\n- {name: b, adapter: sns, types: [order.v1]}`,
      'sources.yml:2:10: no record gets here: source "a" takes lines of any bytes; give it match: {prefix: …}, or put it last',
    ],
  ])('%s', (_, text, message) => {
    expect(said(text)).toContain(message);
  });
});
