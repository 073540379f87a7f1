// The lake's small files -> few. Reads all files of a partition, writes them anew in a folder of their own, decides by one conditional put
// that readers see that folder, and points the catalog there. Files that nobody can be reading any more are deleted.
import type { Catalog } from '../catalog.ts';
import type { Clock, Objects, Table } from '../ports.ts';
import type { Plan, TableColumn } from '../query/plan.ts';
import { hours, type Ms, minutes } from '../time.ts';
import type { ScheduleStep } from '../trigger/schedule.ts';
import { homeOf } from './home.ts';
import { endOfPart, generationFolder } from './lake/files.ts';
import { begin, commit, forget, forgettable, mayBegin, show } from './lake/generations.ts';
import { mergeParquet } from './lake/merge-parquet.ts';
import { lakePartitions, type Partition } from './lake/partition.ts';
import { PARQUET } from './lake/show.ts';

export type CompactLakeDeps = {
  readonly plan: Plan;
  readonly table: Table;
  readonly objects: Objects;
  readonly catalog?: Catalog;
  readonly clock: Clock;
  readonly run: string;
  /** Bytes of a file, about. */
  readonly target?: number;
};

/** What became of a partition. `waits`: another is at work, or a claimed file is not written yet. */
export type Outcome =
  | { readonly kind: 'compacted'; readonly from: number; readonly to: number; readonly bytes: number }
  | { readonly kind: 'waits'; readonly why: string }
  | { readonly kind: 'large'; readonly bytes: number }
  | { readonly kind: 'small' };

/** An hour's rows come for a while after its end. */
export const SETTLED: Ms = hours(1);
/** A partition that is being written is left alone: history that is loaded comes hours at a time. */
export const QUIET: Ms = minutes(10);
/** What one run of the function takes: with a vCPU about 5 MB a second, and 15 minutes at most. */
export const MOST_BYTES = 1_073_741_824;

export type Limits = { readonly mostBytes: number };

type Found = { readonly key: string; readonly size: number };

/** The files of a partition that count, in the order of their names within each generation; undefined: one is not there yet. */
const filesOf = async (objects: Objects, p: Partition): Promise<readonly Found[] | undefined> => {
  const sizes = new Map<string, number>();
  for (const generation of new Set(p.files.map((f) => f.generation)))
    for (const { key, size } of await objects.list(generationFolder(p.table, p.part, generation))) sizes.set(key, size);
  const found = p.files
    .map((f) => `${generationFolder(p.table, p.part, f.generation)}${f.name}`)
    .sort()
    .map((key) => ({ key, size: sizes.get(key) }));
  return found.every((f): f is Found => f.size !== undefined) ? found : undefined;
};

/**
 * Asked anew each time: a compaction may outlast a restore, and what it then decided in the table that was given up would point readers
 * away from the files of the new one. @throws Fault table.restored
 */
const mustBeAtHome = async (deps: CompactLakeDeps): Promise<void> => void (await homeOf(deps)());

const MISSING = 'a file that a roll-up announced is not written yet';

export const compactPartition = async (deps: CompactLakeDeps, p: Partition, limits: Limits): Promise<Outcome> => {
  const { objects, clock, catalog } = deps;
  const moves = { partitions: lakePartitions(deps.table), clock, catalog };
  if (p.files.length < 2 && p.next === 0) return { kind: 'small' };
  await mustBeAtHome(deps);
  if (!mayBegin(moves, p))
    return { kind: 'waits', why: 'another compaction is at work, or the catalog has just been changed' };
  const before = await filesOf(objects, p);
  if (before === undefined) return { kind: 'waits', why: MISSING };
  const bytes = before.reduce((sum, f) => sum + f.size, 0);
  if (bytes > limits.mostBytes) return { kind: 'large', bytes };
  const begun = await begin(moves, p);
  if (begun === undefined) return { kind: 'waits', why: 'another compaction was quicker' };
  const sources = await filesOf(objects, begun);
  if (sources === undefined) return { kind: 'waits', why: MISSING };
  const written: string[] = [];
  await mergeParquet(
    sources.map(({ key, size }) => ({
      size,
      async bytes() {
        const found = await objects.get(key);
        if (found === undefined) throw new Error(`${objects.name} lists ${key}, but does not have it`);
        return found;
      },
    })),
    async (merged) => {
      const name = `part-${String(written.length + 1).padStart(5, '0')}.parquet`;
      await objects.put(`${generationFolder(p.table, p.part, begun.next)}${name}`, merged, { contentType: PARQUET });
      written.push(name);
    },
    deps.target,
  );
  await mustBeAtHome(deps);
  const decided = await commit(moves, begun, written);
  if (decided === undefined) return { kind: 'waits', why: 'another compaction took over' };
  await show(moves, decided);
  return { kind: 'compacted', from: sources.length, to: written.length, bytes };
};

/** Deletes what nobody reads any more, and makes the catalog show what was decided. */
export const tidyPartition = async (
  deps: CompactLakeDeps,
  p: Partition,
  columns: readonly TableColumn[],
): Promise<Partition> => {
  const { objects, clock, catalog } = deps;
  const moves = { partitions: lakePartitions(deps.table), clock, catalog };
  if (catalog !== undefined && p.shown === 0) await catalog.ensureTable(p.table, columns);
  const gone = forgettable(moves, p);
  for (const generation of gone)
    await objects.delete((await objects.list(generationFolder(p.table, p.part, generation))).map((f) => f.key));
  if (gone.length > 0) await forget(moves, p, gone);
  return show(moves, p);
};

export const isDue = (p: Partition, now: number): boolean =>
  (p.files.length > 1 || p.next !== 0) && now >= endOfPart(p.part) + SETTLED && now >= p.claimed + QUIET;

/** A partition is begun only with this share of the time limit left. */
const RESERVE = 0.5;

/** @throws what the first partition that failed threw, once the others are done */
export const compactLake = (deps: CompactLakeDeps): ScheduleStep => {
  const tables = deps.plan.tables.filter((t) => t.connector === 'filesystem');
  return async (_at, budget) => {
    const reserve = budget.remainingMs() * RESERVE;
    const faults: unknown[] = [];
    if (tables.length > 0) await mustBeAtHome(deps);
    const attempt = async (p: Partition, columns: readonly TableColumn[]): Promise<void> => {
      const tidied = await tidyPartition(deps, p, columns);
      if (isDue(tidied, deps.clock.now())) await compactPartition(deps, tidied, { mostBytes: MOST_BYTES });
    };
    for (const { name, columns } of tables)
      for (const p of await lakePartitions(deps.table).list(name))
        if (budget.remainingMs() > reserve) await attempt(p, columns).catch((fault: unknown) => faults.push(fault));
    if (faults.length > 0) throw faults[0];
  };
};
