// archive, results table -> a metric. Once a day: of every query that writes to the results table a stretch of closed windows, computed again from
// the archive by the reference evaluator and compared with the rows that stand there. It writes nothing. What it may read is
// bounded; what lies beyond is said, not guessed.
import { hash } from 'node:crypto';
import type { Objects } from '../../ports.ts';
import type { Plan, WindowSpec } from '../../query/plan.ts';
import { isStateful } from '../../query/sides.ts';
import { days, type EpochMs, hours, type Ms, minutes, seconds } from '../../time.ts';
import type { ScheduleStep } from '../../trigger/schedule.ts';
import { type Verifiable, type VerifyDeps, verify } from './verify.ts';
import { whyNot } from './what-fits.ts';
import { spansAt } from './window-rows.ts';

/** Of one query's sample, at most. */
export type Bounds = {
  /** Of the archive, as it is stored. */
  readonly bytes: number;
  readonly events: number;
};
/** 300,000 rows of five columns take 118 MB. */
export const BOUNDS: Bounds = { bytes: 256 * 1024 * 1024, events: 300_000 };
/** What the comparison and the line of log may take. */
const RESERVE: Ms = seconds(30);

/** The day whose windows are chosen from ends so long before the sample: ticks have closed them, the archive has what they count. */
const SETTLED: Ms = hours(2);
/** Of sessions and joins by time, which have no grid. */
const STRETCH: Ms = minutes(10);

type Gridded = Verifiable & { readonly window: Exclude<WindowSpec, { kind: 'session' }> };
const hasGrid = (q: Verifiable): q is Gridded => 'window' in q && q.window.kind !== 'session';

/** Windows that begin in [from, to). */
export type Stretch = { readonly query: Verifiable; readonly from: EpochMs; readonly to: EpochMs };

/** Queries whose rows can be computed again and are in the results table. */
export const verifiable = (plan: Plan): readonly Verifiable[] => {
  const stored = new Set(plan.tables.filter((t) => t.connector === 'dynamodb').map((t) => t.name));
  return plan.queries.filter(isStateful).filter((q) => stored.has(q.into) && whyNot(q, plan) === null);
};

/** A number in [0, 1) that follows from a text. */
export type Draw = (text: string) => number;
const fractionOf: Draw = (text) => Number.parseInt(hash('sha256', text).slice(0, 12), 16) / 2 ** 48;

const stretchOf = (query: Verifiable, at: EpochMs, drawn: number): Stretch => {
  const span = hasGrid(query) ? query.window.size : STRETCH;
  const instant = Math.floor(at - SETTLED - span - drawn * days(1));
  if (!hasGrid(query)) return { query, from: instant, to: instant + STRETCH };
  const start = spansAt(query, instant)[0]?.start as EpochMs;
  return { query, from: start, to: start + 1 };
};

/**
 * Of each query the windows of one start, drawn from the day before, other ones each day; each day another query is the first, so that what
 * does not fit into the time of one day comes on another. A schedule that is delivered again draws the same.
 */
export const stretchesOf = (plan: Plan, at: EpochMs, draw: Draw = fractionOf): readonly Stretch[] => {
  const day = Math.floor(at / days(1));
  // What stands for a query without windows follows from all that ever came: too much for a sample.
  const all = verifiable(plan).filter((q) => q.kind !== 'running');
  return all.map((_, i) => {
    const query = all[(i + day) % all.length] as Verifiable;
    return stretchOf(query, at, draw(`${query.id} ${day}`));
  });
};

class BeyondBounds extends Error {}

const counted = (objects: Objects): { readonly objects: Objects; bytes(): number } => {
  let bytes = 0;
  return {
    objects: {
      ...objects,
      async get(key) {
        const found = await objects.get(key);
        bytes += found?.length ?? 0;
        return found;
      },
    },
    bytes: () => bytes,
  };
};

export type SampleDeps = Omit<VerifyDeps, 'query' | 'from' | 'to' | 'compute' | 'scan' | 'told'> & {
  readonly bounds?: Bounds;
  readonly draw?: Draw;
};

/** Of one query. No value of a row: a line of log holds none. */
export type Sampled = {
  readonly query: string;
  /** As `millrace verify` takes them. */
  readonly from: string;
  readonly to: string;
  readonly windows: number;
  readonly rows: number;
  readonly different: number;
  readonly events: number;
  /** Why nothing was compared. */
  readonly why?: string;
};

export const verifySample =
  (deps: SampleDeps): ScheduleStep =>
  async (at, budget) => {
    const { bounds = BOUNDS } = deps;
    const sampled: Sampled[] = [];
    for (const { query, from, to } of stretchesOf(deps.pipeline.plan, at, deps.draw)) {
      const read = counted(deps.objects);
      let events = 0;
      const told = (n: number): void => {
        events = n;
        if (read.bytes() > bounds.bytes)
          throw new BeyondBounds(`its windows lie in more than ${bounds.bytes} bytes of the archive`);
        if (n > bounds.events) throw new BeyondBounds(`its windows lie among more than ${bounds.events} events`);
        if (budget.remainingMs() < RESERVE) throw new BeyondBounds('the time was over');
      };
      const base = { query: query.name, from: new Date(from).toISOString(), to: new Date(to).toISOString() };
      const none = (why: string) => ({ ...base, windows: 0, rows: 0, different: 0, events, why });
      try {
        told(0);
        const found = await verify({ ...deps, objects: read.objects, query, from, to, told });
        const { windows, rows, replaced, differences, notJudged: not } = found;
        const { open, before, partial } = not;
        if (rows === 0 && differences.length === 0 && replaced > 0)
          sampled.push(none('rows of later windows stand in the place of all its rows'));
        else if (windows > 0) sampled.push({ ...base, windows, rows, different: differences.length, events });
        else if (open + before + partial === 0) sampled.push(none('no event came for its windows'));
        else
          sampled.push(
            none(`${open} not closed, ${before} not wholly in the archive, ${partial} older than the query`),
          );
      } catch (error) {
        if (!(error instanceof BeyondBounds)) throw error;
        sampled.push(none(error.message));
      }
    }
    const sum = (of: (s: Sampled) => number): number => sampled.reduce((n, s) => n + of(s), 0);
    return {
      measures: { RowsVerified: sum((s) => s.rows), RowsDifferent: sum((s) => s.different) },
      fields: { sampled },
    };
  };
