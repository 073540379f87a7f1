// What may befall a delivery: its answer is lost, it comes in halves, a child shard comes before its parents.
import type { Schedule } from '../../chaos/schedule.ts';
import type { PollerFaults } from '../../poller/faults.ts';
import { EARLY } from './rates.ts';

/** A batch is all or nothing there: one ledger entry. */
const NEVER_HALVED = new Set(['aggregate', 'aggregate-again', 'write-lake']);

/** @param isEarly whether a shard of a function is offered although its parents are not read */
export const faultyDeliveries = (
  schedule: Schedule,
  isEarly: (fn: string, stream: string, shard: string) => boolean,
): PollerFaults => {
  const { rng, struck } = schedule;
  return {
    anyOrder: rng.chance(EARLY),
    deliver({ function: fn, stream, shard, records, attempt }) {
      if (isEarly(fn, stream, shard)) struck.add('early');
      if (attempt > 1 && records > 1 && !NEVER_HALVED.has(fn) && schedule.strikes('bisect'))
        return { take: Math.ceil(records / 2) };
      if (!schedule.strikes('answerLost')) return undefined;
      const then = rng.pick(['kill', 'repeat', 'zombie'] as const);
      return records > 1 && rng.chance(0.6) ? { take: 1 + rng.below(records - 1), then } : { then };
    },
  };
};
