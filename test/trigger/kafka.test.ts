import { describe, expect, test } from 'vitest';
import { Fault } from '../../shared/faults.ts';
import { shardOfPartition } from '../../shared/kafka/shards.ts';
import type { Batch, BatchStep } from '../../shared/trigger/batch.ts';
import { type KafkaEvent, type KafkaRecord, onKafka } from '../../shared/trigger/kafka.ts';
import { context, listening } from './given.ts';

const b64 = (text: string): string => Buffer.from(text).toString('base64');
const record = (partition: number, offset: number, more: Partial<KafkaRecord> = {}): KafkaRecord => ({
  topic: 'dev-raw',
  partition,
  offset,
  timestamp: 1_767_603_604_000 + offset,
  key: b64(`key-${offset}`),
  value: b64(`value-${offset}`),
  ...more,
});
const event = (...records: readonly KafkaRecord[]): KafkaEvent => {
  const byPartition: Record<string, KafkaRecord[]> = {};
  for (const r of records) {
    byPartition[`dev-raw-${r.partition}`] ??= [];
    byPartition[`dev-raw-${r.partition}`]?.push(r);
  }
  return { eventSource: 'aws:kafka', bootstrapServers: 'b-1:9098', records: byPartition };
};
const all: BatchStep = async (batch) => ({ done: batch.records.length });
const options = { partial: true, shardOf: shardOfPartition };

const given = async (e: KafkaEvent): Promise<readonly Batch[]> => {
  const seen: Batch[] = [];
  const step: BatchStep = (batch, budget) => {
    seen.push(batch);
    return all(batch, budget);
  };
  expect(await onKafka(options, step, listening())(e, context)).toEqual({ batchItemFailures: [] });
  return seen;
};

describe('what the step is given', () => {
  test('one batch for each partition: topic, partition, offsets, keys, values, timestamps', async () => {
    const batches = await given(event(record(0, 7), record(3, 0), record(0, 8)));
    expect(batches.map((b) => [b.stream, b.shard])).toEqual([
      ['dev-raw', 'partition-000000'],
      ['dev-raw', 'partition-000003'],
    ]);
    const rows = (b: Batch | undefined) =>
      b?.records.map((r) => [r.seq, r.partitionKey, Buffer.from(r.data).toString(), r.arrival]);
    expect(rows(batches[0])).toEqual([
      ['7', 'key-7', 'value-7', 1_767_603_604_007],
      ['8', 'key-8', 'value-8', 1_767_603_604_008],
    ]);
    expect(rows(batches[1])).toEqual([['0', 'key-0', 'value-0', 1_767_603_604_000]]);
  });

  const keys: readonly [string, KafkaRecord['key'], string][] = [
    ['a key', b64('Zürich'), 'Zürich'],
    ['no key: spread by offset', null, '12'],
    ['a key that is left out', undefined, '12'],
    ['an empty key', '', '12'],
    ['a key of 300 characters, cut as Kinesis would', b64('x'.repeat(300)), 'x'.repeat(256)],
  ];
  test.each(keys)('%s', async (_, key, partitionKey) => {
    const { key: __, ...without } = record(0, 12);
    const [batch] = await given(event(key === undefined ? without : { ...without, key }));
    expect(batch?.records[0]?.partitionKey).toBe(partitionKey);
  });

  test.each([
    ['a tombstone', { value: null }],
    ['a record without a value', { value: '' }],
  ])('%s is empty', async (_, more) => {
    const [batch] = await given(event(record(0, 1, more)));
    expect(batch?.records[0]?.data.length).toBe(0);
  });

  test('a partition that Lambda writes as text, a timestamp that a producer left out', async () => {
    const [batch] = await given(event(record('2' as unknown as number, 1, { timestamp: -1 })));
    expect([batch?.shard, batch?.records[0]?.arrival]).toEqual(['partition-000002', 0]);
  });
});

describe('what Lambda is told', () => {
  const stopsAt =
    (shard: string, done: number): BatchStep =>
    async (batch) =>
      batch.shard === shard
        ? { done, fault: new Fault('stream.throttled', 'validated refuses for now') }
        : { done: batch.records.length };
  const two = event(record(0, 5), record(0, 6), record(0, 9), record(1, 2), record(1, 3));

  test('the first record of each partition that is to come again; the others are done', async () => {
    const answer = await onKafka(options, stopsAt('partition-000000', 2), listening())(two, context);
    expect(answer).toEqual({
      batchItemFailures: [{ itemIdentifier: { 'topic-partition': 'dev-raw-0', offset: 9 } }],
    });
  });

  test('a step that throws has done nothing of its partition', async () => {
    const log = listening();
    const step: BatchStep = (batch, budget) =>
      batch.shard === 'partition-000000' ? Promise.reject(new Error('a bug')) : all(batch, budget);
    expect(await onKafka(options, step, log)(two, context)).toEqual({
      batchItemFailures: [{ itemIdentifier: { 'topic-partition': 'dev-raw-0', offset: 5 } }],
    });
    expect(log.lines).toEqual(['batch stopped, the step failed: a bug']);
  });

  test('a mapping that heeds no partial answer gets none: the function throws, after it has tried every partition', async () => {
    const seen: string[] = [];
    const step: BatchStep = (batch, budget) => {
      seen.push(batch.shard);
      return stopsAt('partition-000000', 1)(batch, budget);
    };
    const whole = onKafka({ ...options, partial: false }, step, listening())(two, context);
    await expect(whole).rejects.toThrow('validated refuses for now');
    expect(seen).toEqual(['partition-000000', 'partition-000001']);
  });

  test('there, a prefix without a fault is no success either', async () => {
    const step: BatchStep = async () => ({ done: 1 });
    const whole = onKafka({ ...options, partial: false }, step, listening())(two, context);
    await expect(whole).rejects.toThrow('dev-raw-1: 1 of 2 records are done');
  });

  test('an event without records is done', async () => {
    expect(await given({ ...event(), records: { 'dev-raw-0': [] } })).toEqual([]);
  });
});
