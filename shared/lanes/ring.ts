// The hash ring of Kinesis: 2^128 hash keys, cut into G key groups of equal size. G is a power of two, fixed for a run.
import { hash } from 'node:crypto';
import { keyHash, keyHashes } from './key-hash.ts';

const RING_BITS = 128n;
export const RING = 1n << RING_BITS;

/** Kinesis' rule: the MD5 of the partition key's UTF-8 bytes, as a 128-bit number. */
export const hashKeyOf = (partitionKey: string): bigint => BigInt(`0x${hash('md5', partitionKey, 'hex')}`);

const width = (groups: number): bigint => RING / BigInt(groups);

/** The key group that holds a hash key. */
export const groupOfHash = (hashKey: bigint, groups: number): number => Number(hashKey / width(groups));

const groupOfTop = (top: number, groups: number): number => Math.floor((top / 0x1_0000_0000) * groups);

/** The same from the partition key, without a 128-bit division: the top bits of its MD5. */
export const groupOfKey = (partitionKey: string, groups: number): number => groupOfTop(keyHash(partitionKey), groups);

/** `groupOfKey` of each. */
export const groupsOfKeys = (partitionKeys: readonly string[], groups: number): readonly number[] =>
  keyHashes(partitionKeys).map((top) => groupOfTop(top, groups));

/** The middle of a key group, as an explicit hash key: every record of the group goes to the shard that holds it. */
export const pointOf = (group: number, groups: number): string =>
  (BigInt(group) * width(groups) + width(groups) / 2n).toString();

type Range = { readonly startHash: string; readonly endHash: string };

/** Key groups that a shard's range overlaps. */
export const ownedGroups = (shard: Range, groups: number): readonly number[] => {
  const first = groupOfHash(BigInt(shard.startHash), groups);
  const last = groupOfHash(BigInt(shard.endHash), groups);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
};

export const holds = (shard: Range, hashKey: string | bigint): boolean => {
  const h = BigInt(hashKey);
  return BigInt(shard.startHash) <= h && h <= BigInt(shard.endHash);
};

/** Whether two ranges share a hash key. */
export const overlaps = (a: Range, b: Range): boolean =>
  BigInt(a.startHash) <= BigInt(b.endHash) && BigInt(b.startHash) <= BigInt(a.endHash);

/** The smallest power of two that is at least four per shard planned, at least 4 (protocol, section 14). */
export const groupsFor = (shards: number): number => {
  let g = 4;
  while (g < 4 * shards) g *= 2;
  return g;
};
