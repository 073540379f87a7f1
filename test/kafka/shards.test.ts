import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BATCH_BYTES, roundsOf } from '../../shared/kafka/rounds.ts';
import { partitionOfHash, partitionOfShard, shardOfPartition, shardsOf } from '../../shared/kafka/shards.ts';
import { holds, ownedGroups, pointOf, RING } from '../../shared/lanes/ring.ts';

const partitions = fc.integer({ min: 1, max: 400 });
const hash = fc.bigInt({ min: 0n, max: RING - 1n });

describe('partitions as shards', () => {
  test.each([
    [0, 'partition-000000'],
    [3, 'partition-000003'],
    [1_234_567, 'partition-1234567'],
  ])('partition %d is %s', (partition, shard) => {
    expect([shardOfPartition(partition), partitionOfShard(shard)]).toEqual([shard, partition]);
  });

  test('nothing else is a partition', () => {
    expect(['shardId-000000000003', 'partition-3', '', 'partition-00000x'].map(partitionOfShard)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('they cut the ring without a gap, and a record goes to the one whose part holds its hash key', () => {
    fc.assert(
      fc.property(partitions, hash, (n, h) => {
        const shards = shardsOf(n);
        expect([shards[0]?.startHash, shards.at(-1)?.endHash]).toEqual(['0', String(RING - 1n)]);
        for (let i = 1; i < n; i++)
          expect(BigInt(shards[i]?.startHash ?? 0)).toBe(BigInt(shards[i - 1]?.endHash ?? 0) + 1n);
        const at = partitionOfHash(h, n);
        expect(shards.map((s) => holds(s, h)).indexOf(true)).toBe(at);
        for (const edge of [shards[at]?.startHash, shards[at]?.endHash])
          expect(partitionOfHash(BigInt(edge ?? -1), n)).toBe(at);
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    [4, 16],
    [3, 16],
    [6, 32],
    [1, 4],
  ])('%d partitions of %d key groups have between them every group at its point', (n, groups) => {
    const shards = shardsOf(n);
    for (let g = 0; g < groups; g++) {
      const at = partitionOfHash(BigInt(pointOf(g, groups)), n);
      expect(ownedGroups(shards[at] ?? shards[0]!, groups)).toContain(g);
    }
  });
});

describe('a put in rounds', () => {
  const record = (partition: number, bytes: number) => ({
    partitionKey: 'k',
    hashKey: shardsOf(4)[partition]?.startHash ?? '0',
    data: new Uint8Array(bytes - 1),
  });

  test('keeps the order of each partition, and no partition gets more than a batch in one', () => {
    const sizes = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 1_048_575 })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(sizes, (given) => {
        const rounds = roundsOf(
          given.map(([p, n]) => record(p, n)),
          4,
        );
        const seen = rounds.flat();
        expect(seen.map((r) => r.index).toSorted((a, b) => a - b)).toEqual(given.map((_, i) => i));
        for (let p = 0; p < 4; p++) {
          const order = seen.filter((r) => r.partition === p).map((r) => r.index);
          expect(order).toEqual(order.toSorted((a, b) => a - b));
          for (const round of rounds) {
            const mine = round.filter((r) => r.partition === p);
            const bytes = mine.reduce((sum, { record: r }) => sum + r.data.length + 1, 0);
            expect(mine.length <= 1 || bytes <= BATCH_BYTES).toBe(true);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test('small ones go in one', () => {
    expect(roundsOf([record(0, 10), record(1, 10), record(0, 10)], 4).length).toBe(1);
  });
});
