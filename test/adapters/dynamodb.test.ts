import { describe, expect, test } from 'vitest';
import { itemOf, numberOf } from '../../shared/adapters/attribute-value.ts';
import type { Json, JsonObject } from '../../shared/event/cloud-event.ts';
import { adapted, dataOf, source, with_ } from './given.ts';
import { DYNAMODB } from './samples.ts';

const table = source('dynamodb', { name: 'crm', tables: { orders: 'order_change.v1' } });
const d = (name: string, value: Json | undefined, record: Json = DYNAMODB) => with_(record, value, ['dynamodb', name]);
const one = (record: Json) => dataOf(record, table)[0] as JsonObject;
const REMOVED = d('NewImage', undefined, with_(DYNAMODB, 'REMOVE', ['eventName']));

test('a change on a Kinesis data stream', () => {
  expect(adapted(DYNAMODB, table)).toEqual([
    {
      specversion: '1.0',
      id: expect.stringMatching(/^orders:00001767603600123000:[0-9a-f]{16}$/),
      source: '/changes/crm/orders',
      type: 'order_change.v1',
      time: '2026-01-05T09:00:00.123Z',
      data: {
        op: 'update',
        table: 'orders',
        key: 'o-7',
        before: { id: 'o-7', total: 10 },
        after: { id: 'o-7', total: 19.5, tags: ['a', 'b'], gift: false },
        position: '00001767603600123000',
      },
    },
  ]);
});

test.each<[string, Json, Json]>([
  ['insert', d('OldImage', undefined, with_(DYNAMODB, 'INSERT', ['eventName'])), { op: 'insert', before: null }],
  ['a user’s delete', REMOVED, { op: 'delete', after: null, before: { id: 'o-7', total: 10 }, ttl: false }],
  [
    'a delete when the time to live is over',
    with_(REMOVED, { type: 'Service', principalId: 'dynamodb.amazonaws.com' }, ['userIdentity']),
    { op: 'delete', ttl: true },
  ],
  ['keys alone', d('NewImage', undefined, d('OldImage', undefined)), { before: null, after: { id: 'o-7' } }],
  ['two keys', d('Keys', { s: { N: '2' }, p: { S: 'a' } }), { key: '{"p":"a","s":2}' }],
])('%s', (_, record, data) => {
  expect(one(record)).toMatchObject(data as JsonObject);
});

describe('times', () => {
  const precision = (at: number, name?: string) =>
    d('ApproximateCreationDateTimePrecision', name, d('ApproximateCreationDateTime', at));
  test.each<[string, Json, string, string]>([
    [
      'milliseconds where nothing is said',
      precision(1767603600123),
      '2026-01-05T09:00:00.123Z',
      '00001767603600123000',
    ],
    ['milliseconds', precision(1767603600123, 'MILLISECOND'), '2026-01-05T09:00:00.123Z', '00001767603600123000'],
    ['microseconds', precision(1767603600123456, 'MICROSECOND'), '2026-01-05T09:00:00.123Z', '00001767603600123456'],
    [
      'DynamoDB Streams: seconds, and a number in sequence',
      d('SequenceNumber', '4421584500000000017450439091', d('ApproximateCreationDateTime', 1767603600)),
      '2026-01-05T09:00:00.000Z',
      '0000000000004421584500000000017450439091',
    ],
  ])('%s', (_, record, time, position) => {
    expect(adapted(record, table)).toEqual([
      expect.objectContaining({ time, data: expect.objectContaining({ position }) }),
    ]);
  });
});

test('a record of DynamoDB Streams names its table in its ARN', () => {
  const { tableName: _, ...record } = DYNAMODB;
  const arn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000';
  expect(one({ ...record, eventSourceARN: arn })).toMatchObject({ table: 'orders' });
});

test.each<[string, Json]>([
  ['0', 0],
  ['-0.0', 0],
  ['19.50', 19.5],
  ['1E+2', 100],
  ['9007199254740993', 9007199254740993n],
  ['-99999999999999999999999999999999999999', -99999999999999999999999999999999999999n],
  ['0.1234567890123456789', '0.1234567890123456789'],
  ['1.5E-130', 1.5e-130],
  ['9.9999999999999999999999999999999999999E+125', '9.9999999999999999999999999999999999999E+125'],
])('the number %s keeps every digit', (text, value) => {
  expect(numberOf(text)).toEqual(value);
});
test.each(['', '.', '1e', '0x1', 'NaN', '1'.repeat(39), '1e999', ' 1'])('"%s" is no number', (text) => {
  expect(numberOf(text)).toBeUndefined();
});

test('every type of an attribute', () => {
  const item = {
    s: { S: '' },
    b: { B: 'AA==' },
    z: { NULL: true },
    m: { M: { l: { L: [{ N: '1' }, { BOOL: true }] } } },
    ns: { NS: ['1', '2'] },
    bs: { BS: ['AA=='] },
  };
  expect(itemOf(item)).toEqual({
    ok: true,
    item: { s: '', b: 'AA==', z: null, m: { l: [1, true] }, ns: [1, 2], bs: ['AA=='] },
  });
});

test.each<[string, Json, string]>([
  [
    'an unknown name',
    with_(DYNAMODB, 'UPSERT', ['eventName']),
    'event.not-an-event /eventName: eventName must be INSERT, MODIFY, REMOVE',
  ],
  ['no table', with_(DYNAMODB, undefined, ['tableName']), 'event.not-an-event /tableName: '],
  ['no change', with_(DYNAMODB, undefined, ['dynamodb']), 'event.not-an-event /dynamodb: '],
  ['no time', d('ApproximateCreationDateTime', 'now'), 'event.bad-time /dynamodb/ApproximateCreationDateTime: '],
  ['no keys', d('Keys', undefined), 'event.not-an-event /dynamodb/Keys: '],
  [
    'an unknown type',
    d('NewImage', { x: { Q: '1' } }),
    'event.not-an-event /dynamodb/NewImage/x: the attribute must have one type',
  ],
  ['two types', d('NewImage', { x: { S: '1', N: '1' } }), 'event.not-an-event /dynamodb/NewImage/x: '],
  [
    'a number that is none',
    d('NewImage', { x: { L: [{ N: 'one' }] } }),
    'event.not-an-event /dynamodb/NewImage/x/L/0/N: ',
  ],
  [
    'a table that nobody named',
    with_(DYNAMODB, 'ordrs', ['tableName']),
    'event.unknown-type: source crm names no table "ordrs"',
  ],
])('%s is refused', (_, record, message) => {
  expect(adapted(record, table)).toEqual([expect.stringContaining(message)]);
});
