// The faults of `millrace run --faults`, spread over a long run: a few a minute instead of as many as fit.
import { type Rng, rngOf } from '../generate/rng.ts';
import { type Faults, seededFaults } from '../run/faults.ts';

/** @param perMinute strikes a minute at most; the seed decides which */
export const slowFaults = (seed: number, perMinute: number, now: () => number = Date.now): Faults => {
  const inner = seededFaults(seed);
  const rng: Rng = rngOf(seed + 1);
  const started = now();
  const struck = (): number => Object.values(inner.counts).reduce((sum, n) => sum + n, 0);
  // Not each time that there is room, or the first calls of every minute would take it all.
  const mayStrike = (): boolean => rng.chance(0.3) && struck() < ((now() - started) / 60_000) * perMinute;
  return {
    counts: inner.counts,
    hooks: {
      before: (call) => (mayStrike() ? (inner.hooks.before?.(call) ?? 'pass') : 'pass'),
      after: (call, answer) => (mayStrike() ? (inner.hooks.after?.(call, answer) ?? 'pass') : 'pass'),
    },
    poller: {
      ...(inner.poller.anyOrder !== undefined && { anyOrder: inner.poller.anyOrder }),
      deliver: (batch) => (mayStrike() ? inner.poller.deliver?.(batch) : undefined),
    },
    crashing: inner.crashing,
    reshard: inner.reshard,
  };
};
