// Makes a failing schedule small: fewer kinds of faults, fewer events, fewer shards, as long as some seed still fails.
import { FAULT_NAMES, type FaultName, type Faults, withoutFaults } from './faults.ts';
import { type Played, playOne } from './play-one.ts';
import type { Limits } from './shape.ts';

export type Small = { readonly faults: Faults; readonly limits: Limits; readonly played: Played };

/** How many other seeds are tried for each smaller world, and for how long in all. */
const SEEDS = 40;
const EVENTS = [1, 2, 3, 4, 6, 9, 14];

export const shrink = async (
  failed: Played,
  faults: Faults,
  limits: Limits,
  { ms = 90_000, now = Date.now }: { ms?: number; now?: () => number } = {},
): Promise<Small> => {
  const until = now() + ms;
  let small: Small = { faults, limits, played: failed };
  const attempt = async (next: Omit<Small, 'played'>): Promise<boolean> => {
    const seeds = [small.played.seed, ...Array.from({ length: SEEDS }, (_, i) => i + 1)];
    for (const seed of seeds) {
      if (now() > until) return false;
      const played = await playOne(seed, next.faults, next.limits);
      if (played.wrong.length === 0) continue;
      small = { ...next, played };
      return true;
    }
    return false;
  };
  const without = (names: readonly FaultName[]) => attempt({ ...small, faults: withoutFaults(names, small.faults) });
  const on = (): readonly FaultName[] => FAULT_NAMES.filter((name) => small.faults[name] > 0);

  const half = Math.ceil(FAULT_NAMES.length / 2);
  await without(FAULT_NAMES.slice(0, half));
  await without(FAULT_NAMES.slice(half));
  for (const name of on()) await without([name]);
  for (const one of [{ noSinks: true }, { oneShard: true }, { fewGroups: true }] satisfies Limits[])
    await attempt({ ...small, limits: { ...small.limits, ...one } });
  for (const events of EVENTS) if (await attempt({ ...small, limits: { ...small.limits, events } })) break;
  return small;
};
