// Feeds a second run for the time of one invocation. All that it knows stands in tables: the next invocation, or one after a crash,
// goes on from the checkpoints.
import { type Ms, seconds } from '../../time.ts';
import type { Budget } from '../../trigger/batch.ts';
import type { ScheduleStep } from '../../trigger/schedule.ts';
import type { Driven } from './drive.ts';

export type FeedForDeps = {
  /** One batch at most: `drive`, made anew for each invocation. */
  readonly begin: () => Promise<(budget: Budget) => Promise<Driven>>;
  readonly wait: (ms: Ms) => Promise<void>;
};

/** What one batch, its retries, and the last word on progress may take. */
export const RESERVE: Ms = seconds(10);
/** Between two looks at a stream that has nothing new: of the five reads a second of a shard, one at most is the replay's. */
const IDLE: Ms = seconds(1);

/** @returns told of what was done, for the line of log */
export const feedFor =
  ({ begin, wait }: FeedForDeps): ScheduleStep =>
  async (_, budget) => {
    const step = await begin();
    const did = { fed: 0, idle: 0 };
    let last: Driven = 'idle';
    while (budget.remainingMs() > RESERVE) {
      last = await step(budget);
      if (last === 'fed') did.fed++;
      else if (last === 'idle') {
        did.idle++;
        await wait(IDLE);
      } else break;
    }
    if (last === 'fed' || last === 'idle') {
      // Progress is noted once a second: after a second's rest one more step notes all of it.
      await wait(IDLE);
      last = await step(budget);
    }
    return { measures: {}, fields: { batches: did.fed, ended: last } };
  };
