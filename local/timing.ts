// Time as the local run needs it: a clock and alarms on it. Tests bring one that they move by hand.
import type { Clock } from '../shared/ports.ts';
import type { Ms } from '../shared/time.ts';

export type Timing = Clock & {
  /** Calls back after some time; the answer takes the alarm back. */
  after(delay: Ms, then: () => void): () => void;
};

/** An alarm that is still set does not keep the process alive. */
export const realTiming: Timing = {
  now: () => Date.now(),
  after: (delay, then) => {
    const timer = setTimeout(then, delay);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
