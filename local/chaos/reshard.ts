// One split or merge of a stream, drawn from a seed.
import { RING } from '../../shared/lanes/ring.ts';
import type { MemoryLog } from '../../shared/memory/log.ts';
import type { Rng } from '../generate/rng.ts';

const byStart = (a: { startHash: string }, b: { startHash: string }): number =>
  BigInt(a.startHash) < BigInt(b.startHash) ? -1 : 1;

/** @returns the shards that ended; none when the one that was picked is too narrow to be split */
export const reshardOnce = (
  log: Pick<MemoryLog, 'shards' | 'merge' | 'split'>,
  rng: Pick<Rng, 'below' | 'chance'>,
  mostShards = 5,
): readonly string[] => {
  const open = log
    .shards()
    .filter((s) => !s.closed)
    .sort(byStart);
  const wantsMerge = rng.chance(open.length >= mostShards ? 0.9 : 0.5);
  const at = rng.below(open.length);
  const [first, second] = [open[Math.min(at, open.length - 2)], open[Math.min(at, open.length - 2) + 1]];
  const cut = 1 + rng.below(98);
  if (wantsMerge && first !== undefined && second !== undefined) {
    log.merge(first.id, second.id);
    return [first.id, second.id];
  }
  const s = open[at] as (typeof open)[number];
  const start = BigInt(s.startHash);
  const middle = start + 1n + ((BigInt(s.endHash) - start) * BigInt(cut)) / 100n;
  // A shard a 1,024th of the ring wide is narrow enough.
  if (BigInt(s.endHash) - start < RING / 1_024n || middle > BigInt(s.endHash)) return [];
  log.split(s.id, middle);
  return [s.id];
};
