// The moves of a partition: claim, begin, commit, show, forget. Each is one conditional put; what it must not do stands beside it
// (docs/decisions/2026-11-22-lake-compaction.md).
import type { Catalog } from '../../catalog.ts';
import type { Clock } from '../../ports.ts';
import { hours, type Ms, minutes } from '../../time.ts';
import { generationFolder, lakeFileName } from './files.ts';
import type { Partition, PartitionFile, Partitions } from './partition.ts';

/** A request that points the catalog is begun so soon after the item says it may, or not at all. */
export const LEASE: Ms = minutes(2);
/** A request begun in time has landed by then or is refused: AWS takes no signature older than 5 minutes; the rest is for clocks that differ. */
export const LANDS_WITHIN: Ms = minutes(20);
/** A compaction that was begun so long ago has died: its function may run 15 minutes. */
export const ABANDONED: Ms = minutes(30);
/** Readers that found the old files may go on reading them. */
export const KEEP_OLD: Ms = hours(24);

export type GenerationDeps = {
  readonly partitions: Partitions;
  readonly clock: Clock;
  /** undefined: readers ask for the list of live files. */
  readonly catalog: Catalog | undefined;
};
type Name = { readonly table: string; readonly part: string };

/**
 * A roll-up's file gets its generation, once and for all: the live one, or that of a compaction under way. A version is claimed before
 * the next one is decided, so a claim at or below the mark is a copy.
 * @returns the file; undefined when a compaction has taken it in already, and it must not be written again
 */
export const claim = async (
  { partitions, clock }: GenerationDeps,
  name: Name,
  of: { readonly shard: string; readonly run: string; readonly version: number },
): Promise<{ readonly file: PartitionFile | undefined; readonly partition: Partition }> => {
  const writer = `${of.shard}-${of.run}`;
  const file = lakeFileName(of.shard, of.run, of.version);
  const { now } = await partitions.change(name, (p) => {
    if ((p.marks[writer] ?? 0) >= of.version) return undefined;
    return {
      ...p,
      until: p.v === 0 ? clock.now() + LEASE : p.until,
      claimed: clock.now(),
      files: [...p.files, { generation: p.next || p.live, name: file }],
      marks: { ...p.marks, [writer]: of.version },
    };
  });
  return { file: now.files.find((f) => f.name === file), partition: now };
};

/**
 * Makes the catalog show the live generation. Whoever finds that it may not show it does so, after `until` was moved on; no generation
 * follows before every request begun until then has landed, so all that can still land point at the same folder.
 */
export const show = async ({ partitions, clock, catalog }: GenerationDeps, p: Partition): Promise<Partition> => {
  if (catalog === undefined || p.shown === p.live) return p;
  const { now: leased } = await partitions.change(p, (q) =>
    q.shown !== q.live && q.until < clock.now() + LEASE / 2 ? { ...q, until: clock.now() + LEASE } : undefined,
  );
  if (leased.shown === leased.live) return leased;
  await catalog.point(p, generationFolder(p.table, p.part, leased.live), leased.until);
  const { now } = await partitions.change(p, (q) =>
    q.live !== leased.live || q.shown === q.live
      ? undefined
      : { ...q, shown: q.live, old: q.old.map((o) => ({ ...o, since: o.since || clock.now() })) },
  );
  return now;
};

/** Whether a compaction may begin: nobody can still point the catalog anywhere, and no other is at work. */
export const mayBegin = ({ clock, catalog }: GenerationDeps, p: Partition): boolean => {
  const now = clock.now();
  if (p.next !== 0 && now < p.began + ABANDONED) return false;
  return catalog === undefined || now > p.until + LANDS_WITHIN;
};

/**
 * Fixes what a compaction takes in: every file claimed so far, also those that joined one that died. What is claimed from now on goes
 * to the new generation.
 * @returns undefined when another was quicker
 */
export const begin = async (deps: GenerationDeps, name: Name): Promise<Partition | undefined> => {
  const { now, wrote } = await deps.partitions.change(name, (p) =>
    mayBegin(deps, p) ? { ...p, top: p.top + 1, next: p.top + 1, began: deps.clock.now() } : undefined,
  );
  return wrote ? now : undefined;
};

/**
 * The decision: `generation` is what readers see. All its files are written.
 * @param begun   as `begin` gave it
 * @param written names of the files that hold the rows of all that `begun` has
 * @returns undefined when another compaction took over; what this one wrote is never seen
 */
export const commit = async (
  { partitions, clock, catalog }: GenerationDeps,
  begun: Partition,
  written: readonly string[],
): Promise<Partition | undefined> => {
  const generation = begun.next;
  const { now, wrote } = await partitions.change(begun, (p) => {
    if (p.next !== generation) return undefined;
    const gone = Array.from({ length: generation - p.live }, (_, i) => p.live + i);
    return {
      ...p,
      live: generation,
      next: 0,
      until: clock.now() + LEASE,
      files: [...written.map((name) => ({ generation, name })), ...p.files.filter((f) => f.generation === generation)],
      old: [...p.old, ...gone.map((g) => ({ generation: g, since: catalog === undefined ? clock.now() : 0 }))],
    };
  });
  return wrote ? now : undefined;
};

/** Generations whose files may be deleted. */
export const forgettable = ({ clock }: GenerationDeps, p: Partition): readonly number[] =>
  p.old.filter((o) => o.since !== 0 && clock.now() >= o.since + KEEP_OLD).map((o) => o.generation);

export const forget = async ({ partitions }: GenerationDeps, name: Name, gone: readonly number[]): Promise<void> => {
  await partitions.change(name, (p) => ({ ...p, old: p.old.filter((o) => !gone.includes(o.generation)) }));
};
