import type { Clock, Nonce } from '../ports.ts';
import type { EpochMs, Ms } from '../time.ts';

/** A clock that stands still until it is moved. */
export type ManualClock = Clock & {
  /** Moves the clock to an instant, back too. */
  set(time: EpochMs): void;
  advance(by: Ms): void;
};

/** @param start an instant, or ISO text with its zone */
export const manualClock = (start: EpochMs | string = '2024-05-01T12:00:00Z'): ManualClock => {
  let time = typeof start === 'string' ? Date.parse(start) : start;
  return {
    now: () => time,
    set(to) {
      time = to;
    },
    advance(by) {
      time += by;
    },
  };
};

/** Fresh names that are the same in every run: `n1`, `n2`, … */
export const countingNonce = (prefix = 'n'): Nonce => {
  let n = 0;
  return () => {
    n += 1;
    return `${prefix}${n}`;
  };
};
