import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import type { OutRecord, Stream } from '../../shared/ports.ts';
import { type Fate, packer } from '../../shared/steps/ingest/pack.ts';
import type { Outgoing } from '../../shared/steps/ingest/parcels.ts';
import { within } from '../../shared/steps/ingest/patience.ts';
import { onStream, tries } from './given.ts';

const events = (count: number, bytes: number, keys = count): readonly Outgoing[] =>
  Array.from({ length: count }, (_, n) => ({
    key: `customer-${n % keys}`,
    bytes: Buffer.from(`{"n":${n}}`.padEnd(bytes)),
  }));
const numberOf = (text: string): number => JSON.parse(text).n;

/** Counts what Kinesis charges: 25 KB of a record, or a part of it. */
const PUT_UNIT = 25_000;
const metered = (inner: Stream) => {
  const records: OutRecord[] = [];
  const calls: number[] = [];
  const stream: Stream = {
    ...inner,
    put: (batch) => {
      records.push(...batch);
      calls.push(batch.length);
      return inner.put(batch);
    },
  };
  const units = () => records.reduce((sum, r) => sum + Math.ceil(r.data.length / PUT_UNIT), 0);
  return { stream, units, records, calls };
};

const kinds = (fates: readonly Fate[]) => new Set(fates.map((f) => f.kind));
const stored = (fate: Fate | undefined) => {
  if (fate?.kind !== 'stored') throw new Error(`not stored: ${JSON.stringify(fate)}`);
  return fate;
};

describe('cost', () => {
  test.each([1, 4])('1,000 events of 525 B take at most 25 PUT units on %i shards', async (shards) => {
    const { stream, units, calls } = metered(memoryStream(new MemoryLog('raw', { shards })));
    const fates = await packer(stream, tries(1))(events(1_000, 525));
    expect(kinds(fates)).toEqual(new Set(['stored']));
    expect(units()).toBeLessThanOrEqual(25);
    expect(calls).toEqual([shards]);
  });

  test('a single event goes without a frame, under its own key', async () => {
    const { stream, records } = metered(memoryStream(new MemoryLog('raw', { shards: 2 })));
    await packer(stream, tries(1))(events(1, 40));
    expect(records.map((r) => ({ ...r, data: Buffer.from(r.data).toString().trim() }))).toEqual([
      { partitionKey: 'customer-0', data: '{"n":0}' },
    ]);
  });
});

describe('limits', () => {
  test('aggregates stay within 1 MiB, puts within 500 records and 5 MiB, and everything arrives in order', async () => {
    const log = new MemoryLog('raw', { shards: 3 });
    const { stream, records, calls } = metered(memoryStream(log));
    const sent = events(400, 60_000, 40);
    const fates = await packer(stream, tries(1))(sent);
    expect(kinds(fates)).toEqual(new Set(['stored']));
    expect(Math.max(...records.map((r) => r.data.length))).toBeLessThanOrEqual(1_048_576);
    expect(calls.every((n) => n <= 3)).toBe(true); // one record of a shard at a time
    const arrived = onStream(log);
    expect(arrived.length).toBe(400);
    for (const { id } of log.shards()) {
      const numbers = arrived.filter((e) => e.shard === id).map((e) => numberOf(e.text));
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
  });

  test('600 shards take two puts', async () => {
    const log = new MemoryLog('raw', { shards: 600 });
    const { stream, calls } = metered(memoryStream(log));
    const fates = await packer(stream, tries(1))(events(20_000, 20));
    expect(kinds(fates)).toEqual(new Set(['stored']));
    expect(Math.max(...calls)).toBeLessThanOrEqual(500);
    expect(onStream(log).length).toBe(20_000);
  });

  test.each([
    ['an event of the greatest size', 1_044_480, 'key', 'stored'],
    ['one byte more', 1_044_481, 'key', 'too-large'],
    ['a key beyond 256 characters', 10, 'k'.repeat(1_000), 'stored'],
    ['a key as large as a record', 10, 'k'.repeat(1_048_576), 'too-large'],
    ['a key outside ASCII', 10, '☃'.repeat(200), 'stored'],
  ])('%s', async (_, size, key, kind) => {
    const log = new MemoryLog('raw', { shards: 2 });
    const fates = await packer(memoryStream(log), tries(1))([{ key, bytes: Buffer.from('1'.padEnd(size)) }]);
    expect(fates.map((f) => f.kind)).toEqual([kind]);
    expect(onStream(log).map((e) => e.key)).toEqual(kind === 'stored' ? [key] : []);
  });
});

describe('places', () => {
  test('an event is told exactly where the next function finds it', async () => {
    const log = new MemoryLog('raw', { shards: 4 });
    const fates = await packer(memoryStream(log), tries(1))(events(300, 30, 20));
    const found = new Map(onStream(log).map(({ shard, seq, index, text }) => [numberOf(text), { shard, seq, index }]));
    fates.forEach((fate, n) => {
      const { shard, seq, index } = stored(fate);
      expect({ shard, seq, index }).toEqual(found.get(n));
    });
  });

  test('each event lies in the shard that its own key leads to', async () => {
    const log = new MemoryLog('raw', { shards: 5 });
    await packer(memoryStream(log), tries(1))(events(500, 30, 100));
    for (const { shard, key } of onStream(log)) expect(log.shardFor({ partitionKey: key })).toBe(shard);
  });

  test('after a reshard one request lands by the old list, all of it stored; the next by the new one', async () => {
    const log = new MemoryLog('raw', { shards: 2 });
    let lists = 0;
    const inner = memoryStream(log);
    const stream: Stream = {
      ...inner,
      shards: () => {
        lists++;
        return inner.shards();
      },
    };
    const send = packer(stream, tries(1));
    await send(events(50, 30));
    await send(events(50, 30));
    expect(lists).toBe(1);
    log.updateShardCount(8);
    expect(kinds(await send(events(50, 30)))).toEqual(new Set(['stored']));
    const before = onStream(log).length;
    await send(events(200, 30));
    expect([lists, before]).toEqual([2, 150]);
    const closed = new Set(log.shards().flatMap((s) => (s.closed ? [s.id] : [])));
    const last = onStream(log).slice();
    const open = last.filter((e) => !closed.has(e.shard));
    const strangers = open.filter((e) => log.shardFor({ partitionKey: e.key }) !== e.shard);
    expect(open.length).toBe(250);
    expect(strangers.length).toBeLessThan(50); // only of the request that came in between
  });
});

describe('failures', () => {
  test('one throttled shard: its events are named, those of the others are stored', async () => {
    const log = new MemoryLog('raw', { shards: 4 });
    const busy = log.shards()[1]?.id;
    const refuse = (r: OutRecord) => (log.shardFor(r) === busy ? 'ProvisionedThroughputExceededException' : undefined);
    const fates = await packer(memoryStream(log, { refuse }), tries(3))(events(200, 30));
    const missing = fates.flatMap((f, n) => (f.kind === 'throttled' ? [n] : []));
    const there = onStream(log).map((e) => numberOf(e.text));
    expect(missing.length).toBeGreaterThan(20);
    expect([...missing, ...there].sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => n));
  });

  test('an answer that was lost: sent again, stored twice at most, and when time runs out it is said to be unknown', async () => {
    const log = new MemoryLog('raw');
    const inner = memoryStream(log);
    const losing: Stream = {
      ...inner,
      put: async (records) => {
        await inner.put(records);
        throw new Error('socket hang up');
      },
    };
    const fates = await packer(losing, tries(2))(events(3, 30));
    expect(fates).toMatchObject(Array(3).fill({ kind: 'unavailable', unknown: true }));
    expect(onStream(log).length).toBe(6);
  });

  test('once an answer was lost, a refusal says nothing about the copy that may be stored', async () => {
    const inner = memoryStream(new MemoryLog('raw'), { refuse: () => 'ProvisionedThroughputExceededException' });
    let first = true;
    const put: Stream['put'] = (records) => {
      if (!first) return inner.put(records);
      first = false;
      return Promise.reject(new Error('socket hang up'));
    };
    const fates = await packer({ ...inner, put }, tries(3))(events(1, 30));
    expect(fates).toMatchObject([{ kind: 'unavailable', unknown: true }]);
  });

  test('what was never sent is not said to be unknown', async () => {
    const inner = memoryStream(new MemoryLog('raw'));
    const losing: Stream = { ...inner, put: async () => Promise.reject(new Error('socket hang up')) };
    const fates = await packer(losing, tries(2))(events(3, 600_000));
    expect(fates.map((f) => f.kind === 'unavailable' && f.unknown)).toEqual([true, false, false]);
  });

  test('the list of shards may fail at first', async () => {
    const log = new MemoryLog('raw');
    const inner = memoryStream(log);
    let failures = 2;
    const shards: Stream['shards'] = () => (failures-- > 0 ? Promise.reject(new Error('no route')) : inner.shards());
    expect(kinds(await packer({ ...inner, shards }, tries(5))(events(3, 30)))).toEqual(new Set(['stored']));
  });

  test('a stream that does not answer: the producer is told in time, and that the fate is unknown', async () => {
    vi.useFakeTimers();
    try {
      const clock = { now: () => Date.now() };
      const inner = memoryStream(new MemoryLog('raw'));
      const silent: Stream = { ...inner, put: () => new Promise(() => undefined) };
      const fates = packer(silent, within(10_000, clock))(events(1, 30));
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await fates).toMatchObject([{ kind: 'unavailable', unknown: true, cause: 'no answer within 10000 ms' }]);
      const unlisted: Stream = { ...inner, shards: () => new Promise(() => undefined) };
      const others = packer(unlisted, within(10_000, clock))(events(1, 30));
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await others).toMatchObject([{ kind: 'unavailable', unknown: false }]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('gives up when the time is over, with pauses that grow', async () => {
    let now = 0;
    const pauses: number[] = [];
    const patience = within(
      10_000,
      { now: () => now },
      async (pause) => {
        pauses.push(pause);
        now += pause;
      },
      () => 1,
    );
    const stream = memoryStream(new MemoryLog('raw'), { refuse: () => 'ProvisionedThroughputExceededException' });
    expect(kinds(await packer(stream, patience)(events(2, 30)))).toEqual(new Set(['throttled']));
    expect(pauses).toEqual([50, 100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000]);
    expect(now).toBeLessThan(10_000);
  });
});

test('property: whatever the stream refuses, each event is stored once or named, and keys keep their order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 1, max: 8 }),
      fc.infiniteStream(fc.integer({ min: 0, max: 99 })),
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 1, max: 6 }),
      async (shards, count, keys, dice, refusals, patience) => {
        const log = new MemoryLog('raw', { shards });
        const refuse = () => (dice.next().value < refusals ? 'InternalFailure' : undefined);
        // Events of 300 kB make several aggregates of one shard.
        const sent = events(count, 1, keys).map((e, n) =>
          n % 5 === 0 ? { ...e, bytes: Buffer.from(`{"n":${n}}`.padEnd(300_000)) } : e,
        );
        const fates = await packer(memoryStream(log, { refuse }), tries(patience))(sent);
        const there = onStream(log);
        const numbers = there.map((e) => numberOf(e.text));
        expect(numbers.toSorted((a, b) => a - b)).toEqual(fates.flatMap((f, n) => (f.kind === 'stored' ? [n] : [])));
        for (let key = 0; key < keys; key++) {
          const ofKey = there.filter((e) => e.key === `customer-${key}`).map((e) => numberOf(e.text));
          expect(ofKey).toEqual(ofKey.toSorted((a, b) => a - b));
          // Nothing of a key is stored behind something of it that is not.
          const firstMissing = fates.findIndex((f, n) => n % keys === key && f.kind !== 'stored');
          if (firstMissing >= 0) expect(ofKey.every((n) => n < firstMissing)).toBe(true);
        }
      },
    ),
    { numRuns: 150 },
  );
});
