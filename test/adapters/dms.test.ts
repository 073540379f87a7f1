import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../shared/event/cloud-event.ts';
import { adapted, dataOf, source, with_ } from './given.ts';
import { DMS } from './samples.ts';

const dms = source('dms', { name: 'crm', tables: { 'shop.orders': 'order_change.v1', 'shop.audit': null } });
const meta = (name: string, value: Json | undefined, record: Json = DMS) => with_(record, value, ['metadata', name]);
const one = (record: Json) => dataOf(record, dms)[0] as JsonObject;
const position = (record: Json): string => one(record).position as string;

test('an update with its image before', () => {
  expect(adapted(DMS, dms)).toEqual([
    {
      specversion: '1.0',
      id: expect.stringMatching(/^shop\.orders:1\/mysql-bin-changelog\.0{14}000021:0{18}36\/0{19}2:[0-9a-f]{16}$/),
      source: '/changes/crm/shop.orders',
      type: 'order_change.v1',
      time: '2026-01-05T09:00:01.000Z',
      data: {
        op: 'update',
        table: 'shop.orders',
        key: 'shop.orders.7',
        before: { id: 7, total: 10, note: 'new' },
        after: { id: 7, total: 19.5, note: null },
        position: '1/mysql-bin-changelog.00000000000000000021:00000000000000000036/00000000000000000002',
        transaction: {
          'transaction-id': 8589935,
          'transaction-record-id': 2,
          'prev-transaction-id': 8589934,
          'prev-transaction-record-id': 10,
        },
      },
    },
  ]);
});

const bare = with_(DMS, undefined, ['before-image']);
test.each<[string, Json, Json]>([
  ['load', meta('operation', 'load', bare), { op: 'snapshot', before: null, after: DMS.data as Json }],
  ['insert', meta('operation', 'insert', bare), { op: 'insert', before: null, after: DMS.data as Json }],
  ['update without an image', bare, { op: 'update', before: null, after: DMS.data as Json }],
  [
    'delete: the columns that are null tell nothing',
    with_(meta('operation', 'delete', bare), { id: 7, total: null, note: null }, ['data']),
    { op: 'delete', before: { id: 7 }, after: null },
  ],
  [
    'delete with its image',
    with_(meta('operation', 'delete'), { id: 7, total: null }, ['data']),
    { op: 'delete', before: { id: 7, total: 10, note: 'new' }, after: null },
  ],
  [
    'delete of an image alone',
    with_(meta('operation', 'delete'), undefined, ['data']),
    { op: 'delete', before: { id: 7, total: 10, note: 'new' }, after: null },
  ],
])('%s', (_, record, data) => {
  expect(one(record)).toMatchObject(data as JsonObject);
});

test('what holds no event: control records, and tables that are off', () => {
  for (const operation of ['create-table', 'drop-table', 'add-column', 'change-columns'])
    expect(adapted({ metadata: { 'record-type': 'control', operation, 'table-name': 'orders' } }, dms)).toEqual([]);
  expect(adapted(meta('table-name', 'audit'), dms)).toEqual([]);
});

test('the same change read again has the same id; another has another', () => {
  const id = (record: Json) => (adapted(record, dms)[0] as JsonObject).id;
  expect(id(meta('prev-transaction-id', 1))).toBe(id(DMS));
  const others = [
    meta('stream-position', 'mysql-bin-changelog.000021:37'),
    meta('operation', 'insert'),
    with_(DMS, 8, ['data', 'total']),
    meta('transaction-record-id', 3),
  ];
  expect(new Set([DMS, ...others].map(id)).size).toBe(5);
});

test.each<[string, Json, Json]>([
  [
    'loads come before changes, whatever their times',
    meta('timestamp', '2027-01-01T00:00:00Z', meta('operation', 'load')),
    DMS,
  ],
  ['places in one file of the log', meta('stream-position', 'mysql-bin-changelog.000021:9'), DMS],
  [
    'files of the log',
    meta('stream-position', 'mysql-bin-changelog.000021:99'),
    meta('stream-position', 'mysql-bin-changelog.000100:1'),
  ],
  ['LSN of PostgreSQL', meta('stream-position', 'F/FFFFFFF'), meta('stream-position', '10/A')],
  [
    'LSN of SQL Server',
    meta('stream-position', '0000001F:00000099:0003'),
    meta('stream-position', '00000020:00000010:0001'),
  ],
  [
    'without a place, by microseconds of the commit',
    meta('stream-position', undefined),
    meta('commit-timestamp', '2026-01-05T09:00:01.000124Z', meta('stream-position', undefined)),
  ],
  [
    'without a place, in one transaction',
    meta('transaction-record-id', 2, meta('stream-position', undefined)),
    meta('transaction-record-id', 10, meta('stream-position', undefined)),
  ],
])('positions compare as the changes do: %s', (_, earlier, later) => {
  expect(position(earlier) < position(later)).toBe(true);
});

test.each<[string, Json, string]>([
  [
    'no operation',
    meta('operation', 'upsert'),
    'event.not-an-event /metadata/operation: operation must be load, insert, update, delete',
  ],
  ['no table', meta('table-name', undefined), 'event.not-an-event /metadata/table-name: a data record names its table'],
  ['no time', meta('commit-timestamp', 'soon'), 'event.bad-time /metadata/commit-timestamp: '],
  ['no data', with_(bare, undefined, ['data']), 'event.not-an-event /data: data must be an object of columns'],
  [
    'a table that nobody named',
    meta('table-name', 'orderz'),
    'event.unknown-type: source crm names no table "shop.orderz" (tables: shop.orders, shop.audit;',
  ],
])('%s is refused', (_, record, message) => {
  expect(adapted(record, dms)).toEqual([expect.stringContaining(message)]);
});
