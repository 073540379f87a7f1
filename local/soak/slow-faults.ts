// The faults of `millrace run --faults`, spread over a long run: a few a minute instead of as many as fit.
import { rngOf } from '../generate/rng.ts';
import { RUN_FAULTS } from '../run/faults/rates.ts';
import { type Faults, seededFaults } from '../run/faults/seeded.ts';

/**
 * Without those that a live run has in another way or would mistake for a fault of its own: it reshards by itself, clocks that jump
 * would date its traffic wrongly, and a mapping that begins again at the oldest record is minutes behind by its nature.
 */
const RATES = {
  ...RUN_FAULTS,
  reshard: 0,
  reshardBurst: 0,
  clockJump: 0,
  arrivalJump: 0,
  replace: 0,
  secondMapping: 0,
};

/** @param perMinute strikes a minute at most; the seed decides which */
export const slowFaults = (seed: number, perMinute: number, now: () => number = Date.now): Faults => {
  const rng = rngOf(seed + 1);
  const started = now();
  let struck = 0;
  // Not each time that there is room, or the first calls of every minute would take it all.
  const mayStrike = (): boolean => {
    if (!rng.chance(0.3) || struck >= ((now() - started) / 60_000) * perMinute) return false;
    struck++;
    return true;
  };
  return seededFaults(seed, { rates: RATES, most: {}, mayStrike });
};
