// The closed windows of a query as they stand for readers: the results table holds of each key the newest revision that was decided and written;
// where a replay was switched to, its table stands for it. Rows that are early, or whose window can still close, are left out.
import { unpackJson } from '../../shared/fold/pack.ts';
import type { Item, Table } from '../../shared/ports.ts';
import type { Plan, Query, TablePlan } from '../../shared/query/plan.ts';
import { streamOf } from '../../shared/query/sides.ts';
import { aggregateName } from '../../shared/steps/aggregate/name.ts';
import { understood } from '../../shared/steps/ledger/format.ts';
import { readServing, type ServedBy } from '../../shared/steps/replay/serving.ts';
import type { EpochMs } from '../../shared/time.ts';
import { wouldWork } from '../build/did-you-mean.ts';

export type ExportedRow = {
  /** null: the query has no windows. */
  readonly window: readonly [start: EpochMs, end: EpochMs] | null;
  readonly pk: string;
  /** As the query wrote it: JSON with the table's columns. */
  readonly row: string;
};

export type Exported = {
  readonly table: TablePlan;
  readonly servedBy: ServedBy;
  readonly rows: readonly ExportedRow[];
  /** Rows of windows that are not closed. */
  readonly open: number;
};

export type ExportDeps = {
  readonly plan: Plan;
  readonly own: ServedBy;
  readonly results: Table;
  /** All items of a results table whose pk begins so. */
  readonly scan: (results: string, prefix: string) => AsyncIterable<readonly Item[]>;
  /** The ledger table that stands beside a results table. */
  readonly ledgerOf: (results: string) => Table;
  /** Windows that begin from then on, and before; in event time. */
  readonly from: EpochMs | undefined;
  readonly to: EpochMs | undefined;
};

/** The message says what would work. */
export class ExportError extends Error {}

const ROW_ID = /^(.+-[0-9a-f]{8})\|(?:(-?\d+)\|(-?\d+)\|)?/;
const hasWindows = (q: Query): boolean => q.kind === 'window' || q.kind === 'composed';

/** @throws ExportError naming the queries that can be exported */
export const exportable = (plan: Plan, name: string): { readonly query: Query; readonly table: TablePlan } => {
  const stored = new Map(plan.tables.filter((t) => t.connector === 'dynamodb').map((t) => [t.name, t]));
  const names = plan.queries.filter((q) => stored.has(q.into)).map((q) => q.name);
  const query = plan.queries.find((q) => q.name === name);
  if (query === undefined) throw new ExportError(`no query is called "${name}"; ${wouldWork(name, names, 'queries')}`);
  const table = stored.get(query.into);
  if (table !== undefined) return { query, table };
  const { connector } = plan.tables.find((t) => t.name === query.into) ?? { connector: 'nothing' };
  const lake = connector === 'filesystem' ? `; its rows are files: millrace lake files --type ${query.into}` : '';
  throw new ExportError(
    `${name} writes to ${query.into} (${connector}), and only the results table ('connector' = 'dynamodb') is exported${lake}; queries: ${names.join(', ')}`,
  );
};

/** Query id -> up to where its windows are closed, as the newest decision says. */
const closedOf = async (ledger: Table, run: string, q: Query): Promise<Readonly<Record<string, EpochMs>>> => {
  if (q.kind === 'stateless') return {};
  const item = await ledger.get({ pk: `man#${run}#${aggregateName(streamOf(q))}`, sk: '0' });
  return understood('manifest of refine', item) === undefined
    ? {}
    : (unpackJson(item?.b as Uint8Array) as { closed: Record<string, EpochMs> }).closed;
};

const byTime = (a: ExportedRow, b: ExportedRow): number =>
  (a.window?.[0] ?? 0) - (b.window?.[0] ?? 0) || (a.window?.[1] ?? 0) - (b.window?.[1] ?? 0) || (a.pk < b.pk ? -1 : 1);

/** Somebody switches while the table is read: it is read again, so that rows are of one run. */
const TRIES = 5;

/** @throws ExportError */
export const exportRows = async (deps: ExportDeps, name: string): Promise<Exported> => {
  const { plan, own, from, to } = deps;
  const { query, table } = exportable(plan, name);
  if (!hasWindows(query) && (from !== undefined || to !== undefined))
    throw new ExportError(`${name} has no windows: its rows are what stands now, so leave --from and --to out`);
  for (let tries = 0; tries < TRIES; tries++) {
    const before = await readServing(deps.results);
    const servedBy = before.tables[table.name] ?? own;
    const closed = await closedOf(deps.ledgerOf(servedBy.results), servedBy.run, query);
    const rows: ExportedRow[] = [];
    let open = 0;
    for await (const page of deps.scan(servedBy.results, `${table.name}#`))
      for (const { pk, id, row, deleted, early } of page) {
        const [, writer = '', start, end] = ROW_ID.exec(String(id ?? '')) ?? [];
        if (writer.slice(0, writer.lastIndexOf('-')) !== name || deleted === true || typeof row !== 'string') continue;
        const window = start === undefined || !hasWindows(query) ? null : ([Number(start), Number(end)] as const);
        if (window !== null && ((from !== undefined && window[0] < from) || (to !== undefined && window[0] >= to)))
          continue;
        // A definition that the manifest does not know any more has closed all its windows.
        // Its window may be closed already, and its final on the way.
        const isOpen = window !== null && window[1] - 1 > (closed[writer] ?? Number.POSITIVE_INFINITY);
        if (isOpen || early === true) open++;
        else rows.push({ window, pk, row });
      }
    if ((await readServing(deps.results)).v === before.v) return { table, servedBy, rows: rows.sort(byTime), open };
  }
  throw new ExportError(`readers of ${table.name} were switched ${TRIES} times while it was read; ask again`);
};
