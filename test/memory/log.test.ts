import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holds, RING } from '../../shared/lanes/ring.ts';
import { manualClock } from '../../shared/memory/clock.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { hours, minutes } from '../../shared/time.ts';

const data = (text: string) => new Uint8Array(Buffer.from(text));
const texts = (records: readonly { readonly data: Uint8Array }[]) => records.map((r) => Buffer.from(r.data).toString());
const logOf = (shards = 1) => {
  const clock = manualClock('2024-05-01T12:00:00Z');
  const log = new MemoryLog('raw', { shards, clock, retention: hours(24) });
  return { clock, log, only: log.shards()[0]!.id };
};
const fill = (log: MemoryLog, ...names: readonly string[]) =>
  names.map((name) => log.put({ partitionKey: name, data: data(name) }));

describe('reading a shard', () => {
  test('gives records in order, from the start or after a number, and knows no end while the shard is open', () => {
    const { log, only } = logOf();
    const [, b] = fill(log, 'a', 'b', 'c');
    expect(texts(log.read(only, null).records)).toEqual(['a', 'b', 'c']);
    expect(texts(log.read(only, b!.seq).records)).toEqual(['c']);
    expect(log.read(only, log.lastSeq)).toEqual({ records: [], ended: false, children: [], behind: 0 });
  });

  test('takes a sequence number without its leading zeros, and one that no record has', () => {
    const { log, only } = logOf();
    fill(log, 'a');
    expect(texts(log.read(only, '0').records)).toEqual(['a']);
    expect(log.read(only, '9'.repeat(56)).records).toEqual([]);
  });

  test('stops at the limit of records, and at the limit of bytes but for a first larger record', () => {
    const { log, only } = logOf();
    fill(log, 'four', 'more', 'long enough');
    expect(texts(log.read(only, null, 2).records)).toEqual(['four', 'more']);
    expect(texts(log.read(only, null, 9, 8).records)).toEqual(['four', 'more']);
    expect(texts(log.read(only, null, 9, 7).records)).toEqual(['four']);
    expect(texts(log.read(only, null, 9, 1).records)).toEqual(['four']);
  });

  test('tells how long ago the next unread record came', () => {
    const { log, only, clock } = logOf();
    fill(log, 'a');
    clock.advance(minutes(2));
    fill(log, 'b');
    clock.advance(minutes(3));
    expect(log.read(only, null, 1).behind).toBe(minutes(3));
    expect(log.read(only, null).behind).toBe(0);
  });

  test('hands out the bytes it was given, not a copy', () => {
    const { log, only } = logOf();
    const bytes = data('a');
    log.put({ partitionKey: 'k', data: bytes });
    expect(log.read(only, null).records[0]!.data).toBe(bytes);
  });

  test('begins at the first record of a time', () => {
    const { log, only, clock } = logOf();
    fill(log, 'a');
    clock.advance(minutes(1));
    const noon1 = clock.now();
    fill(log, 'b', 'c');
    expect(texts(log.read(only, log.before(only, noon1)).records)).toEqual(['b', 'c']);
    expect(texts(log.read(only, log.before(only, noon1 - 1)).records)).toEqual(['b', 'c']);
    expect(texts(log.read(only, log.before(only, noon1 + 1)).records)).toEqual([]);
    expect(texts(log.read(only, log.before(only, 0)).records)).toEqual(['a', 'b', 'c']);
  });

  test('a shard that is not there is a RangeError', () => {
    expect(() => logOf().log.read('shardId-000000000009', null)).toThrow(
      'stream raw has no shard shardId-000000000009',
    );
  });

  test('an arrival of the caller is kept', () => {
    const { log, only } = logOf();
    log.put({ partitionKey: 'k', data: data('a') }, Date.parse('2024-05-01T11:00:00Z'));
    expect(log.read(only, null).records[0]!.arrival).toBe(Date.parse('2024-05-01T11:00:00Z'));
  });
});

describe('retention', () => {
  test('drops what arrived longer ago, and keeps the rest readable', () => {
    const { log, only, clock } = logOf();
    const [a] = fill(log, 'a', 'b');
    clock.advance(hours(20));
    fill(log, 'c');
    clock.advance(hours(4) + 1);
    expect(texts(log.read(only, null).records)).toEqual(['c']);
    expect(texts(log.read(only, a!.seq).records)).toEqual(['c']);
  });

  test('many records trimmed leave the same answers', () => {
    const { log, only, clock } = logOf();
    fill(log, ...Array.from({ length: 5_000 }, (_, i) => `old ${i}`));
    clock.advance(hours(12));
    const young = fill(log, 'x', 'y', 'z');
    clock.advance(hours(13));
    expect(texts(log.read(only, null).records)).toEqual(['x', 'y', 'z']);
    expect(texts(log.read(only, young[0]!.seq).records)).toEqual(['y', 'z']);
    expect(log.size).toBe(3);
  });

  test('forgets a closed shard a retention after its closing', () => {
    const { log, only, clock } = logOf();
    log.updateShardCount(2);
    clock.advance(hours(24));
    expect(log.has(only)).toBe(true);
    clock.advance(1);
    expect(log.shards().map((s) => s.closed)).toEqual([false, false]);
    expect(log.has(only)).toBe(false);
  });
});

describe('resharding', () => {
  test('a split closes the shard, its children share its range and continue above it', () => {
    const { log, only } = logOf();
    const [last] = fill(log, 'a');
    const [low, high] = log.split(only, 100n);
    expect([low.startHash, low.endHash, high.startHash]).toEqual(['0', '99', '100']);
    expect(log.read(only, null)).toMatchObject({ ended: true, children: [low, high] });
    expect(log.read(only, null, 0)).toMatchObject({ ended: false, children: [] });
    const next = log.put({ partitionKey: 'b', data: data('b'), hashKey: '99' });
    expect(next.shard).toBe(low.id);
    const { endingSeq } = log.shard(only);
    expect([last!.seq, endingSeq!, log.shard(low.id).startingSeq, next.seq]).toEqual(
      [last!.seq, endingSeq!, log.shard(low.id).startingSeq, next.seq].toSorted(),
    );
  });

  test('a merge joins neighbours, in either order, and names both as parents', () => {
    const { log } = logOf(4);
    const [a, b, c] = log.shards().map((s) => s.id);
    const ab = log.merge(b!, a!);
    expect(ab).toMatchObject({ parents: [b, a], startHash: '0', closed: false });
    expect(log.read(a!, null).children).toEqual([ab]);
    expect(log.read(b!, null).children).toEqual([ab]);
    expect(() => log.merge(ab.id, 'shardId-000000000003')).toThrow('do not touch');
    expect(() => log.merge(a!, c!)).toThrow('is closed');
  });

  test.each([[0n], [RING]])('a split at %s is no split', (at) => {
    const { log, only } = logOf();
    expect(() => log.split(only, at)).toThrow(RangeError);
  });

  test('listeners hear of puts and reshards until they leave', () => {
    const { log } = logOf();
    let heard = 0;
    const leave = log.onChange(() => {
      heard += 1;
    });
    fill(log, 'a');
    log.putMany([
      { partitionKey: 'b', data: data('b') },
      { partitionKey: 'c', data: data('c') },
    ]);
    log.updateShardCount(2);
    expect(heard).toBe(3);
    leave();
    fill(log, 'd');
    expect(heard).toBe(3);
  });

  test('any run of puts and reshards keeps the ring whole and every key in order, parents before children', () => {
    const step = fc.oneof(
      fc.record({ put: fc.integer({ min: 0, max: 20 }) }),
      fc.record({ shards: fc.integer({ min: 1, max: 9 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const log = new MemoryLog('raw', { shards: 3, clock: manualClock() });
        const sent: string[][] = [];
        let n = 0;
        for (const s of steps) {
          if ('shards' in s) log.updateShardCount(s.shards);
          else {
            const key = `key ${s.put}`;
            const text = String(n++);
            log.put({ partitionKey: key, data: data(text) });
            sent.push([key, text]);
          }
        }
        const open = log.shards().filter((s) => !s.closed);
        const ring = open.toSorted((a, b) => (BigInt(a.startHash) < BigInt(b.startHash) ? -1 : 1));
        expect(ring[0]!.startHash).toBe('0');
        expect(ring.at(-1)!.endHash).toBe((RING - 1n).toString());
        for (const [i, s] of ring.slice(1).entries()) expect(BigInt(s.startHash)).toBe(BigInt(ring[i]!.endHash) + 1n);
        // Shards are listed in the order of birth: parents stand before their children.
        const read = log.shards().flatMap((s) => log.read(s.id, null).records);
        const seqs = read.map((r) => r.seq);
        for (const key of new Set(sent.map(([k]) => k)))
          expect(read.filter((r) => r.partitionKey === key).map((r) => texts([r])[0])).toEqual(
            sent.filter(([k]) => k === key).map(([, t]) => t),
          );
        expect(new Set(seqs).size).toBe(sent.length);
        expect(seqs.every((s) => s.length === 56)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test('a count of shards gives shards of equal width', () => {
    const { log } = logOf(5);
    log.updateShardCount(3);
    const open = log.shards().filter((s) => !s.closed);
    expect(open.map((s) => BigInt(s.endHash) - BigInt(s.startHash) + 1n)).toEqual([
      RING / 3n,
      RING / 3n,
      RING / 3n + 1n,
    ]);
    expect(open.filter((s) => holds(s, 0n)).length).toBe(1);
  });
});
