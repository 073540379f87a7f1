import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../ports.ts';
import type { Ms } from '../../time.ts';

/** One request's patience: waits, and says whether there is time for another try after the n-th failure in a row. */
export type Patience = () => { again(failures: number): Promise<boolean> };

const FIRST: Ms = 50;
const LONGEST: Ms = 2_000;

/**
 * Tries for `budget`, with pauses that double from 50 ms to 2 s and full jitter.
 * @param budget below the time limit of the function, so that the producer gets an answer
 */
export const within =
  (
    budget: Ms,
    clock: Clock,
    wait: (pause: Ms) => Promise<unknown> = sleep,
    random: () => number = Math.random,
  ): Patience =>
  () => {
    const until = clock.now() + budget;
    return {
      again: async (failures) => {
        const pause = random() * Math.min(LONGEST, FIRST * 2 ** (failures - 1));
        if (clock.now() + pause >= until) return false;
        await wait(pause);
        return true;
      },
    };
  };
