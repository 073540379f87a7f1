// Clocks that jump: that of the functions, and that by which records arrive.
import { type Clock, systemClock } from '../../../shared/ports.ts';
import type { Ms } from '../../../shared/time.ts';

export type Clocks = {
  /** Kinesis' clock. */
  readonly arrivals: Clock;
  /** How far each stands off just now. */
  readonly off: { lambda: Ms; arrival: Ms };
  /** The functions' clock is the system's again. */
  release(): void;
};

/** All functions of a process share one clock, which is the system's until it jumps. */
export const jumpingClocks = (): Clocks => {
  const off = { lambda: 0, arrival: 0 };
  const { now } = systemClock;
  Object.assign(systemClock, { now: () => Date.now() + off.lambda });
  return {
    arrivals: { now: () => Date.now() + off.arrival },
    off,
    release: () => void Object.assign(systemClock, { now }),
  };
};
