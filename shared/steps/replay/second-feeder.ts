// The feeder of a second run from ports alone: the past of a live stage, the run's own `validate`, and the replay's item that rules both.
import { randomUUID } from 'node:crypto';
import type { Clock, Objects, Stream, Table } from '../../ports.ts';
import type { Plan } from '../../query/plan.ts';
import type { Ms } from '../../time.ts';
import type { Budget } from '../../trigger/batch.ts';
import { type ValidateDeps, validate } from '../validate.ts';
import { readReplay } from './control.ts';
import { markCut } from './cut.ts';
import { type Driven, drive } from './drive.ts';
import { feeder } from './feed.ts';
import { history, type LiveReader } from './history.ts';
import { repairs, sameName, withRepairs } from './repairs.ts';

export type SecondFeederDeps = Omit<ValidateDeps, 'repairs'> & {
  /** `raw` is the live stage's: its shards, and what it still holds. */
  readonly live: LiveReader;
  /** The bucket that the live run archives to. */
  readonly archive: Objects;
  /** The ledger table of the live stage: it holds the replay, and what was put right. */
  readonly liveTable: Table;
  readonly liveRun: string;
  readonly plan: Plan;
  readonly clock: Clock;
  readonly wait: (ms: Ms) => Promise<void>;
  /** Records of a batch, at most. */
  readonly batch?: number;
  readonly rejected: Objects;
  readonly raw: Stream;
};

const BATCH = 1_000;

/** @returns what begins an invocation: reads the replay, and gives a step of one batch, from the checkpoints on */
export const secondFeeder = (deps: SecondFeederDeps): (() => Promise<(budget: Budget) => Promise<Driven>>) => {
  const { run, table, clock, wait, live, archive, liveTable, liveRun, plan, batch = BATCH } = deps;
  return async () => {
    const replay = await readReplay(liveTable, run);
    if (replay === undefined) return async () => 'gone';
    const { from, to, rate } = replay;
    const past = history({
      clock,
      raw: deps.raw,
      live,
      archive,
      archivedBy: liveRun,
      from: from ?? undefined,
      to: to ?? undefined,
    });
    await markCut({ table, objects: deps.rejected, run, nonce: randomUUID }, plan, from);
    const both = { first: liveTable, firstRun: liveRun, own: table, run };
    const head = validate({
      ...deps,
      raw: past.stream,
      table: withRepairs(both, sameName(plan)),
      repairs: repairs(both),
    });
    // A batch is never more than a second's worth, so that no invocation ends while it waits for the pace.
    const most = rate === null ? batch : Math.max(1, Math.min(batch, Math.floor(rate)));
    return drive({
      table: liveTable,
      run,
      feeder: feeder({ history: past, head, table, run, batch: most }),
      clock,
      wait,
    });
  };
};
