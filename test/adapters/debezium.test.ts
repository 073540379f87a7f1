import { describe, expect, test } from 'vitest';
import { connectValue } from '../../shared/adapters/connect-value.ts';
import type { Json, JsonObject } from '../../shared/event/cloud-event.ts';
import { adapted, dataOf, source, with_ } from './given.ts';
import { DEBEZIUM } from './samples.ts';

const debezium = source('debezium', {
  name: 'crm',
  tables: { 'public.orders': 'order_change.v1', 'shop.orders': 'order_change.v1' },
});
const p = (name: string, value: Json | undefined, record: Json = DEBEZIUM) => with_(record, value, ['payload', name]);
const src = (value: JsonObject, record: Json = DEBEZIUM) => p('source', value, record);
const one = (record: Json) => dataOf(record, debezium)[0] as JsonObject;
const BARE = DEBEZIUM.payload as JsonObject;

const OLD = { id: 7, total: '10.00', day: '2026-01-05', at: '2026-01-05T09:00:00.123456Z' };
const NEW = { ...OLD, total: '19.50' };

test('an update in its envelope: decimals and times as text, the key from the partition key', () => {
  expect(adapted(DEBEZIUM, debezium, '{"id":7}')).toEqual([
    {
      specversion: '1.0',
      id: expect.stringMatching(/^public\.orders:(0{12}24023128\/?){2}:[0-9a-f]{16}$/),
      source: '/changes/crm/public.orders',
      type: 'order_change.v1',
      time: '2026-01-05T09:00:00.500Z',
      data: {
        op: 'update',
        table: 'public.orders',
        key: '7',
        before: OLD,
        after: NEW,
        position: '00000000000024023128/00000000000024023128',
        transaction: (DEBEZIUM.payload as JsonObject).transaction,
      },
    },
  ]);
});

test.each<[string, Json, Json]>([
  ['c', p('before', null, p('op', 'c')), { op: 'insert', before: null, after: NEW }],
  ['r', p('before', null, p('op', 'r')), { op: 'snapshot', before: null, after: NEW }],
  ['d', p('after', null, p('op', 'd')), { op: 'delete', before: OLD, after: null }],
  ['t', p('before', undefined, p('after', undefined, p('op', 't'))), { op: 'truncate', before: null, after: null }],
  ['bare: values as they came, nothing says their units', BARE, { op: 'update', after: BARE.after as Json }],
  ['a row of MongoDB is JSON in a text', { ...BARE, before: null, after: '{"_id":7}' }, { after: { _id: 7 } }],
])('op %s', (_, record, data) => {
  expect(one(record)).toMatchObject(data as JsonObject);
});

test.each<[string, Json]>([
  ['a tombstone', null],
  ['a tombstone in its envelope', { schema: null, payload: null }],
  ['a heartbeat', { schema: { type: 'struct' }, payload: { ts_ms: 1767603600700 } }],
  ['a border of a transaction', { status: 'BEGIN', id: '790', event_count: null }],
  [
    'a change of a table',
    { source: { db: 'shop' }, ts_ms: 1, databaseName: 'shop', ddl: 'CREATE TABLE a', tableChanges: [] },
  ],
  ['a message of the log that nobody asked for', { ...BARE, op: 'm', message: { prefix: 'x', content: 'AA==' } }],
])('%s is no event', (_, record) => {
  expect(adapted(record, debezium)).toEqual([]);
});

test('messages of the log, where `tables` names them', () => {
  const asked = { ...debezium, tables: { message: 'note.v1' } };
  const record = { ...BARE, before: null, after: null, op: 'm', message: { prefix: 'x', content: 'AA==' } };
  expect(adapted(record, asked)).toEqual([
    expect.objectContaining({
      type: 'note.v1',
      data: expect.objectContaining({ op: 'message', message: record.message }),
    }),
  ]);
});

test.each<[string, Json, string]>([
  ['an unknown op', p('op', 'x'), 'event.not-an-event /payload/op: op must be c, u, d, r, t, m'],
  ['no row', p('after', null), 'event.not-an-event /payload/after: /payload/after must be the row: op is u'],
  [
    'a broken decimal',
    with_(DEBEZIUM, '?', ['payload', 'after', 'total']),
    'event.not-an-event /payload/after/total: /payload/after/total must be base64 of a decimal',
  ],
  [
    'a time in words',
    with_(DEBEZIUM, 'now', ['payload', 'after', 'at']),
    '/payload/after/at must be a io.debezium.time.MicroTimestamp',
  ],
  ['no place in the log', src({ connector: 'x' }), 'event.not-an-event /payload/source: '],
  [
    'a table that nobody named',
    with_(DEBEZIUM, 'ordrs', ['payload', 'source', 'table']),
    'event.unknown-type: source crm names no table "public.ordrs"',
  ],
])('%s is refused', (_, record, message) => {
  expect(adapted(record, debezium)).toEqual([expect.stringContaining(message)]);
});

describe('positions compare as the changes do', () => {
  const my = (file: string, pos: number, row = 0) => ({
    connector: 'mysql',
    db: 'shop',
    table: 'orders',
    file,
    pos,
    row,
  });
  const ora = (scn: string) => ({ connector: 'oracle', schema: 'shop', table: 'orders', scn });
  const ms = (commit_lsn: string, change_lsn: string | null, event_serial_no: number | null) => ({
    connector: 'sqlserver',
    schema: 'shop',
    table: 'orders',
    commit_lsn,
    change_lsn,
    event_serial_no,
  });
  const other = (more: JsonObject) => ({ connector: 'other', schema: 'shop', table: 'orders', ...more });
  test.each<[string, JsonObject, JsonObject]>([
    ['MySQL: places', my('bin.000003', 99), my('bin.000003', 154)],
    ['MySQL: rows of one event', my('bin.000003', 154, 2), my('bin.000003', 154, 10)],
    ['MySQL: files', my('bin.000009', 154), my('bin.000010', 4)],
    ['Oracle', ora('999'), ora('1000')],
    [
      'SQL Server: a snapshot, then a change',
      ms('00000020:00000010:0001', null, null),
      ms('00000020:00000010:0001', '00000020:00000010:0002', 1),
    ],
    [
      'SQL Server: an update of a key',
      ms('00000020:00000010:0001', '00000020:00000010:0002', 1),
      ms('00000020:00000010:0001', '00000020:00000010:0002', 2),
    ],
    [
      'others: by time, in any unit',
      other({ ts_ms: 1767603600500 }),
      other({ ts_ms: 1767603600500, ts_us: 1767603600500001 }),
    ],
  ])('%s', (_, earlier, later) => {
    const [a, b] = [earlier, later].map((s) => one(src(s)).position as string);
    expect((a as string) < (b as string)).toBe(true);
  });
  test('a row of a snapshot that has no place lies before every change', () => {
    const snapshot = one(src(other({ ts_ms: 1767603600500 }), p('op', 'r')));
    expect((snapshot.position as string) < (one(src(other({ ts_ms: 1 }))).position as string)).toBe(true);
  });
});

test('the same change read again has the same id, whenever it was read', () => {
  const id = (record: Json) => (adapted(record, debezium)[0] as JsonObject).id;
  expect(id(p('ts_ms', 1767603609999))).toBe(id(DEBEZIUM));
  const alone = p('before', null);
  const ids = [DEBEZIUM, alone, p('op', 'c', alone), p('op', 'r', alone)].map(id);
  expect(new Set(ids).size).toBe(4);
});

describe('values by their Connect schema', () => {
  const time = 'io.debezium.time.';
  const connect = 'org.apache.kafka.connect.data.';
  const decimal = (scale: string) => ({ type: 'bytes', name: `${connect}Decimal`, parameters: { scale } });
  test.each<[string, Json, Json, Json]>([
    ['days', { name: `${time}Date` }, -1, '1969-12-31'],
    ['days of Connect', { name: `${connect}Date` }, 20458, '2026-01-05'],
    ['ms', { name: `${time}Timestamp` }, -1, '1969-12-31T23:59:59.999Z'],
    ['ms of Connect', { name: `${connect}Timestamp` }, 1767603600123, '2026-01-05T09:00:00.123Z'],
    ['µs', { name: `${time}MicroTimestamp` }, 1767603600123456, '2026-01-05T09:00:00.123456Z'],
    ['ns, beyond a double', { name: `${time}NanoTimestamp` }, 1767603600123456789n, '2026-01-05T09:00:00.123456789Z'],
    ['time in ms', { name: `${time}Time` }, 3_600_001, '01:00:00.001'],
    ['time in µs', { name: `${time}MicroTime` }, 86_399_999_999, '23:59:59.999999'],
    ['time in ns', { name: `${time}NanoTime` }, 1, '00:00:00.000000001'],
    [
      'a zoned time is text already',
      { name: `${time}ZonedTimestamp` },
      '2026-01-05T10:00:00+01:00',
      '2026-01-05T10:00:00+01:00',
    ],
    ['a decimal', decimal('2'), 'B54=', '19.50'],
    ['a negative one', decimal('2'), '/w==', '-0.01'],
    ['without a fraction', decimal('0'), 'AQ==', '1'],
    ['a negative scale', decimal('-2'), 'AQ==', '100'],
    [
      '38 digits',
      decimal('2'),
      Buffer.from('4B3B4CA85A86C47A098A223FFFFFFFFF', 'hex').toString('base64'),
      '999999999999999999999999999999999999.99',
    ],
    [
      'a scale of its own',
      { type: 'struct', name: 'io.debezium.data.VariableScaleDecimal' },
      { scale: 1, value: 'DA==' },
      '1.2',
    ],
    ['null', decimal('2'), null, null],
    ['inside lists', { type: 'array', items: { name: `${time}Date` } }, [0, null], ['1970-01-01', null]],
    ['inside maps', { type: 'map', values: { name: `${time}Date` } }, { a: 0 }, { a: '1970-01-01' }],
    ['an enum', { type: 'string', name: 'io.debezium.data.Enum' }, 'x', 'x'],
  ])('%s', (_, schema, value, shown) => {
    expect(connectValue(schema, value)).toEqual(shown);
  });
});
