import { describe, expect, test } from 'vitest';
import { encodeAggregate } from '../../shared/event/kpl.ts';
import { hashKeyOf, pointOf } from '../../shared/lanes/ring.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import type { OutRecord, Stream } from '../../shared/ports.ts';
import { singlesOf } from '../../shared/steps/deaggregate/singles.ts';
import { deaggregate } from '../../shared/steps/deaggregate.ts';
import {
  AT,
  asText,
  atEveryCall,
  batchesOf,
  deliver,
  event,
  eventsOn,
  marks,
  newLog,
  noWait,
  plenty,
  recordsOf,
  send,
  textOf,
} from './stage-given.ts';

const singles = (data: Uint8Array | string, partitionKey = 'outer') =>
  singlesOf({ seq: '1', partitionKey, arrival: AT, data: Buffer.from(data) }).map((r) => [
    r.partitionKey,
    r.hashKey,
    Buffer.from(r.data).toString(),
  ]);
const user = (partitionKey: string, text: string, explicitHashKey?: string) => ({
  partitionKey,
  explicitHashKey,
  data: Buffer.from(text),
});

describe('one record', () => {
  test('an aggregate gives its user records, with their own keys', () => {
    expect(singles(encodeAggregate([user('a', '1'), user('b', '2', '77'), user('a', '3')]))).toEqual([
      ['a', undefined, '1'],
      ['b', '77', '2'],
      ['a', undefined, '3'],
    ]);
  });
  test('what is no aggregate passes as it is', () => {
    expect(singles('{"millrace":1}')).toEqual([['outer', undefined, '{"millrace":1}']]);
    expect(singles('')).toEqual([['outer', undefined, '']]);
    const broken = encodeAggregate([user('a', '1')]);
    broken[10]! ^= 1;
    expect(singlesOf({ seq: '1', partitionKey: 'k', arrival: AT, data: broken })).toEqual([
      { partitionKey: 'k', data: broken },
    ]);
  });
  test('stamps, marks, ends and ticks are left out; a user’s record that begins like one is not', () => {
    expect(singles('', 'tick')).toEqual([]);
    expect(
      singles(
        encodeAggregate([user('-', '{"millrace":"mark"}', '7'), user('x', '{"millrace":"mark"}'), user('-', '{}')]),
      ),
    ).toEqual([
      ['x', undefined, '{"millrace":"mark"}'],
      ['-', undefined, '{}'],
    ]);
  });
  test('keys that no put takes are shortened and keep their place on the ring', () => {
    const long = 'ü'.repeat(300);
    expect(singles(encodeAggregate([user('', '1'), user(long, '2')]))).toEqual([
      ['-', hashKeyOf('').toString(), '1'],
      ['ü'.repeat(256), hashKeyOf(long).toString(), '2'],
    ]);
  });
});

/** What each key shows, in the order of its shard. */
const byKey = (log: ReturnType<typeof newLog>) => {
  const seen = new Map<string, string[]>();
  for (const { records } of recordsOf(log))
    for (const r of records)
      seen.set(r.partitionKey, [...(seen.get(r.partitionKey) ?? []), Buffer.from(r.data).toString()]);
  return seen;
};

/** Every text once where it first stands, and it stands in the order in which it was sent; copies may only rewind. */
const inOrder = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

const given = async (n = 40) => {
  const from = newLog('enriched');
  const to = newLog('single', 3);
  const events = Array.from({ length: n }, (_, i) =>
    event(i + 1, 'order', { n: i }, { key: `k${i % 4 === 0 ? 'hot' : i % 7}` }),
  );
  for (let i = 0; i < n; i += 5) await send(from, [...events.slice(i, i + 5), ...marks(i + 5)]);
  const expected = new Map<string, string[]>();
  for (const e of eventsOn(from)) expected.set(e.key, [...(expected.get(e.key) ?? []), textOf(e)]);
  return { from, to, expected };
};

const step = (to: Stream) => () => deaggregate({ to, patience: noWait });

test('a stream inside becomes single events: keys, order and place on the ring', async () => {
  const g = await given();
  await deliver(step(memoryStream(g.to)), batchesOf(g.from, 100));
  expect(byKey(g.to)).toEqual(g.expected);
  const key = [...g.expected.keys()][0]!;
  const group = eventsOn(g.from)
    .find((e) => e.key === key)!
    .lane.split('/')[1]!;
  const shard = g.to.shardFor({ partitionKey: key, hashKey: pointOf(Number(group), 4) });
  expect(g.to.read(shard, null).records.some((r) => r.partitionKey === key)).toBe(true);
});

test('never two records of one key in one put', async () => {
  const g = await given();
  const memory = memoryStream(g.to);
  const sizes: number[] = [];
  const watched: Stream = {
    ...memory,
    put(records) {
      expect(new Set(records.map((r) => r.partitionKey)).size).toBe(records.length);
      sizes.push(records.length);
      return memory.put(records);
    },
  };
  await deliver(step(watched), batchesOf(g.from, 100));
  expect(Math.max(...sizes)).toBeGreaterThan(3);
});

test('partial failures, every batch twice, other borders: each key in order', async () => {
  const g = await given();
  let n = 0;
  const refuse = (_: OutRecord) => (++n % 3 === 0 ? 'InternalFailure' : undefined);
  const twice = [1, 3, 100].flatMap((size) => batchesOf(g.from, size).flatMap((b) => [b, b]));
  await deliver(step(memoryStream(g.to, { refuse })), twice);
  for (const [key, texts] of byKey(g.to)) expect(inOrder(texts)).toEqual(g.expected.get(key));
});

test('a crash at any put', async () => {
  const calls = await atEveryCall(async (wrap) => {
    const g = await given(12);
    await deliver(step(wrap(memoryStream(g.to))), batchesOf(g.from, 2));
    for (const [key, texts] of byKey(g.to)) expect(inOrder(texts)).toEqual(g.expected.get(key));
    expect(byKey(g.to).size).toBe(g.expected.size);
  });
  expect(calls).toBeGreaterThan(5);
});

test('a stream that takes nothing stops the batch with the reason', async () => {
  const g = await given(10);
  const refuse = () => 'ProvisionedThroughputExceededException';
  const progress = await step(memoryStream(g.to, { refuse }))()(batchesOf(g.from, 100)[0]!, plenty);
  expect(progress).toMatchObject({ done: 0, fault: { code: 'stream.throttled' } });
});

test('out of time in the middle of a record: the prefix counts, and the redelivery goes on where it stopped', async () => {
  const from = newLog('raw');
  const to = newLog('single');
  const users = (r: number) => Array.from({ length: 10 }, (_, i) => user('hot', asText([r, i])));
  for (const r of [1, 2, 3]) from.put({ partitionKey: 'x', data: encodeAggregate(users(r)) });
  const running = step(memoryStream(to))();
  let batch = batchesOf(from, 10)[0]!;
  const done: number[] = [];
  while (batch.records.length > 0) {
    expect(done.length).toBeLessThan(20);
    let left = 10;
    const progress = await running(batch, { remainingMs: () => left-- });
    done.push(progress.done);
    batch = { ...batch, records: batch.records.slice(progress.done) };
  }
  expect(done).toContain(0);
  expect(byKey(to).get('hot')).toEqual([1, 2, 3].flatMap((r) => users(r).map((u) => u.data.toString())));
});
