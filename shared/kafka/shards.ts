// Partitions of a topic as shards. The n partitions cut the hash ring into n equal parts, so that a key group has its place on Kafka
// as it has on Kinesis, by its point. Nothing is ever split or closed;
// where partitions are added, the head keeps the cut of the beginning (shared/steps/tree.ts).
import { RING } from '../lanes/ring.ts';
import type { Shard } from '../ports.ts';

const DIGITS = 6;
const NAME = 'partition-';

/** 3 -> `partition-000003`. */
export const shardOfPartition = (partition: number): string => `${NAME}${String(partition).padStart(DIGITS, '0')}`;

/** `partition-000003` -> 3; undefined for anything else. */
export const partitionOfShard = (shard: string): number | undefined => {
  const [, digits] = /^partition-(\d{6,})$/.exec(shard) ?? [];
  return digits === undefined ? undefined : Number(digits);
};

/** First hash key of partition p of n; that of p = n is the ring's end. */
const startOf = (p: number, n: number): bigint => (BigInt(p) * RING + BigInt(n) - 1n) / BigInt(n);

/** The partition whose part of the ring holds a hash key. */
export const partitionOfHash = (hashKey: bigint, n: number): number => Number((hashKey * BigInt(n)) / RING);

/** @param n how many partitions the topic has */
export const shardsOf = (n: number): readonly Shard[] =>
  Array.from({ length: n }, (_, p) => ({
    id: shardOfPartition(p),
    parents: [],
    startHash: startOf(p, n).toString(),
    endHash: (startOf(p + 1, n) - 1n).toString(),
    closed: false,
  }));
