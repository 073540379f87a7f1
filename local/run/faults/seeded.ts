// The schedule of `npm run chaos` around real handlers and real clients: one seed draws what goes wrong; when it strikes follows from
// the order of calls, which two runs need not share. Bounded, so that every run ends.
import { FAULT_NAMES, type FaultName, type Faults as Rates } from '../../chaos/faults.ts';
import { type Bounds, Schedule } from '../../chaos/schedule.ts';
import type { PollerFaults } from '../../poller/faults.ts';
import type { FunctionPool } from '../../sandbox/pool.ts';
import type { Hooks } from '../../services/hooks.ts';
import { type Clocks, jumpingClocks } from './clocks.ts';
import { faultyDeliveries } from './deliveries.ts';
import { MOST, NOT_HERE, RUN_FAULTS } from './rates.ts';
import { type Pool, Sandboxes } from './sandboxes.ts';
import { faultyServices } from './services.ts';
import { Around, type Stage } from './world.ts';

export type FaultCounts = Readonly<Record<FaultName, number>>;

/** What a run lets happen to it. */
export type Faults = {
  readonly hooks: Hooks;
  readonly poller: PollerFaults;
  readonly clocks: Clocks;
  /** A function whose sandboxes may die or run out of time. */
  readonly watch: (pool: FunctionPool) => Pool;
  /** From now on streams and mappings are struck too. */
  readonly attach: (stage: Stage) => void;
  /** Every request that is under way lands. */
  readonly land: () => Promise<void>;
  /** No more faults. */
  readonly end: () => Promise<void>;
  /** How often each struck so far. */
  readonly counts: FaultCounts;
};

export type SeededOptions = Bounds & { readonly rates?: Rates };

/** @throws RangeError for a seed that is no safe integer */
export const seededFaults = (
  seed: number,
  { rates = RUN_FAULTS, most = MOST, ...bounds }: SeededOptions = {},
): Faults => {
  const schedule = new Schedule(seed, rates, { most, ...bounds });
  const clocks = jumpingClocks();
  const sandboxes = new Sandboxes();
  const around = new Around(schedule, clocks);
  const services = faultyServices(
    schedule,
    sandboxes,
    () => around.step(),
    () => around.throttled,
  );
  const hurry = (): number | undefined =>
    schedule.strikes('nearTimeLimit') ? 40 + schedule.rng.below(120) : undefined;
  return {
    hooks: services.hooks,
    poller: faultyDeliveries(schedule, (...where) => around.isEarly(...where)),
    clocks,
    watch: (pool) => sandboxes.watch(pool, hurry),
    attach: (stage) => around.attach(stage),
    land: services.land,
    async end() {
      schedule.calm();
      around.calm();
      services.end();
      await sandboxes.rest();
      clocks.release();
    },
    counts: schedule.struck.counts,
  };
};

/** What struck, and why the other faults of `npm run chaos` cannot: one line each. */
export const showFaults = (seed: number, counts: FaultCounts): readonly string[] => [
  `faults of seed ${seed}: ${FAULT_NAMES.filter((name) => counts[name] > 0)
    .map((name) => `${counts[name]} × ${name}`)
    .join(', ')}`,
  ...Object.entries(NOT_HERE).map(([name, why]) => `  never ${name}: ${why}`),
];
