// One schedule from its seed to its verdict.
import type { FaultName, Faults } from './faults.ts';
import { judge } from './judge.ts';
import type { Limits } from './shape.ts';
import { sideLines } from './stores.ts';
import type { Scene } from './world/scene.ts';
import { World } from './world/world.ts';

export type Totals = {
  readonly events: number;
  readonly calls: number;
  readonly shards: number;
  readonly entries: number;
  readonly decisions: number;
  readonly snapshots: number;
  /** Runs of refine or roll-up beside another, begun cold, from a snapshot. */
  readonly besides: number;
  readonly cold: number;
  readonly fromSnapshot: number;
  /** Reshards that ended a shard which never had a record. */
  readonly endedEmpty: number;
  readonly rows: number;
  readonly late: number;
  readonly rejected: number;
  readonly pruned: number;
};
export const NO_TOTALS: Totals = {
  events: 0,
  calls: 0,
  shards: 0,
  entries: 0,
  decisions: 0,
  snapshots: 0,
  besides: 0,
  cold: 0,
  fromSnapshot: 0,
  endedEmpty: 0,
  rows: 0,
  late: 0,
  rejected: 0,
  pruned: 0,
};

export type Played = {
  readonly seed: number;
  /** What was not as it must be; empty when all was. */
  readonly wrong: readonly string[];
  /** Why it could not be judged. */
  readonly void: string | null;
  readonly struck: Readonly<Record<FaultName, number>>;
  readonly totals: Totals;
  readonly trace: readonly string[];
};

const totalsOf = async (scene: Scene): Promise<Totals> => {
  const { ledgers, streams } = scene;
  const sum = (ns: readonly number[]) => ns.reduce((a, b) => a + b, 0);
  return {
    events: scene.sent.size,
    calls: scene.calls,
    shards: sum(streams.map((s) => s.family().length)),
    entries: sum([...ledgers.entries.values()].map((e) => e.length)),
    decisions: ledgers.decisions,
    snapshots: ledgers.snapshots,
    ...scene.runs,
    rows: ledgers.rows,
    late: (await sideLines(scene, 'late')).length,
    rejected: (await sideLines(scene, 'rejected')).length,
    pruned: ledgers.pruned,
  };
};

const textOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const [, at = ''] = (error.stack ?? '').split('\n');
  return `threw ${error.message} ${at.trim()}`;
};

/** Plays and judges. Never throws. */
export const playOne = async (seed: number, faults: Faults, limits: Limits = {}): Promise<Played> => {
  const world = new World(seed, faults, limits);
  let wrong: readonly string[];
  try {
    await world.play();
    wrong = await judge(world.scene);
  } catch (error) {
    wrong = [textOf(error)];
  }
  const { void: why, schedule, trace } = world.scene;
  return { seed, wrong, void: why, struck: schedule.struck.counts, totals: await totalsOf(world.scene), trace };
};
