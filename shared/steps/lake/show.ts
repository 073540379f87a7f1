// Entries to files. Which bytes a file has follows from the entries alone, so writing it again changes nothing.
import type { CloudEvent } from '../../event/cloud-event.ts';
import { parseJson } from '../../event/json.ts';
import type { Objects } from '../../ports.ts';
import type { Entry } from '../ledger/ledger.ts';
import { lakeFile, lakeFolder } from './files.ts';
import { parquetOf } from './parquet.ts';
import { byPosition, type StagedRow, unpackStaged } from './staged.ts';
import type { LakeTable } from './tables.ts';

type File = { readonly table: LakeTable; readonly folder: string; readonly rows: StagedRow[] };

const filesOf = (rows: readonly StagedRow[], tables: ReadonlyMap<string, LakeTable>): readonly File[] => {
  const files = new Map<string, File>();
  for (const row of rows) {
    const table = tables.get(row.table);
    if (table === undefined) continue; // left the plan since it was staged: it has no columns any more
    const folder = lakeFolder(row.table, row.time);
    const file = files.get(folder);
    if (file) file.rows.push(row);
    else files.set(folder, { table, folder, rows: [row] });
  }
  return [...files.values()];
};

const bytesOf = ({ table, rows }: File): Uint8Array => {
  const values = rows.sort(byPosition).map((row) => {
    const parsed = parseJson(Buffer.from(row.event));
    if (!parsed.ok) throw new TypeError(`a staged row of ${row.table} is no JSON: ${parsed.cause}`);
    return table.read(parsed.value as unknown as CloudEvent, row.time);
  });
  return parquetOf(table.columns, values);
};

/** @returns how many files were written */
export const showEntries = async (
  objects: Objects,
  entries: readonly Entry[],
  tables: ReadonlyMap<string, LakeTable>,
  name: { readonly shard: string; readonly run: string; readonly version: number },
): Promise<number> => {
  const rows: StagedRow[] = [];
  for (const entry of entries) for (const row of unpackStaged(await entry.body())) rows.push(row);
  const files = filesOf(rows, tables);
  for (const file of files) {
    const key = lakeFile(file.folder, name.shard, name.run, name.version);
    await objects.put(key, bytesOf(file), { contentType: 'application/vnd.apache.parquet' });
  }
  return files.length;
};
