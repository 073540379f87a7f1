// What each query made of an event: left it out, counted it in windows, found it too late; and the rows of the results table that it is part of.
import type { CloudEvent } from '../../shared/event/cloud-event.ts';
import { parseJson } from '../../shared/event/json.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import type { Item } from '../../shared/ports.ts';
import { evaluator } from '../../shared/query/evaluate.ts';
import type { Query, Side, TablePlan, WindowQuery } from '../../shared/query/plan.ts';
import { rowWriter } from '../../shared/query/row.ts';
import { sideReader } from '../../shared/query/side-rows.ts';
import { readsOf, sidesOf, streamOf } from '../../shared/query/sides.ts';
import type { Value } from '../../shared/query/types.ts';
import { userFunctions } from '../../shared/query/user-functions.ts';
import { aggregateName } from '../../shared/steps/aggregate/name.ts';
import type { Lookups } from '../../shared/steps/enrich/apply.ts';
import { manifests } from '../../shared/steps/refine/manifest.ts';
import { sourceOfQuery, takesEvent } from '../../shared/steps/roster.ts';
import { expectedRow } from '../../shared/steps/verify/compare.ts';
import { spansAt, windowId } from '../../shared/steps/verify/window-rows.ts';
import { type EpochMs, START_OF_TIME } from '../../shared/time.ts';
import type { StageHere } from '../stage/stage-here.ts';

/** An event, and the clock of its lane before it; null: none. */
export type Shown = { readonly event: CloudEvent; readonly time: EpochMs; readonly clock: EpochMs | null };

export type InWindow = {
  readonly start: EpochMs;
  readonly end: EpochMs;
  /** `counted`; `late`: its watermark had passed. */
  readonly verdict: 'counted' | 'late';
  readonly closed: boolean;
  /** The row in the results table: pk, version, JSON text; null: none stands there. */
  readonly row: { readonly pk: string; readonly version: string; readonly text: string } | null;
};

export type Fate = {
  readonly query: string;
  readonly into: string;
  /** Where the destination's rows are: `results` is looked up here. */
  readonly connector: TablePlan['connector'];
  /** `threw`: rejected for this query. `not told`: its rows hang on other events; verify and the destination say more. */
  readonly verdict: 'filtered' | 'passed' | 'windows' | 'threw' | 'not told';
  readonly watermark: EpochMs | null;
  readonly windows: readonly InWindow[];
  readonly cause?: string;
  /** The run that readers of the table see, where it is not the stage's own: `run 2 (tens@3f2a91bc)`. */
  readonly run?: string;
};

export type FateDeps = {
  readonly stage: StageHere;
  readonly pipeline: CompiledPipeline;
  readonly lookups: Lookups;
  readonly scan: (prefix: string) => AsyncIterable<readonly Item[]>;
};

const showRow = (item: Item | undefined): InWindow['row'] =>
  item === undefined
    ? null
    : {
        pk: item.pk,
        version: String(item.ver ?? ''),
        text: item.deleted === true ? 'taken back' : String(item.row ?? ''),
      };

/** @param only id of the one query that takes it */
export const fatesOf = async (deps: FateDeps, first: Shown, only: string | undefined): Promise<readonly Fate[]> => {
  const { stage, pipeline } = deps;
  const { plan } = pipeline;
  const functions = userFunctions(plan.functions, pipeline.functions);
  const closed: Record<string, EpochMs> = {};
  for (const reads of ['enriched', 'refined'] as const) {
    const fn = aggregateName(reads);
    const store = manifests({
      table: stage.ledger,
      objects: stage.objects,
      run: stage.run,
      fn,
      part: 0,
      nonce: () => '',
    });
    Object.assign(closed, (await store.read()).closed);
  }

  /** The session that holds an instant, as the table knows it. */
  const sessionRow = async (
    q: WindowQuery,
    table: TablePlan,
    key: string,
    time: EpochMs,
  ): Promise<Item | undefined> => {
    for await (const page of deps.scan(`${table.name}#`))
      for (const item of page) {
        const [, start, end, own] = /^[^|]*\|(-?\d+)\|(-?\d+)\|(.*)$/s.exec(String(item.id ?? '')) ?? [];
        if (String(item.id).startsWith(`${q.id}|`) && own === key && Number(start) <= time && time < Number(end))
          return item;
      }
    return undefined;
  };

  const out: Fate[] = [];
  const follow = async (q: Query, shown: Shown, chained: boolean): Promise<void> => {
    const table = plan.tables.find((t) => t.name === q.into);
    if (table === undefined || !takesEvent(q)(shown.event)) return;
    const base = { query: q.name, into: q.into, connector: table.connector, windows: [] as InWindow[] };
    const sides = sidesOf(q);
    const reader = sideReader(sides[0] as Side, { functions, lookup: deps.lookups.reference });
    let rows: readonly (readonly Value[])[];
    try {
      await reader.prepare([shown]);
      rows = reader.rows(shown.event, shown.time);
    } catch (error) {
      out.push({ ...base, verdict: 'threw', watermark: null, cause: (error as Error).message });
      return;
    }
    const next = plan.queries.filter((r) => readsOf(r).includes(q.id));
    const pass = async (values: readonly Value[], time: EpochMs, clock: EpochMs | null): Promise<void> => {
      const data = parseJson(Buffer.from(rowWriter(table.columns)(values)));
      if (!data.ok) return;
      const at = table.columns.findIndex((c) => c.name === table.watermark?.column);
      const own = typeof values[at] === 'number' ? (values[at] as number) : time;
      const head = { specversion: '1.0', id: '', source: sourceOfQuery(q.id), type: q.into };
      const event = { ...head, time: new Date(own).toISOString(), data: data.value } as CloudEvent;
      for (const r of next) await follow(r, { event, time: own, clock }, true);
    };
    if (sides.length > 1 || q.kind === 'composed' || q.kind === 'interval' || q.kind === 'running') {
      out.push({ ...base, verdict: 'not told', watermark: null });
      return;
    }
    if (rows.length === 0) {
      // A row on its way has no sums yet: WHERE of the next query cannot be told from it.
      out.push({ ...base, verdict: chained ? 'not told' : 'filtered', watermark: null });
      return;
    }
    if (q.kind === 'stateless') {
      out.push({ ...base, verdict: 'passed', watermark: null });
      for (const row of rows)
        await pass(
          q.select.map((s) => evaluator(s, functions)(row)),
          shown.time,
          shown.clock,
        );
      return;
    }
    const isSession = q.window.kind === 'session';
    const w = shown.clock === null ? START_OF_TIME : shown.clock - q.delay - (isSession ? 1 : 0);
    const watermark = shown.clock === null ? null : w;
    const windows: InWindow[] = [];
    for (const row of rows) {
      const keys = q.keys.map((k) => evaluator(k, functions)(row));
      const rowOf = (start: EpochMs, end: EpochMs): readonly Value[] => {
        const result = [...keys, start, end, end - 1];
        return q.select.map((s) => {
          try {
            return evaluator(s, functions)(result);
          } catch {
            return null;
          }
        });
      };
      const expected = (start: EpochMs, end: EpochMs) =>
        expectedRow(q, table, {
          id: windowId(q, start, end, keys),
          time: end - 1,
          start,
          end,
          key: '',
          keys,
          kept: true,
          values: rowOf(start, end),
          rows: [],
          sure: true,
        });
      if (isSession) {
        const late = shown.time <= w + 1;
        const { id } = expected(0, 0);
        const key = id.split('|').slice(3).join('|');
        const item = late || table.connector !== 'dynamodb' ? undefined : await sessionRow(q, table, key, shown.time);
        const [start = shown.time, end = shown.time + 1] =
          /\|(-?\d+)\|(-?\d+)\|/
            .exec(String(item?.id ?? ''))
            ?.slice(1)
            .map(Number) ?? [];
        windows.push({
          start,
          end,
          verdict: late ? 'late' : 'counted',
          closed: item !== undefined,
          row: showRow(item),
        });
        continue;
      }
      for (const { start, end } of spansAt(q, shown.time)) {
        const late = end - 1 + q.lateness <= w;
        const isClosed = end - 1 <= (closed[q.id] ?? START_OF_TIME);
        const asks = !late && table.connector === 'dynamodb';
        const item = asks ? await stage.results.get({ pk: expected(start, end).pk, sk: '-' }) : undefined;
        windows.push({ start, end, verdict: late ? 'late' : 'counted', closed: isClosed, row: showRow(item) });
        if (!late && next.length > 0) await pass(rowOf(start, end), end - 1, null);
      }
    }
    out.push({
      ...base,
      verdict: 'windows',
      watermark,
      windows: windows.sort((a, b) => a.start - b.start || a.end - b.end),
    });
  };
  for (const q of plan.queries)
    if (streamOf(q) === 'enriched' && (only === undefined || q.id === only)) await follow(q, first, false);
  return out.sort(
    (a, b) => plan.queries.findIndex((q) => q.name === a.query) - plan.queries.findIndex((q) => q.name === b.query),
  );
};
