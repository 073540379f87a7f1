// put(event) on a stream: gathered, in order of each key, sent again until stored.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holds } from '../../shared/lanes/ring.ts';
import { NotPut } from '../../shared/producer/index.ts';
import { peerDecode } from '../event/kpl-peer.ts';
import { event, type Weather, world } from './given.ts';

const settled = async (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

describe('events are gathered', () => {
  test('those of 100 ms go in one put, one aggregate for each shard; each is told where it is', async () => {
    const w = world({ shards: 3 });
    const producer = w.make();
    const acks = Promise.all(Array.from({ length: 60 }, (_, n) => producer.put(event(n))));
    await w.timing.settled();
    expect(w.puts).toEqual([]);
    w.timing.advance(100);
    const all = await acks;
    expect(w.puts).toHaveLength(1);
    expect(w.puts[0]).toHaveLength(3);
    expect(
      w
        .stored()
        .map((e) => e.id)
        .toSorted(),
    ).toEqual(all.map((a) => a.id).toSorted());
    expect(new Set(all.map((a) => a.shard)).size).toBe(3);
    expect(all.every((a) => a.tries === 1 && !a.maybeTwice)).toBe(true);
  });

  test('an aggregate goes to its shard by a hash key of its range, and holds keys of that range alone; aws-kinesis-agg reads it', async () => {
    const w = world({ shards: 4 });
    const producer = w.make();
    const done = producer.putAll(Array.from({ length: 100 }, (_, n) => event(n)));
    await w.timing.runUntil(() => w.puts.length > 0);
    await done;
    const shards = w.log.shards();
    let read = 0;
    for (const shard of shards)
      for (const record of w.log.read(shard.id, null).records) {
        for (const user of peerDecode(Buffer.from(record.data).toString('base64'))) {
          expect(w.log.shardFor({ partitionKey: user.partitionKey })).toBe(shard.id);
          expect(JSON.parse(Buffer.from(user.data, 'base64').toString())).toMatchObject({
            partitionkey: user.partitionKey,
          });
          read += 1;
        }
      }
    expect(read).toBe(100);
    for (const { hashKey } of w.puts.flat())
      expect(
        shards.filter((s) => holds(s, hashKey as string)),
        `${hashKey}`,
      ).toHaveLength(1);
  });

  test('a full aggregate waits for nothing', async () => {
    const w = world();
    const producer = w.make({ aggregateBytes: 10_000 });
    const first = Promise.all(Array.from({ length: 100 }, (_, n) => producer.put(event(n))));
    await w.timing.settled();
    expect(w.stored().length).toBeGreaterThan(40);
    expect(w.puts.flat().every((r) => r.data.length <= 10_000)).toBe(true);
    w.timing.advance(100);
    await first;
    expect(w.stored()).toHaveLength(100);
  });

  test('no put is beyond 500 entries and 5 MiB, no record beyond 1 MiB: the stream would throw', async () => {
    const w = world({ shards: 12 });
    const producer = w.make({ room: 100_000, roomBytes: 1e9 });
    const text = 'x'.repeat(9_000);
    const all = producer.putAll(Array.from({ length: 2_500 }, (_, n) => event(n, `k${n % 97}`, { text })));
    await w.timing.runUntil(() => producer.counts().put === 2_500 && producer.counts().waiting === 0);
    expect(await all).toEqual({ stored: 2_500, failed: 0 });
    expect(w.weather).toEqual([]);
    expect(producer.counts()).toMatchObject({ again: 0, stored: 2_500 });
  });

  test('without aggregates each event is a record under its own key', async () => {
    const w = world({ shards: 2 });
    const producer = w.make({ aggregate: false });
    const all = producer.putAll([event(1, 'a'), event(2, 'b'), event(3, 'a')]);
    await w.timing.runUntil(() => producer.counts().stored === 3);
    await all;
    expect(w.puts.map((records) => records.map((r) => [r.partitionKey, r.hashKey]))).toEqual([
      [
        ['a', undefined],
        ['b', undefined],
      ],
      [['a', undefined]],
    ]);
  });
});

describe('what fails goes again', () => {
  test('failed entries alone are sent again, after a pause', async () => {
    const w = world({ shards: 2 });
    const producer = w.make();
    w.weather.push({ refuse: (_, i) => i === 0 });
    const all = Promise.all(Array.from({ length: 20 }, (_, n) => producer.put(event(n))));
    await w.timing.runUntil(() => producer.counts().stored === 20);
    expect(w.puts.map((r) => r.length)).toEqual([2, 1]);
    expect(w.puts[1]?.[0]).toEqual(w.puts[0]?.[0]);
    expect(w.stored()).toHaveLength(20);
    expect(new Set((await all).map((a) => a.tries))).toEqual(new Set([1, 2]));
    expect((await all).every((a) => !a.maybeTwice)).toBe(true);
  });

  test('a lost answer may leave a second copy: same id, same bytes, and the ack says so', async () => {
    const w = world();
    const producer = w.make();
    w.weather.push('lost');
    const ack = producer.put({ ...event(7), id: 'seven' });
    await w.timing.runUntil(() => producer.counts().stored === 1);
    expect(await ack).toMatchObject({ id: 'seven', tries: 2, maybeTwice: true });
    expect(w.stored().map((e) => e.id)).toEqual(['seven', 'seven']);
    const [a, b] = w.log.read(w.log.shards()[0]!.id, null).records;
    expect(a?.data).toEqual(b?.data);
  });

  test('a key that another shard holds now goes there: lanes are cut anew after a reshard', async () => {
    const w = world();
    const producer = w.make();
    const put = async (from: number) => {
      const all = producer.putAll(Array.from({ length: 20 }, (_, n) => event(from + n)));
      await w.timing.runUntil(() => producer.counts().stored === from + 20);
      await all;
    };
    await put(0);
    w.log.updateShardCount(4);
    await put(20);
    await put(40);
    const third = w.stored().filter((e) => (e.n as number) >= 40);
    for (const e of third) expect(w.log.shardFor({ partitionKey: e.key })).toBe(e.shard);
    expect(new Set(third.map((e) => e.shard)).size).toBe(4);
  });

  test('what comes while lanes are cut anew goes behind what waits already', async () => {
    const w = world({ shards: 2 });
    const producer = w.make({ linger: 0 });
    const inShard = (n: number) =>
      Array.from({ length: 20 }, (_, i) => `k${i}`).find(
        (k) => w.log.shardFor({ partitionKey: k }) === w.log.shards()[n]!.id,
      )!;
    const [a, b] = [inShard(0), inShard(1)];
    void producer.put(event(0, a));
    void producer.put(event(0, b));
    await producer.flush();
    w.log.updateShardCount(4);
    w.listing = 500;
    w.weather.push(1, 'throttled');
    void producer.put(event(1, a));
    void producer.put(event(1, b));
    await w.timing.settled();
    w.timing.advance(1);
    await w.timing.settled();
    void producer.put(event(2, b));
    await w.timing.runUntil(() => producer.counts().waiting === 0);
    expect(
      w
        .stored()
        .filter((e) => e.key === b)
        .map((e) => e.n),
    ).toEqual([0, 1, 2]);
  });

  test('given patience, an event fails when it is over, and says whether it may be stored after all', async () => {
    const w = world();
    const producer = w.make({ patience: 1_000 });
    w.weather.push(...Array.from({ length: 100 }, () => 'throttled' as const));
    const refused = settled(producer.put(event(1)));
    await w.timing.runUntil(() => producer.counts().waiting === 0);
    expect(await refused).toMatchObject({ kind: 'not-stored', rule: 'stream.throttled' });
    w.weather.unshift('lost');
    const lost = settled(producer.put(event(2)));
    await w.timing.runUntil(() => producer.counts().waiting === 0);
    expect(await lost).toMatchObject({ kind: 'unknown', rule: 'stream.throttled' });
    expect(producer.counts()).toMatchObject({ put: 2, notStored: 1, unknown: 1, stored: 0 });
  });

  test('whatever the weather: every event is stored, in order of its key, twice only where an answer was lost', async () => {
    const weather = fc.constantFrom<Weather>(1, 200, 5_000, 'down', 'lost', 'throttled', {
      refuse: (_, i) => i % 2 === 0,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(weather, { maxLength: 16 }),
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.nat({ max: 2_000 })), { maxLength: 3 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 20 }),
        async (weathers, keys, shards, reshards, aggregate, room) => {
          const w = world({ shards });
          w.weather.push(...weathers);
          const producer = w.make({ aggregate, room, aggregateBytes: 2_000 });
          // A third of them at once, the others one by one over two seconds.
          const later = (n: number) => new Promise<void>((go) => w.timing.after(Math.max(0, n - 20) * 50, go));
          const acks = Promise.all(keys.map((k, n) => later(n).then(() => producer.put(event(n, `key-${k}`)))));
          for (const [count, at] of reshards) w.timing.after(at, () => w.log.updateShardCount(count));
          await w.timing.runUntil(() => producer.counts().stored === keys.length);
          const all = await acks;
          const stored = w.stored();
          for (const { id, maybeTwice } of all) {
            const copies = stored.filter((e) => e.id === id).length;
            expect(copies).toBeGreaterThanOrEqual(1);
            if (!maybeTwice) expect(copies).toBe(1);
          }
          for (const [, of] of Map.groupBy(stored, (e) => e.key)) {
            const firsts = [...new Set(of.map((e) => e.n as number))];
            expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('the buffer has an end', () => {
  test('while it is full, a put waits, room() waits, and order holds', async () => {
    const w = world();
    const producer = w.make({ room: 2, linger: 0 });
    w.weather.push('down', 'down');
    const acks = [1, 2, 3, 4].map((n) => producer.put(event(n)));
    let hasRoom = false;
    void producer.room().then(() => {
      hasRoom = true;
    });
    await w.timing.settled();
    expect(hasRoom).toBe(false);
    expect(producer.counts().waiting).toBe(4);
    await w.timing.runUntil(() => hasRoom);
    await w.timing.runUntil(() => producer.counts().stored === 4);
    await Promise.all(acks);
    expect(w.stored().map((e) => e.n)).toEqual([1, 2, 3, 4]);
  });

  test('putAll takes from its source only while there is room', async () => {
    const w = world();
    const producer = w.make({ room: 5 });
    w.weather.push('down', 'down', 'down');
    let taken = 0;
    const source = (function* () {
      for (; taken < 50; taken++) yield event(taken);
    })();
    const all = producer.putAll(source);
    await w.timing.settled();
    expect(taken).toBeLessThanOrEqual(6);
    await w.timing.runUntil(() => producer.counts().stored === 50);
    expect(await all).toEqual({ stored: 50, failed: 0 });
  });
});

describe('the end', () => {
  test('flush does not wait for others; close flushes and takes no more', async () => {
    const w = world();
    const producer = w.make({ linger: 60_000 });
    const ack = producer.put(event(1));
    await producer.flush();
    expect(await ack).toMatchObject({ tries: 1 });
    const last = producer.put(event(2));
    await producer.close();
    await last;
    await expect(producer.put(event(3))).rejects.toMatchObject({ kind: 'refused', rule: 'producer.closed' });
    expect(w.stored().map((e) => e.n)).toEqual([1, 2]);
  });

  test('close within a time: what is not stored then has failed, and says so', async () => {
    const w = world();
    const producer = w.make({ room: 2 });
    w.weather.push(...Array.from({ length: 1_000 }, () => 'down' as const));
    const left = [1, 2, 3].map((n) => settled(producer.put(event(n))));
    await w.timing.settled();
    let closed = false;
    void producer.close({ within: 5_000 }).then(() => {
      closed = true;
    });
    await w.timing.runUntil(() => closed);
    const errors = (await Promise.all(left)) as NotPut[];
    // A refused connection stores nothing, but the way out cannot tell it from an answer that was lost.
    expect(errors.map((e) => [e.rule, e.kind])).toEqual([
      ['producer.closed', 'unknown'],
      ['producer.closed', 'unknown'],
      ['producer.closed', 'not-stored'],
    ]);
    expect(producer.counts()).toMatchObject({ put: 3, waiting: 0 });
  });
});

describe('what can never be taken is refused at once', () => {
  const lone = 'a\ud800';
  test.each<[string, unknown, string, string]>([
    ['no object', 5, 'event.not-an-event', 'put takes an object'],
    ['no type', { data: 1 }, 'event.bad-attribute', 'must have the attribute type'],
    ['an empty id', { type: 't', id: '' }, 'event.no-id', 'non-empty id'],
    ['an id that is no text', { type: 't', id: 5 }, 'event.bad-attribute', 'attribute id must be a text'],
    ['a time that is none', { type: 't', time: 'noon' }, 'event.bad-time', 'RFC 3339'],
    ['an invalid Date', { type: 't', time: new Date(Number.NaN) }, 'body.not-json', 'Invalid time value'],
    ['an attribute in capitals', { type: 't', partitionKey: 'k' }, 'event.bad-attribute', 'partitionKey'],
    ['data that JSON does not hold', { type: 't', data: { n: 5n } }, 'body.not-json', 'BigInt'],
    ['too large', { type: 't', data: 'x'.repeat(1_050_000) }, 'body.too-large', 'may have 1044480'],
    ['a subject with a lone surrogate', { type: 't', subject: lone }, 'event.bad-attribute', 'subject'],
  ])('%s', async (_, given, rule, message) => {
    const w = world();
    const producer = w.make();
    const error = await settled(producer.put(given as never));
    expect(error).toBeInstanceOf(NotPut);
    expect(error).toMatchObject({ kind: 'refused', rule });
    expect((error as Error).message).toContain(message);
    await producer.close();
    expect(w.puts).toEqual([]);
    expect(producer.counts()).toMatchObject({ put: 1, refused: 1 });
  });

  test('all others pass `validate`’s own reading: id, source and time are filled in', async () => {
    const w = world();
    const producer = w.make();
    void producer.put({ type: 'reading.v1', data: { text: lone } });
    await producer.close();
    const [sent] = w.log.read(w.log.shards()[0]!.id, null).records;
    expect(JSON.parse(Buffer.from(sent!.data).toString())).toEqual({
      specversion: '1.0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      source: '/test',
      type: 'reading.v1',
      time: '2024-05-01T12:00:00.000Z',
      data: { text: lone },
    });
  });
});

test('counts: put is the sum of all fates; `tell` is told of each call', async () => {
  const w = world();
  const told: number[] = [];
  const producer = w.make({ tell: (t) => told.push(t.stored) });
  w.weather.push('throttled');
  void producer.put(event(1));
  void settled(producer.put({ type: '' }));
  await w.timing.runUntil(() => producer.counts().stored === 1);
  expect(producer.counts()).toMatchObject({ put: 2, stored: 1, refused: 1, again: 1, calls: 2, waiting: 0 });
  expect(told).toEqual([0, 1]);
});
