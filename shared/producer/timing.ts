import { type Clock, systemClock } from '../ports.ts';
import type { Ms } from '../time.ts';

/** A clock and alarms on it; tests bring one that they move by hand. */
export type Timing = Clock & {
  /** Calls back after some time; the answer takes the alarm back. */
  after(delay: Ms, then: () => void): () => void;
};

/** An alarm keeps the process alive: events are waiting for it. */
export const realTiming: Timing = {
  now: systemClock.now,
  after: (delay, then) => {
    const timer = setTimeout(then, delay);
    return () => clearTimeout(timer);
  },
};
