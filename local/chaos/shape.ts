// What a seed's world is like, drawn before anything happens. Switching a fault off changes nothing else of the world.
import { groupsFor } from '../../shared/lanes/ring.ts';
import { type Rng, rngOf } from '../generate/rng.ts';
import type { Faults } from './faults.ts';
import { type Ends, REPLAYED } from './replayed.ts';
import { LEAVES, type Leaf } from './scenario.ts';

/** Bounds on a world, to make a failure small. */
export type Limits = {
  readonly events?: number;
  /** Every stream begins with one shard. */
  readonly oneShard?: boolean;
  /** The fewest key groups. */
  readonly fewGroups?: boolean;
  /** Without write-table, write-lake and roll-up-lake. */
  readonly noSinks?: boolean;
};

export type Shape = {
  readonly events: number;
  /** Shards of raw, validated, enriched, refined at the start. */
  readonly shards: readonly [number, number, number, number];
  /** Number of key groups. */
  readonly groups: number;
  /** Of the hopping query, in seconds. */
  readonly lateness: number;
  /** Whether rows of open windows are shown. */
  readonly early: boolean;
  /** Chance that an event is far behind the others. */
  readonly late: number;
  readonly sinks: boolean;
  /** Whether rows go to destinations outside too: PostgreSQL, queues, an event bus, alerts. */
  readonly outside: boolean;
  readonly refusedRows: boolean;
  readonly naps: number;
  readonly quietWeeks: boolean;
  readonly silence: boolean;
  readonly expiry: boolean;
  readonly poison: boolean;
  /** Whether operators send rejected events again. */
  readonly resubmit: boolean;
  /** How often the table is lost. */
  readonly restores: number;
  /** The query that is run a second time, and how that ends. */
  readonly replay: { readonly query: (typeof REPLAYED)[number]; readonly ends: Ends } | null;
  readonly copies: boolean;
  readonly deduplicate: boolean;
  readonly history: boolean;
  readonly load: boolean;
  readonly changingAnswers: boolean;
  /** Whether `raw` gets shards without parents, and is never split or merged. */
  readonly grows: boolean;
  /** Whether the lake is compacted, again and again. */
  readonly compacts: boolean;
  /** The query that a deploy adds or removes; its own rows are not judged. */
  readonly redeploy: { readonly leaf: Leaf; readonly adds: boolean } | null;
};

const redeployed = (r: Rng, faults: Faults): Shape['redeploy'] => {
  const [happens, leaf, adds] = [r.chance(faults.redeploy), r.pick(LEAVES), r.chance(0.5)];
  return happens ? { leaf, adds } : null;
};

const replayed = (r: Rng, faults: Faults): Shape['replay'] => {
  const happens = r.chance(faults.replay);
  return happens ? { query: r.pick(REPLAYED), ends: r.pick(['switch', 'switch', 'cancel', 'race'] as const) } : null;
};

export const shapeOf = (seed: number, faults: Faults, limits: Limits = {}): Shape => {
  const r = rngOf(seed * 7_919 + 17);
  const drawn = {
    events: 8 + r.below(30),
    shards: [r.pick([1, 2]), r.pick([1, 2]), r.pick([1, 2]), r.pick([1, 2])] as const,
    groups: groupsFor(r.pick([1, 1, 2])),
    lateness: r.pick([0, 15]),
    late: r.chance(0.4) ? 0.15 : 0,
    sinks: r.chance(0.6),
    naps: r.chance(faults.nap) ? 1 + r.below(2) : 0,
    quietWeeks: r.chance(faults.quietWeeks),
    expiry: r.chance(faults.expiry),
    poison: r.chance(faults.poison),
    copies: r.chance(faults.copies),
    deduplicate: r.chance(0.4),
    history: r.chance(faults.history),
    load: r.chance(faults.load),
    changingAnswers: r.chance(faults.changingAnswers),
    silence: r.chance(faults.silence),
    redeploy: redeployed(r, faults),
    early: r.chance(0.4),
    resubmit: r.chance(faults.resubmit),
    outside: r.chance(0.5),
    refusedRows: r.chance(faults.refusedRows),
    restores: r.chance(faults.restore) ? 1 + r.below(3) : 0,
    grows: r.chance(faults.grow),
    compacts: r.chance(faults.compaction),
  };
  const replay = replayed(r, faults);
  // Plans that change, topics and weeks of silence are for worlds of their own.
  const plain = drawn.sinks && !drawn.load && !drawn.grows && drawn.redeploy === null;
  return {
    ...drawn,
    replay: plain && !drawn.quietWeeks && !drawn.silence && !limits.noSinks ? replay : null,
    ...(limits.events === undefined ? {} : { events: limits.events }),
    ...(limits.oneShard ? { shards: [1, 1, 1, 1] as const } : {}),
    ...(limits.fewGroups ? { groups: groupsFor(1) } : {}),
    ...(limits.noSinks || !drawn.sinks ? { sinks: false, outside: false } : {}),
    // There must be something to repair.
    ...(drawn.resubmit && !drawn.load ? { poison: true } : {}),
    ...(drawn.load ? { history: false, naps: 0, quietWeeks: false, silence: false, resubmit: false } : {}),
  };
};
