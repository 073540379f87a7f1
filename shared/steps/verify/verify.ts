// Recomputes the closed windows of a query from the archive and compares them with the results table. What it says of a window is final: a window
// is judged when the archive shows that nothing can change it any more, the manifest says that it was decided, and all that it counts
// was read.
import type { Item, Table } from '../../ports.ts';
import type { StatefulQuery, TablePlan } from '../../query/plan.ts';
import { streamOf } from '../../query/sides.ts';
import { userFunctions } from '../../query/user-functions.ts';
import { type EpochMs, START_OF_TIME } from '../../time.ts';
import { aggregateName } from '../aggregate/name.ts';
import { type Manifest, manifests } from '../refine/manifest.ts';
import { type Difference, differenceAt, type Expected, expectedRow, extraOf } from './compare.ts';
import { countedLanes } from './counted-lanes.ts';
import { type RecomputeDeps, recompute } from './recompute.ts';
import { repairVersion } from './repair.ts';
import { type JudgedTime, saidBy } from './row-ids.ts';
import { CannotVerify, latenessOf } from './what-fits.ts';
import { type OutRow, windowRows } from './window-rows.ts';

/** Queries whose rows can be computed again. */
export type Verifiable = StatefulQuery;

export type VerifyDeps = RecomputeDeps & {
  readonly results: Table;
  /** All items of the results table whose pk begins so; absent: rows that nothing expects are not looked for. */
  readonly scan?: (prefix: string) => AsyncIterable<readonly Item[]>;
  /** Before rows that differ are read once more: what was decided a moment ago may be on its way. */
  readonly wait?: () => Promise<void>;
};

export type Verified = {
  readonly query: string;
  readonly table: string;
  /** Whether its rows belong to windows; else they are judged by their times. */
  readonly windowed: boolean;
  readonly windows: number;
  /** That were compared. */
  readonly rows: number;
  /** Not compared: in the place of each stands the row of a later window that is not judged. */
  readonly replaced: number;
  readonly events: number;
  readonly differences: readonly Difference[];
  /** First start and last end of the windows that were judged; null: none was. */
  readonly span: readonly [from: EpochMs, to: EpochMs] | null;
  /** Why windows in the span that was asked for were not judged. */
  readonly notJudged: {
    /** Not closed for good yet. */
    readonly open: number;
    /** What they count lies before what was read. */
    readonly before: number;
    /** The query was added while they were open. */
    readonly partial: number;
  };
  /** Windows with end - 1 <= settled are closed for good; null: none yet. */
  readonly settled: EpochMs | null;
  /** The raw shard whose archive holds that back. */
  readonly held: string | null;
  readonly lookedForExtras: boolean;
  /** As it was before anything else was read. */
  readonly manifest: Manifest;
};

const AT_ONCE = 100;
/** More rows in a window than these are not tried one by one for an older revision. */
const MOST_REVISIONS = 2_000;

const nobody = (): string => {
  throw new Error('verify decides nothing');
};
export const manifestOf = (
  deps: Pick<VerifyDeps, 'table' | 'objects' | 'run'>,
  query: StatefulQuery,
): Promise<Manifest> => manifests({ ...deps, fn: aggregateName(streamOf(query)), part: 0, nonce: nobody }).read();

export const tableOfQuery = (deps: Pick<VerifyDeps, 'pipeline' | 'query'>): TablePlan => {
  const { pipeline, query } = deps;
  const table = pipeline.plan.tables.find((t) => t.name === query.into);
  if (table === undefined) throw new CannotVerify(`the plan has no table ${query.into}`);
  if (table.connector !== 'dynamodb')
    throw new CannotVerify(
      `${query.name} writes to ${table.name} (${table.connector}): verify reads the rows of the results table ('connector' = 'dynamodb') only, so far`,
    );
  return table;
};

/** How many of its rows a window had counted when its row was so. */
const olderIn =
  (query: StatefulQuery, deps: Pick<VerifyDeps, 'pipeline'>, whole: OutRow, pkTable: TablePlan) =>
  (row: string): number | null => {
    const { rows } = whole;
    if (query.kind !== 'window' || query.window.kind === 'session' || rows.length > MOST_REVISIONS) return null;
    const functions = userFunctions(deps.pipeline.plan.functions, deps.pipeline.functions);
    for (let n = rows.length - 1; n > 0; n--) {
      const was = windowRows(query, rows.slice(0, n), functions).find(
        (o) => o.start === whole.start && o.end === whole.end && o.key === whole.key,
      );
      if (was?.kept && expectedRow(query, pkTable, was).row === row) return n;
    }
    return null;
  };

/** One row for each key of the destination: of several windows the last one. */
const newestByKey = (all: readonly Expected[]): ReadonlyMap<string, Expected> => {
  const out = new Map<string, Expected>();
  for (const e of all) {
    const before = out.get(e.pk);
    if (before === undefined || before.out.end < e.out.end || !before.row) out.set(e.pk, e);
    else if (before.out.end === e.out.end && e.row !== null) out.set(e.pk, e);
  }
  return out;
};

export const verify = async (deps: VerifyDeps): Promise<Verified> => {
  const { query, results, pipeline, from, to } = deps;
  const table = tableOfQuery(deps);
  // Before the rest: what is decided later has greater numbers than any repair.
  const manifest = await manifestOf(deps, query);
  const updates = query.kind === 'running' && query.emit === 'updates';
  const counted = updates ? await countedLanes(deps, aggregateName(streamOf(query)), manifest) : null;
  const found = await recompute({ ...deps, counts: counted?.counts });
  const unread = counted?.unread(found.reach) ?? null;
  const lateness = latenessOf(query);
  const closed = manifest.closed[query.id] ?? START_OF_TIME;
  // What stands for a query without windows follows from what was counted, wherever its watermark is.
  const settled = updates ? Number.POSITIVE_INFINITY : Math.min(found.settled, closed - lateness);
  const since = manifest.since[query.id] ?? START_OF_TIME - 1;
  const asked = (start: EpochMs): boolean => (from === undefined || start >= from) && (to === undefined || start < to);
  const isWhole = (start: EpochMs): boolean =>
    query.kind === 'interval' || query.kind === 'running' || start >= found.wholeFrom;
  const judged = (start: EpochMs, end: EpochMs): boolean =>
    unread === null && asked(start) && end - 1 <= settled && isWhole(start) && start > since;
  const ahead = Math.max(0, ...pipeline.plan.tables.map((t) => t.ahead));
  const judgedTime: JudgedTime = {
    window: judged,
    arrival: (at) =>
      at + ahead <= settled && (from === undefined || at - ahead >= from) && (to === undefined || at + ahead < to),
    all: unread === null && from === undefined && to === undefined,
    settled,
  };
  const said = (item: Item) => saidBy(item.id, query, judgedTime);

  const notJudged = { open: 0, before: 0, partial: 0 };
  const windows = new Map<string, readonly [EpochMs, EpochMs]>();
  const others = new Set<string>();
  const wanted: Expected[] = [];
  const unsure = new Set<string>();
  for (const out of found.rows) {
    const { start, end } = out;
    if (!asked(start)) continue;
    const e = expectedRow(query, table, out);
    const name = `${start} ${end}`;
    if (judged(start, end) && out.sure) {
      wanted.push(e);
      windows.set(name, [start, end]);
      continue;
    }
    unsure.add(e.pk);
    if (others.has(name)) continue;
    others.add(name);
    if (end - 1 > settled || unread !== null) notJudged.open++;
    else if (start <= since) notJudged.partial++;
    else notJudged.before++;
  }

  const prefix = `${table.name}#`;
  const expected = newestByKey(wanted);
  const stored = new Map<string, Item>();
  const extras: Item[] = [];
  if (deps.scan !== undefined)
    for await (const page of deps.scan(prefix))
      for (const item of page)
        if (expected.has(item.pk)) stored.set(item.pk, item);
        else if (!unsure.has(item.pk)) extras.push(item);
  const read = async (pks: readonly string[]): Promise<void> => {
    for (let i = 0; i < pks.length; i += AT_ONCE) {
      const some = pks.slice(i, i + AT_ONCE);
      for (const pk of some) stored.delete(pk);
      for (const item of await results.getMany(some.map((pk) => ({ pk, sk: '-' })))) stored.set(item.pk, item);
    }
  };
  if (deps.scan === undefined) await read([...expected.keys()]);

  const isOnly = pipeline.plan.queries.filter((q) => q.into === table.name).length === 1;
  /** Of a key that several windows share: the row of a later one stands there. */
  const isNewer = (item: Item | undefined, e: Expected): boolean => {
    if (query.kind === 'interval' || query.kind === 'running')
      return item !== undefined && item.id !== e.id && said(item).kind === 'other';
    const end = Number(/^[^|]*\|-?\d+\|(-?\d+)\|/.exec(String(item?.id ?? ''))?.[1] ?? Number.NaN);
    return end > e.out.end && !judged(e.out.start, end);
  };
  const functions = userFunctions(pipeline.plan.functions, pipeline.functions);
  const withRows = (out: OutRow): OutRow =>
    out.rows.length > 0 || query.kind !== 'window'
      ? out
      : (windowRows(query, found.read, functions).find(
          (o) => o.start === out.start && o.end === out.end && o.key === out.key,
        ) ?? out);
  const compare = (only?: ReadonlySet<string>): readonly Difference[] => [
    ...[...expected.values()].flatMap((e) => {
      const item = stored.get(e.pk);
      if ((only !== undefined && !only.has(e.pk)) || isNewer(item, e)) return [];
      const d = differenceAt(e, item, (row) => olderIn(query, deps, withRows(e.out), table)(row));
      return d === null ? [] : [d];
    }),
    ...extras.flatMap((item) => extraOf(item, said(item), isOnly) ?? []),
  ];
  let differences = compare();
  if (differences.length > 0 && deps.wait !== undefined) {
    await deps.wait();
    const again = differences.map((d) => d.pk);
    await read(again);
    extras.splice(
      0,
      extras.length,
      ...extras.flatMap((item) => stored.get(item.pk) ?? (again.includes(item.pk) ? [] : [item])),
    );
    differences = compare(new Set(again));
  }
  if (updates && differences.length > 0) {
    // Its keys change all the time: what was decided since is judged another time.
    const [then, now] = [repairVersion(manifest), repairVersion(await manifestOf(deps, query))];
    const isJudged = ({ version }: Difference): boolean => version === null || version <= then || version > now;
    notJudged.open += differences.filter((d) => !isJudged(d)).length;
    differences = differences.filter(isJudged);
  }

  const starts = [...windows.values()];
  const isReplaced = (e: Expected): boolean => isNewer(stored.get(e.pk), e);
  return {
    query: query.name,
    table: table.name,
    windowed: query.kind === 'window' || query.kind === 'composed',
    windows: windows.size,
    rows: [...expected.values()].filter((e) => e.row !== null && !isReplaced(e)).length,
    replaced: [...expected.values()].filter(isReplaced).length,
    events: found.events,
    differences,
    span:
      starts.length === 0
        ? null
        : [
            starts.reduce((least, [s]) => Math.min(least, s), Number.POSITIVE_INFINITY),
            starts.reduce((most, [, e]) => Math.max(most, e), Number.NEGATIVE_INFINITY),
          ],
    notJudged,
    settled: settled <= START_OF_TIME || updates ? null : settled,
    held: unread ?? (found.settled <= closed && !updates ? found.reach.held : null),
    lookedForExtras: deps.scan !== undefined,
    manifest,
  };
};
