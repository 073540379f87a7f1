// Staged rows -> the lake. For each shard that `write-lake` read: one conditional put decides which entries make the next version, and
// only then its files are written. A crash between the two is made good by the next run (protocol, section 5.6).
import type { Catalog } from '../catalog.ts';
import { Fault } from '../faults.ts';
import type { Clock, Nonce, Objects, Stream, Table } from '../ports.ts';
import type { Plan } from '../query/plan.ts';
import type { Budget } from '../trigger/batch.ts';
import type { ScheduleStep } from '../trigger/schedule.ts';
import { homeOf } from './home.ts';
import { type LakeManifest, lakeManifests } from './lake/manifest.ts';
import { lakePartitions } from './lake/partition.ts';
import { showEntries } from './lake/show.ts';
import { LAKE_READS, type LakeReads, type LakeTable, lakeName, lakeTables } from './lake/tables.ts';
import { type Entry, ledger } from './ledger/ledger.ts';
import { shardTree } from './tree.ts';

export { lakeFiles } from './lake/files.ts';

export type RollUpLakeDeps = {
  readonly plan: Plan;
  readonly streams: Readonly<Record<LakeReads, Stream>>;
  readonly table: Table;
  readonly objects: Objects;
  /** Where readers find partitions; without it they ask for the list of files. */
  readonly catalog?: Catalog;
  readonly clock: Clock;
  readonly nonce: Nonce;
  readonly run: string;
};

/** What one version takes at most, packed; unpacked it is about eight times as much. */
const MAX_BYTES = 8 * 1_048_576;
const MAX_ENTRIES = 500;
/** A version is begun only with this share of the time limit left. */
const RESERVE = 0.5;

const firstThatFit = (entries: readonly Entry[]): readonly Entry[] => {
  let bytes = 0;
  const end = entries.findIndex((e, i) => {
    bytes += e.size;
    return i > 0 && bytes > MAX_BYTES;
  });
  return end < 0 ? entries : entries.slice(0, end);
};

const byName = (tables: ReadonlyMap<string, readonly LakeTable[]>): ReadonlyMap<string, LakeTable> =>
  new Map([...tables.values()].flat().map((t) => [t.name, t]));

const rollUpStream = (deps: RollUpLakeDeps, reads: LakeReads) => {
  const fn = lakeName(reads);
  const book = ledger({ ...deps, fn });
  const manifests = lakeManifests(deps.table, deps.run, fn);
  const tree = shardTree({ table: deps.table, stream: deps.streams[reads], clock: deps.clock, run: deps.run });
  const tables = byName(lakeTables(deps.plan, reads));
  const { objects, clock, catalog } = deps;
  const ensured = new Set<string>();
  const ensureTable = async ({ name, columns }: LakeTable): Promise<void> => {
    if (catalog === undefined || ensured.has(name)) return;
    await catalog.ensureTable(name, columns);
    ensured.add(name);
  };
  const shows = { objects, clock, catalog, ensureTable, partitions: lakePartitions(deps.table) };

  const show = async (shard: string, m: LakeManifest, entries: readonly Entry[]): Promise<LakeManifest> => {
    const last = entries.at(-1);
    if (last === undefined || entries.length !== m.to - m.from + 1)
      throw new Fault('ledger.gap', `${fn} ${shard}: entries ${m.from} to ${m.to} of version ${m.v} are not all there`);
    await showEntries(shows, entries, tables, { shard, run: deps.run, version: m.v });
    // The floor before `shown`: a version that is shown is never looked at again, and its entries expire.
    await book.putFloor(last);
    await manifests.setShown(shard, m);
    return { ...m, shown: true };
  };

  const refuseGap = async (shard: string, counted: number): Promise<void> => {
    const newest = await book.newest(shard);
    if (newest === undefined || newest.n <= counted) return;
    // An entry that was put since the first look is no gap.
    if ((await book.after(shard, counted, 1)).length === 0)
      throw new Fault('ledger.gap', `${fn} ${shard}: entry ${counted + 1} is missing before entry ${newest.n}`);
  };

  const rollUpShard = async (shard: string, mayGoOn: () => boolean): Promise<void> => {
    let m = await manifests.read(shard);
    if (m !== undefined && !m.shown) m = await show(shard, m, await book.after(shard, m.from - 1, m.to - m.from + 1));
    while (mayGoOn()) {
      const entries = firstThatFit(await book.after(shard, m?.to ?? 0, MAX_ENTRIES));
      const last = entries.at(-1);
      if (last === undefined) return refuseGap(shard, m?.to ?? 0);
      const decided = await manifests.decide(shard, m, last.n);
      if (decided === undefined) return; // another run is at it
      m = await show(shard, decided, entries);
    }
  };

  /** Every shard, whatever happens to another. */
  return async (mayGoOn: () => boolean): Promise<readonly unknown[]> => {
    if (tables.size === 0) return [];
    const faults: unknown[] = [];
    for (const { id } of await tree.refresh())
      if (mayGoOn()) await rollUpShard(id, mayGoOn).catch((fault: unknown) => faults.push(fault));
    return faults;
  };
};

/** @throws the Fault of the first shard that failed, once the others are rolled up */
export const rollUpLake = (deps: RollUpLakeDeps): ScheduleStep => {
  const streams = LAKE_READS.map((reads) => rollUpStream(deps, reads));
  const home = homeOf(deps);
  return async (_at, budget: Budget) => {
    await home();
    const reserve = budget.remainingMs() * RESERVE;
    const mayGoOn = () => budget.remainingMs() > reserve;
    const faults: unknown[] = [];
    for (const rollUp of streams) faults.push(...(await rollUp(mayGoOn)));
    if (faults.length > 0) throw faults[0];
  };
};
