// The lake after its table was brought back: the files of versions and compactions that the table does not know of go aside, since their rows
// are written again, in other files.
import type { Item, Objects, Table } from '../../shared/ports.ts';
import { generationFolder, lakeFileOf } from '../../shared/steps/lake/files.ts';
import { lakePartitions, type Partition } from '../../shared/steps/lake/partition.ts';
import type { EpochMs } from '../../shared/time.ts';

const GENERATION = /^compacted\/(\d+)\//;
const generationOf = (key: string): number => Number(GENERATION.exec(key)?.[1] ?? 1);
const nameOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

/** What readers of an older generation may still be reading stays, as in every compaction. */
const knows = (p: Partition | undefined, key: string): boolean => {
  if (p === undefined) return false;
  const [generation, name] = [generationOf(key), nameOf(key)];
  if (p.old.some((o) => o.generation === generation)) return true;
  return p.files.some((f) => f.generation === generation && f.name === name);
};

const placeOf = (table: string, part: string): string => `${table} ${part}`;
const LAKE = 'lake#';

/** The greatest generation that a compaction of a partition took, by place. */
export type Generations = Map<string, number>;

/** Notes what a table that is given up says of a partition: a compaction that outlives it goes on writing into the folder that it took. */
export const addGeneration = (begun: Generations, { pk, sk, top }: Item): void => {
  if (pk.startsWith(LAKE)) begun.set(placeOf(pk.slice(LAKE.length), sk), top as number);
};
/** A compaction that had asked for its home before the table was given up may take one more. */
const ONE_MORE = 1;

export type LakeBack = {
  /** Names of the files that went aside. */
  readonly aside: readonly string[];
  /** Files that the table names and the bucket lacks. */
  readonly missing: readonly string[];
};

/**
 * @param tables names of the tables of the lake that the state knows
 * @param to     folder that takes the files
 * @param begun  of the table that is given up
 */
export const lakeBack = async (
  { table, objects }: { readonly table: Table; readonly objects: Objects },
  tables: readonly string[],
  to: string,
  now: EpochMs,
  begun: Generations = new Map(),
): Promise<LakeBack> => {
  const all = [...(await objects.list('lake/')), ...(await objects.list('compacted/'))];
  const found = all.flatMap(lakeFileOf);
  const partitions = lakePartitions(table);
  const known = new Map<string, Partition>();
  for (const name of tables) for (const p of await partitions.list(name)) known.set(placeOf(name, p.part), p);
  const aside: string[] = [];
  const top = new Map(begun);
  for (const { key, table: name, dt, hour } of found) {
    const at = placeOf(name, `dt=${dt}/hour=${hour}`);
    top.set(at, Math.max(top.get(at) ?? 1, generationOf(key)));
    if (knows(known.get(at), key)) continue;
    const bytes = await objects.get(key);
    if (bytes !== undefined) await objects.put(`${to}${key}`, bytes);
    await objects.delete([key]);
    aside.push(key);
  }
  const there = new Set(found.map((f) => f.key));
  const missing: string[] = [];
  for (const at of new Set([...known.keys(), ...top.keys()])) {
    const space = at.lastIndexOf(' ');
    const [name, part] = [at.slice(0, space), at.slice(space + 1)];
    // No generation is begun twice, and the catalog may point at one that is gone: it is told again.
    const raised = Math.max(known.get(at)?.top ?? 1, top.get(at) ?? 1) + ONE_MORE;
    await partitions.change({ table: name, part }, (q) => ({ ...q, top: raised, shown: 0, until: now }));
  }
  for (const p of known.values()) {
    for (const f of p.files) {
      const key = `${generationFolder(p.table, p.part, f.generation)}${f.name}`;
      if (!there.has(key)) missing.push(key);
    }
  }
  return { aside, missing };
};
