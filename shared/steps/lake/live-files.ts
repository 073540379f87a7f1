// What a reader without the catalog reads: the files of the generation that each partition's item names.
import type { Objects, Table } from '../../ports.ts';
import { generationFolder, type LakeFile, lakeFileOf } from './files.ts';
import { lakePartitions } from './partition.ts';

/** `from`, `to`: beginnings of `dt=2026-01-31/hour=09`, with both ends. */
export type LakeRange = { readonly from?: string; readonly to?: string };

/** By table, then time. A list stays good for 24 h: files that a compaction takes in are kept so long. */
export const liveFiles = async (
  ports: { readonly table: Table; readonly objects: Objects },
  tables: readonly string[],
  { from, to }: LakeRange = {},
): Promise<readonly LakeFile[]> => {
  const found: LakeFile[] = [];
  for (const table of tables)
    for (const p of await lakePartitions(ports.table).list(table, from, to))
      found.push(...(await ports.objects.list(generationFolder(table, p.part, p.live))).flatMap(lakeFileOf));
  return found;
};
