import { Producer } from '@platformatic/kafka';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type LocalBroker, startBrokerHere } from '../../local/stand-ins/broker.ts';
import type { TopicEntry } from '../../local/stand-ins/broker-log.ts';
import { topicRecord } from '../../shared/destinations/topic-record.ts';
import { connectionOf } from '../../shared/kafka/client.ts';
import { kafkaTopic, topicSettings } from '../../shared/kafka/topic.ts';
import type { TablePlan } from '../../shared/query/plan.ts';
import { destinationContract, sinkRow, versionNo } from '../ports/destination.contract.ts';
import { troublesOf } from '../ports/troubles.ts';

let broker: LocalBroker;
let producer: Producer;
let taken: TopicEntry[] = [];
const troubles = troublesOf('NOT_ENOUGH_REPLICAS', 400);
beforeAll(async () => {
  const onlyProduce = (call: { readonly operation: string }) => call.operation === 'Produce';
  const { before } = troubles.hooks;
  broker = await startBrokerHere((entry) => void taken.push(entry), {
    hooks: { before: (call) => (onlyProduce(call) ? (before?.(call) ?? 'pass') : 'pass') },
  });
  const table = topicTable('upsert-kafka', { 'properties.bootstrap.servers': broker.address });
  producer = new Producer({ ...connectionOf(topicSettings(table), {}), retryDelay: 5, idempotent: true, acks: -1 });
});
afterAll(async () => {
  await producer.close(true);
  await broker.close();
});
beforeEach(() => {
  taken = [];
});

/** With the columns of the contract's rows. */
const topicTable = (connector: TablePlan['connector'], options: TablePlan['options']): TablePlan => ({
  name: 't',
  at: { file: 'tables.sql', line: 1, col: 1 },
  columns: [],
  watermark: null,
  primaryKey: connector === 'upsert-kafka' ? ['k'] : [],
  connector,
  types: [],
  ahead: 0,
  lateness: 0,
  options: { topic: 'orders', ...options },
});
const to = (connector: TablePlan['connector'] = 'upsert-kafka', options: TablePlan['options'] = {}) =>
  kafkaTopic(topicTable(connector, { 'properties.bootstrap.servers': broker.address, ...options }), { producer });

destinationContract('a Kafka topic', async () => {
  const { throttle, loseAnswer } = troubles.make();
  return {
    destination: to(),
    table: 't',
    holds: 'messages',
    content: async () => taken.map((e) => (e.value === null ? null : JSON.parse(e.value))),
    poison: sinkRow('t', 'p', 1, { s: 'x'.repeat(1_100_000) }),
    throttle,
    loseAnswer,
  };
});

describe('a record', () => {
  const shape = { key: ['k'], keyFormat: 'json', withoutKey: false } as const;
  test('is a row under its key, with what a reader needs to take it once', () => {
    expect(topicRecord({ ...sinkRow('t', 'a', 7), traceparent: '00-x-y-01', early: true }, shape, true)).toEqual({
      key: '{"k":"a"}',
      value: '{"k":"a","n":7,"s":"text 7"}',
      headers: {
        ce_specversion: '1.0',
        ce_id: 'q-1|a',
        ce_source: '/millrace/q-1',
        ce_type: 't',
        ce_time: '2026-01-05T09:00:00.000Z',
        ce_subject: '["a"]',
        ce_revision: '00000000000000000007',
        ce_early: 'true',
        'content-type': 'application/json',
        traceparent: '00-x-y-01',
      },
    });
  });
  test.each([
    ['raw: the text of the one key', { ...shape, keyFormat: 'raw' }, 'a', '{"k":"a","n":7,"s":"text 7"}'],
    ['EXCEPT_KEY: the value without it', { ...shape, withoutKey: true }, '{"k":"a"}', '{"n":7,"s":"text 7"}'],
    ['no key', { key: [], keyFormat: 'none', withoutKey: false }, null, '{"k":"a","n":7,"s":"text 7"}'],
  ] as const)('%s', (_, of, key, value) => {
    expect(topicRecord(sinkRow('t', 'a', 7), of, of.keyFormat !== 'none')).toMatchObject({ key, value });
  });
  test('key.fields are taken from the row; every digit stays', () => {
    const row = { ...sinkRow('t', 'a', 7), key: 'q-1|a', row: '{"k":"a","n":9007199254740993,"s":null}' };
    const of = { key: ['n', 's'], keyFormat: 'json', withoutKey: true } as const;
    expect(topicRecord(row, of, false)).toMatchObject({ key: '{"n":9007199254740993,"s":null}', value: '{"k":"a"}' });
  });
  test('of a row that must go is a tombstone: its key and no value', () => {
    expect(topicRecord({ ...sinkRow('t', 'a', 7), row: null }, { ...shape, withoutKey: true }, true)).toMatchObject({
      key: '{"k":"a"}',
      value: null,
    });
  });
});

describe('partitions', () => {
  test('are those that Kafka’s own clients choose for the key', async () => {
    await to('upsert-kafka', { 'key.format': 'raw' }).write(
      ['oslo', 'berlin', 'vienna', 'ghent', 'lima'].map((k) => sinkRow('t', k, 1)),
    );
    // As kafka-clients 4.1.1 says: Utils.toPositive(Utils.murmur2(key)) % 3
    expect(Object.fromEntries(taken.map((e) => [e.key, e.partition]))).toEqual({
      oslo: 0,
      berlin: 0,
      vienna: 2,
      ghent: 0,
      lima: 2,
    });
  });
  test('without a key are those of the id, each time', async () => {
    const rows = ['a', 'b', 'c', 'd', 'e', 'f'].map((k) => sinkRow('t', k, 1));
    await to('kafka', { format: 'json' }).write(rows);
    await to('kafka', { format: 'json' }).write(rows);
    const places = taken.map((e) => `${e.headers.ce_id} ${e.partition}`);
    expect(new Set(places).size).toBe(6);
    expect(new Set(taken.map((e) => e.partition)).size).toBeGreaterThan(1);
    expect(taken.every((e) => e.key === null)).toBe(true);
  });
});

test('an answer that is lost: the client sends the same batch again, and the broker keeps it once', async () => {
  troubles.make().loseAnswer();
  await to().write([sinkRow('t', 'a', 1), sinkRow('t', 'b', 1)]);
  await to().write([sinkRow('t', 'a', 2)]);
  expect(taken.map((e) => `${e.key} ${e.headers.ce_revision}`).toSorted()).toEqual([
    `{"k":"a"} ${versionNo(1)}`,
    `{"k":"a"} ${versionNo(2)}`,
    `{"k":"b"} ${versionNo(1)}`,
  ]);
});

test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('%s: records arrive as they were written', async (compression) => {
  const rows = Array.from({ length: 50 }, (_, i) => sinkRow('t', `k${i}`, i, { s: 'Zürich 🌍' }));
  await to('upsert-kafka', { 'properties.compression.type': compression }).write(rows);
  expect(taken.map((e) => e.value).toSorted()).toEqual(rows.map((r) => r.row).toSorted());
});

test('a topic that is not there, or no broker, stops the line and blames no row', async () => {
  const nobody = new Producer({
    ...connectionOf(topicSettings(topicTable('kafka', { 'properties.bootstrap.servers': '127.0.0.1:1' })), {}),
    retries: 0,
  });
  const table = topicTable('kafka', { format: 'json' });
  await expect(kafkaTopic(table, { producer: nobody }).write([sinkRow('t', 'a', 1)])).rejects.toMatchObject({
    code: 'destination.unavailable',
  });
  await nobody.close(true);
});
