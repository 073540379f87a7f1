// How fast consumers may read: those that share a stream share each shard's 5 reads and 2 MiB a second; one with enhanced fan-out has
// 2 MiB a second of its own, and no reads to count, since it is pushed to.
import type { Clock } from '../../shared/ports.ts';
import { fanOutQuotas, type Quotas, shardQuotas } from '../kinesis/quotas.ts';

/** One consumer's way to the shards of its stream. */
export type ReadLimit = {
  /** Whether it may read now; if so the read is counted. */
  mayRead(shard: string): boolean;
  haveRead(shard: string, bytes: number): void;
};
export type ReadLimits = { of(stream: string, enhanced: boolean): ReadLimit };

export const readLimits = (clock: Clock): ReadLimits => {
  const shared = shardQuotas(clock);
  return {
    of(stream, enhanced) {
      const quotas: Pick<Quotas, 'mayRead' | 'haveRead'> = enhanced ? fanOutQuotas(clock) : shared;
      return {
        mayRead: (shard) => quotas.mayRead(stream, shard),
        haveRead: (shard, bytes) => quotas.haveRead(stream, shard, bytes),
      };
    },
  };
};
