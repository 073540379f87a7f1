import { setTimeout as wait } from 'node:timers/promises';
import { type Ms, seconds } from '../time.ts';

const FIRST: Ms = 50;
const LONGEST: Ms = seconds(3);

/** How a wait is done; tests give one that takes no time. */
export type Sleep = (time: Ms) => Promise<unknown>;

/** Waits before try `attempt` + 1, counted from 0: anything up to 50 ms, then up to twice as long each time, at most 3 s. */
export const backOff = async (attempt: number, sleep: Sleep = wait): Promise<void> => {
  await sleep(Math.random() * Math.min(LONGEST, FIRST * 2 ** attempt));
};
