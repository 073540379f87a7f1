// Entries to files. Which bytes a file has follows from the entries alone, so writing it again changes nothing.
import type { CloudEvent } from '../../event/cloud-event.ts';
import { parseJson } from '../../event/json.ts';
import type { Objects } from '../../ports.ts';
import type { Entry } from '../ledger/ledger.ts';
import { generationFolder, lakePart } from './files.ts';
import { claim, type GenerationDeps, show } from './generations.ts';
import { parquetOf } from './parquet.ts';
import { byPosition, type StagedRow, unpackStaged } from './staged.ts';
import type { LakeTable } from './tables.ts';

export const PARQUET = 'application/vnd.apache.parquet';

type File = { readonly table: LakeTable; readonly part: string; readonly rows: StagedRow[] };

const filesOf = (rows: readonly StagedRow[], tables: ReadonlyMap<string, LakeTable>): readonly File[] => {
  const files = new Map<string, File>();
  for (const row of rows) {
    const table = tables.get(row.table);
    if (table === undefined) continue; // left the plan since it was staged: it has no columns any more
    const part = lakePart(row.time);
    const file = files.get(`${row.table}/${part}`);
    if (file) file.rows.push(row);
    else files.set(`${row.table}/${part}`, { table, part, rows: [row] });
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

export type ShowDeps = GenerationDeps & {
  readonly objects: Objects;
  /** The table has its columns in the catalog. */
  readonly ensureTable: (table: LakeTable) => Promise<void>;
};

/** Each file has a generation before it is written, and its partition is in the catalog afterwards. */
export const showEntries = async (
  deps: ShowDeps,
  entries: readonly Entry[],
  tables: ReadonlyMap<string, LakeTable>,
  name: { readonly shard: string; readonly run: string; readonly version: number },
): Promise<void> => {
  const rows: StagedRow[] = [];
  for (const entry of entries) for (const row of unpackStaged(await entry.body())) rows.push(row);
  for (const file of filesOf(rows, tables)) {
    const of = { table: file.table.name, part: file.part };
    const { file: claimed, partition } = await claim(deps, of, name);
    if (claimed !== undefined) {
      const key = `${generationFolder(of.table, of.part, claimed.generation)}${claimed.name}`;
      await deps.objects.put(key, bytesOf(file), { contentType: PARQUET });
    }
    await deps.ensureTable(file.table);
    await show(deps, partition);
  }
};
