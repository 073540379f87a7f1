// What a query must have sent for each window that is closed for good, from the archive alone.
import type { CloudEvent, JsonObject } from '../../event/cloud-event.ts';
import { parseRfc3339 } from '../../event/instant.ts';
import { parseJson } from '../../event/json.ts';
import type { StampedEvent } from '../../lanes/inner.ts';
import { shardOfLane } from '../../lanes/position.ts';
import type { CompiledPipeline } from '../../pipeline.ts';
import { evaluator } from '../../query/evaluate.ts';
import type { Plan, Query, StatefulQuery, TablePlan, WindowQuery } from '../../query/plan.ts';
import { rowWriter } from '../../query/row.ts';
import type { SideDeps, TimedEvent } from '../../query/side-rows.ts';
import { readsOf, streamOf } from '../../query/sides.ts';
import { userFunctions } from '../../query/user-functions.ts';
import { type EpochMs, type Ms, minutes, START_OF_TIME } from '../../time.ts';
import { placesOf } from '../operators/places.ts';
import { sourceOfQuery, takesEvent } from '../roster.ts';
import { composedRows } from './composed-rows.ts';
import { intervalRows } from './interval-rows.ts';
import { type PastDeps, pastOf, type Reach } from './past.ts';
import { type Reader, readerOf } from './read-sides.ts';
import { runningRows } from './running-rows.ts';
import { CannotVerify, chainOf, isSession, latenessOf, reachBack, spanOf, whyNot } from './what-fits.ts';
import { type InRow, type OutRow, windowRows } from './window-rows.ts';

/** Computes the rows of one window query. Another one than `windowRows` may take its place: DuckDB does. */
export type Compute = (query: WindowQuery, rows: readonly InRow[]) => Promise<readonly OutRow[]>;

export type Recomputed = {
  readonly rows: readonly OutRow[];
  /** What the query read. */
  readonly read: readonly InRow[];
  /** Windows with end - 1 <= settled are closed for good, whatever comes. */
  readonly settled: EpochMs;
  /** Windows that begin before it may lack rows: what they count came before reading began. */
  readonly wholeFrom: EpochMs;
  readonly events: number;
  readonly reach: Reach;
};

const tableOf = (plan: Plan, name: string): TablePlan => {
  const table = plan.tables.find((t) => t.name === name);
  if (table === undefined) throw new CannotVerify(`the plan has no table ${name}`);
  return table;
};

/** So long a clock needs to be the one of the whole shard: a tick may have moved it that nobody here saw. */
const CLOCK_SETTLES: Ms = minutes(1);
/** Read before what is asked for: a shard that is busy shows its clock in it. */
const LEAD: Ms = minutes(10);

export type RecomputeDeps = Omit<PastDeps, 'from' | 'pipeline'> & {
  readonly pipeline: CompiledPipeline;
  readonly query: StatefulQuery;
  /** Of events that the query reads itself, those that count; absent: all. */
  readonly counts?: ((e: StampedEvent) => boolean) | undefined;
  /** Windows that begin in [from, to). */
  readonly from?: EpochMs | undefined;
  readonly to?: EpochMs | undefined;
  /** Default: the reference evaluator. */
  readonly compute?: Compute;
  readonly told?: (events: number, arrival: EpochMs) => void;
};

export const recompute = async (deps: RecomputeDeps): Promise<Recomputed> => {
  const { query, pipeline, from, to } = deps;
  const { plan } = pipeline;
  const why = whyNot(query, plan);
  if (why !== null) throw new CannotVerify(why);
  const chain = chainOf(query, plan);
  const functions = userFunctions(plan.functions, pipeline.functions);
  const sideDeps: SideDeps = { functions, lookup: deps.lookups.reference };
  const readers: readonly Reader[] = chain.map((q) => readerOf(q, sideDeps, functions));
  const ahead = Math.max(0, ...plan.tables.map((t) => t.ahead));
  const back = reachBack(query, plan) + ahead + LEAD;
  const past = pastOf({ ...deps, pipeline, from: from === undefined ? undefined : from - back });
  const rows = new Map<string, InRow[]>(chain.map((q) => [q.id, []]));
  let events = 0;

  const timed = (e: StampedEvent): TimedEvent & { readonly e: StampedEvent } => {
    const parsed = parseJson(e.bytes);
    if (!parsed.ok) throw new Error(`an event that is no JSON: ${parsed.cause}`);
    const event = parsed.value as CloudEvent;
    return { e, event, time: parseRfc3339(event.time) ?? 0 };
  };
  const fromEnriched = readers.filter((r) => streamOf(r.query) === 'enriched');
  const tests = new Map(fromEnriched.map((r) => [r, takesEvent(r.query)]));
  const placeOf = placesOf();

  const take = async (all: readonly StampedEvent[], cutAt: ReadonlyMap<string, EpochMs>): Promise<void> => {
    const read = all.map(timed);
    for (const r of fromEnriched) {
      const test = tests.get(r) as (event: CloudEvent) => boolean;
      const mine = read.filter(({ e, event }) => {
        const only = e.again?.only;
        const isCounted = r.query.id !== query.id || (deps.counts?.(e) ?? true);
        return (only === undefined || only === r.query.id) && test(event) && isCounted;
      });
      for (const [i, side] of r.sides.entries()) await side.prepare(mine.filter(({ event }) => r.takes[i]?.(event)));
      for (const t of mine) {
        const place = placeOf(t.e, t.time);
        const clock = t.e.clock ?? START_OF_TIME;
        const cut = cutAt.get(shardOfLane(t.e.lane));
        const clockAtMost = cut === undefined ? clock : Math.max(clock, cut + CLOCK_SETTLES);
        for (const { side, element, values } of r.rowsOf(t)) {
          const row = { values, time: t.time, clock, clockAtMost, sure: true };
          rows.get(r.query.id)?.push(r.query.kind === 'window' ? row : { ...row, side, place: place(element) });
        }
      }
    }
  };

  /** All that is asked for has closed in every shard that there is. */
  const isPast = ({ clock }: Reach): boolean =>
    to !== undefined && query.kind !== 'running' && clock - query.delay - latenessOf(query) > to + back;
  let steps = 0;
  for await (const step of past.steps()) {
    events += step.events.length;
    deps.told?.(events, step.arrival);
    await take(step.events, past.cutAt);
    if (++steps % 16 === 0 && to !== undefined && isPast(await past.reach())) break;
  }
  const reach = await past.reach();

  /** Rows of a stateless query, or finals of a window query, as events of the topic between. */
  const feed = (
    into: Reader,
    written: Query,
    data: string,
    time: EpochMs,
    more: Omit<InRow, 'values' | 'time'>,
  ): void => {
    const parsed = parseJson(Buffer.from(data));
    if (!parsed.ok) throw new Error(parsed.cause);
    const table = tableOf(plan, written.into);
    const at = table.columns.findIndex((c) => c.name === table.watermark?.column);
    const own =
      at < 0
        ? undefined
        : parseRfc3339(`${String((parsed.value as JsonObject)[table.columns[at]?.name ?? ''])}Z`.replace(' ', 'T'));
    const event = {
      specversion: '1.0',
      id: '',
      source: sourceOfQuery(written.id),
      type: written.into,
      time: new Date(own ?? time).toISOString(),
      data: parsed.value,
    } as CloudEvent;
    if (!takesEvent(into.query)(event)) return;
    for (const { side, values } of into.rowsOf({ event, time: own ?? time }))
      rows.get(into.query.id)?.push({ ...more, values, time: own ?? time, side });
  };

  const windows: Compute = deps.compute ?? (async (q, read) => windowRows(q, read, functions));
  const compute = async (q: StatefulQuery, read: readonly InRow[], wholeFrom: EpochMs): Promise<readonly OutRow[]> => {
    if (q.kind === 'window') return windows(q, read);
    if (q.kind === 'composed') return composedRows(q, read, functions);
    if (q.kind === 'interval') return intervalRows(q, read, functions);
    const table = tableOf(plan, q.into);
    const key = table.primaryKey.map((name) => table.columns.findIndex((c) => c.name === name));
    return runningRows(q, read, key, wholeFrom, functions);
  };
  let out: readonly OutRow[] = [];
  let settled = new Map<string, EpochMs>();
  let whole = new Map<string, EpochMs>();
  const readFrom = from === undefined ? START_OF_TIME : from - back + ahead;
  for (const q of chain) {
    const under = readsOf(q);
    const clock = under.length === 0 ? reach.clock : Math.min(...under.map((id) => settled.get(id) ?? START_OF_TIME));
    const since = under.length === 0 ? readFrom : Math.max(...under.map((id) => whole.get(id) ?? START_OF_TIME));
    const write = rowWriter(tableOf(plan, q.into).columns);
    const next = readers.filter((r) => readsOf(r.query).includes(q.id));
    if (q.kind === 'stateless') {
      settled = settled.set(q.id, clock);
      whole = whole.set(q.id, since);
      const select = q.select.map((s) => evaluator(s, functions));
      for (const r of rows.get(q.id) ?? [])
        for (const into of next) {
          try {
            const { values, time, ...more } = r;
            feed(into, q, write(select.map((s) => s(values))), time, more);
          } catch {
            // rejected by transform
          }
        }
      continue;
    }
    settled = settled.set(q.id, clock - q.delay - (isSession(q) ? 1 : 0));
    // The rows of a window are whole when all of it was read; a pair of a join, when both its rows were.
    whole = whole.set(q.id, since + (isSession(q) || q.kind === 'interval' ? spanOf(q) : 0));
    out = await compute(q, rows.get(q.id) ?? [], since);
    const w = settled.get(q.id) as EpochMs;
    const begin = whole.get(q.id) as EpochMs;
    for (const r of out)
      if (r.kept && r.end - 1 <= w)
        for (const into of next) {
          const sure = r.sure && r.start >= begin;
          const at = { clock: START_OF_TIME, clockAtMost: START_OF_TIME, sure };
          feed(into, q, write(r.values), r.time, at);
        }
    if (next.length > 0) whole = whole.set(q.id, begin + spanOf(q));
  }
  return {
    rows: out,
    read: rows.get(query.id) ?? [],
    settled: (settled.get(query.id) ?? START_OF_TIME) - latenessOf(query),
    wholeFrom: whole.get(query.id) ?? START_OF_TIME,
    events,
    reach,
  };
};
