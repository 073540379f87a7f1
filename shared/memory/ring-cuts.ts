// How the ring is cut into shards: evenly at first, by splits and merges later.
import { RING } from '../lanes/ring.ts';
import type { Range } from './shard-log.ts';

/** `count` ranges of equal width; the last takes what division leaves over. */
export const evenRanges = (count: number): readonly Range[] => {
  const width = RING / BigInt(count);
  return Array.from({ length: count }, (_, i) => ({
    start: BigInt(i) * width,
    end: i === count - 1 ? RING - 1n : BigInt(i + 1) * width - 1n,
  }));
};

export type Cut =
  | { readonly kind: 'split'; readonly at: bigint }
  /** Joins the range that ends before `at` with the one that starts there. */
  | { readonly kind: 'merge'; readonly at: bigint };

/**
 * The splits and then merges that turn ranges into `count` even ones. Shards that only live between a split and a merge never
 * hold a record, as when AWS scales a stream by anything but a factor of two.
 */
export const cutsTo = (ranges: readonly Range[], count: number): readonly Cut[] => {
  const now = new Set(ranges.map((r) => r.start));
  const then = new Set(evenRanges(count).map((r) => r.start));
  return [
    ...[...then].filter((at) => !now.has(at)).map((at): Cut => ({ kind: 'split', at })),
    ...[...now].filter((at) => !then.has(at)).map((at): Cut => ({ kind: 'merge', at })),
  ];
};
