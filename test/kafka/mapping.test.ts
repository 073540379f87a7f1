// A mapping and its consumer group without a broker: what is handed on, what is committed, what a rebalance does.
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { kafkaMapping } from '../../local/kafka/mapping.ts';
import type { Member } from '../../local/kafka/member.ts';
import type { Held, Mirror } from '../../local/kafka/mirror.ts';
import type { Outcome } from '../../local/sandbox/sandbox.ts';
import type { KafkaEvent } from '../../shared/trigger/kafka.ts';

const TOPIC = 'raw';
const held = (offset: number): Held => ({
  offset,
  key: Buffer.from('k'),
  value: Buffer.from(`v${offset}`),
  timestamp: 1_767_603_604_000,
  headers: [['city', Buffer.from('Zürich')]],
});

/** Partitions with so many records each. */
const given = (counts: readonly number[], answer: (event: KafkaEvent, call: number) => Promise<unknown>) => {
  const records = counts.map((n) => Array.from({ length: n }, (_, i) => held(i)));
  const mirror: Mirror = {
    ...{
      name: 'mirror',
      activity: 0,
      atRest: () => true,
      onActivity: () => () => undefined,
      close: async () => undefined,
    },
    read: (_, p, from, limit) => records[p]?.slice(from, from + limit) ?? [],
    end: (_, p) => records[p]?.length ?? 0,
  };
  const committed: [number, number][] = [];
  let assign: (next: ReadonlyMap<number, number>) => void = () => undefined;
  const member: Member = {
    onAssigned: (listener) => {
      assign = listener;
    },
    commit: async (next) => void committed.push(...next),
    close: async () => undefined,
  };
  const calls: Record<string, number[]>[] = [];
  const events: KafkaEvent[] = [];
  const invoke = async (event: unknown): Promise<Outcome> => {
    const e = event as KafkaEvent;
    events.push(e);
    calls.push(Object.fromEntries(Object.entries(e.records).map(([p, of]) => [p, of.map((r) => r.offset)])));
    try {
      return { kind: 'returned', value: await answer(e, calls.length) };
    } catch (error) {
      return { kind: 'threw', error };
    }
  };
  const mapping = kafkaMapping({
    ...{ fn: { name: 'validate' }, trigger: { stream: TOPIC, batchSize: 4 }, pool: { invoke }, mirror },
    ...{ partitions: counts.length, brokers: ['b:1'], join: () => member, progress: new Map() },
  });
  mapping.start();
  const until = async (done: () => boolean): Promise<void> => {
    for (let i = 0; i < 2_000 && !done(); i++) await setImmediate();
    if (!done()) throw new Error(`it stays at ${JSON.stringify(calls)}`);
  };
  return { mapping, calls, events, committed, until, assign: (...of: [number, number][]) => assign(new Map(of)) };
};
const fine = async () => ({ batchItemFailures: [] });

describe('a mapping on Kafka', () => {
  test('hands on a batch over several partitions, each in order, and commits where each goes on', async () => {
    const g = given([2, 1], fine);
    g.assign([0, 0], [1, 0]);
    await g.until(() => g.mapping.atRest() === true);
    expect(g.calls).toEqual([{ 'raw-0': [0, 1], 'raw-1': [0] }]);
    expect(g.committed.toSorted(([a], [b]) => a - b)).toEqual([
      [0, 2],
      [1, 1],
    ]);
    const [record] = g.events[0]?.records['raw-0'] ?? [];
    expect(record).toMatchObject({
      topic: 'raw',
      partition: 0,
      key: 'aw==',
      value: 'djA=',
      timestampType: 'CREATE_TIME',
    });
    // Z, then ü as the two bytes C3 BC, which Java has as -61 and -68.
    expect(record?.headers).toEqual([{ city: [90, -61, -68, 114, 105, 99, 104] }]);
    await g.mapping.stop();
  });

  test('goes on from the committed offset, and is not at rest while a partition is nobody’s', async () => {
    const g = given([3, 2], fine);
    g.assign([0, 2]);
    await g.until(() => g.committed.length > 0);
    expect(g.calls).toEqual([{ 'raw-0': [2] }]);
    expect(g.mapping.atRest()).toBe(false);
    await g.mapping.stop();
  });

  test('a batch is no larger than it may be, and no partition waits for ever', async () => {
    const g = given([9, 1], fine);
    g.assign([0, 0], [1, 0]);
    await g.until(() => g.mapping.atRest() === true);
    expect(g.calls.map((c) => Object.values(c).flat().length).every((n) => n <= 4)).toBe(true);
    expect(g.calls.slice(0, 2).some((c) => 'raw-1' in c)).toBe(true);
    await g.mapping.stop();
  });

  test('a partial answer: that partition goes on at the record named, the other is done', async () => {
    const named = { batchItemFailures: [{ itemIdentifier: { 'topic-partition': 'raw-0', offset: 1 } }] };
    const g = given([3, 1], async (_, call) => (call === 1 ? named : { batchItemFailures: [] }));
    g.assign([0, 0], [1, 0]);
    await g.until(() => g.mapping.atRest() === true);
    expect(g.calls).toEqual([{ 'raw-0': [0, 1, 2], 'raw-1': [0] }, { 'raw-0': [1, 2] }]);
    await g.mapping.stop();
  });

  test.each([
    ['a throw', () => Promise.reject(new Error('a bug'))],
    [
      'a partition that was not in the batch',
      async () => ({ batchItemFailures: [{ itemIdentifier: { 'topic-partition': 'raw-7', offset: 0 } }] }),
    ],
    ['an identifier as Kinesis has it', async () => ({ batchItemFailures: [{ itemIdentifier: '0' }] })],
  ])('%s: the whole batch comes again, and nothing is committed', async (_, first) => {
    const g = given([2], (__, call) => (call === 1 ? first() : fine()));
    g.assign([0, 0]);
    for (let i = 0; i < 500 && g.calls.length < 1; i++) await setImmediate();
    expect(g.committed).toEqual([]);
    expect(g.mapping.failure).toMatchObject({ attempts: 1, where: 'validate, raw' });
    g.assign([0, 0]); // wakes it before its pause is over
    await g.until(() => g.mapping.atRest() === true);
    expect(g.calls).toEqual([{ 'raw-0': [0, 1] }, { 'raw-0': [0, 1] }]);
    await g.mapping.stop();
  });

  test('a batch whose partition was given away meanwhile ends as a zombie: it commits nothing', async () => {
    let end: (value: unknown) => void = () => undefined;
    const g = given([2, 1], (_, call) => (call === 1 ? new Promise((done) => (end = done)) : fine()));
    g.assign([0, 0], [1, 0]);
    await g.until(() => g.calls.length === 1);
    g.assign([1, 0]);
    end({ batchItemFailures: [] });
    await g.until(() => g.committed.length > 0);
    expect(g.calls).toEqual([{ 'raw-0': [0, 1], 'raw-1': [0] }, { 'raw-1': [0] }]);
    expect(g.committed).toEqual([[1, 1]]);
    await g.mapping.stop();
  });
});
