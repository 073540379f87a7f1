import { setTimeout as wait } from 'node:timers/promises';
import { type Ms, seconds } from '../time.ts';

const FIRST: Ms = 50;
const LONGEST: Ms = seconds(3);

/** Waits before try `attempt` + 1, counted from 0: anything up to 50 ms, then up to twice as long each time, at most 3 s. */
export const backOff = async (attempt: number, random: () => number = Math.random): Promise<void> => {
  await wait(random() * Math.min(LONGEST, FIRST * 2 ** attempt));
};
