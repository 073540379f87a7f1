import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../faults.ts';
import type { Clock } from '../../ports.ts';
import type { Ms } from '../../time.ts';

/** One request's patience: waits, and says whether there is time for another try after the n-th failure in a row. */
export type Patience = () => {
  again(failures: number): Promise<boolean>;
  /** How long a call to the stream may take from now on. */
  left(): Ms;
};

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
      left: () => Math.max(0, until - clock.now()),
      again: async (failures) => {
        const pause = random() * Math.min(LONGEST, FIRST * 2 ** (failures - 1));
        if (clock.now() + pause >= until) return false;
        await wait(pause);
        return true;
      },
    };
  };

/**
 * The answer of a call, or a Fault `stream.unavailable` when it does not come in time: a client that waits and retries by itself may
 * take longer than the function has. What it sent may still arrive.
 */
export const inTime = async <T>(call: Promise<T>, limit: Ms): Promise<T> => {
  if (limit === Number.POSITIVE_INFINITY) return call;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Fault('stream.unavailable', `no answer within ${limit} ms`)), limit);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
};
