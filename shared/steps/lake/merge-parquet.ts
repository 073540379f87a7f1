// Many Parquet files as few: the same rows in the same order. Columns are the union by name; a row whose file lacks one has NULL there.
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { type FileColumn, openParquet, type ParquetFile } from './read-parquet.ts';

/** Bytes of a file at which the next is begun. */
export const TARGET = 128 * 1_048_576;
/** A file of at least this size is carried over as it is. */
export const FULL = TARGET / 2;
/** Rows held in memory before they are written as a row group. */
const GROUP_ROWS = 100_000;
const GROUP_BYTES = 16 * 1_048_576;

const isSame = (a: FileColumn, b: FileColumn): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The columns of both; undefined when one name has two types. */
export const unionOf = (a: readonly FileColumn[], b: readonly FileColumn[]): readonly FileColumn[] | undefined => {
  const byName = new Map(a.map((c) => [c.name, c]));
  const added: FileColumn[] = [];
  for (const column of b) {
    const known = byName.get(column.name);
    if (known === undefined) added.push(column);
    else if (!isSame(known, column)) return undefined;
  }
  return [...a, ...added];
};

export type Source = { readonly size: number; readonly bytes: () => Promise<Uint8Array> };
type Group = { columns: readonly FileColumn[]; readonly sources: Source[]; size: number };

const opened = (bytes: Uint8Array): ParquetFile | undefined => {
  try {
    return openParquet(bytes);
  } catch {
    return undefined;
  }
};

const mergeGroup = async ({ columns, sources }: Group): Promise<Uint8Array> => {
  const writer = new ByteWriter();
  const schema = [
    { name: 'root', num_children: columns.length },
    ...columns.map((c) => ({ ...c, repetition_type: 'OPTIONAL' as const })),
  ];
  const parquet = new ParquetWriter({ writer, schema, codec: 'SNAPPY', createdBy: 'millrace' });
  let [rows, bytes] = [0, 0];
  let data: unknown[][] = columns.map(() => []);
  const flush = (): void => {
    if (rows === 0) return;
    const columnData = columns.map(({ name }, i) => ({ name, data: data[i] as unknown[] }));
    parquet.write({ columnData, rowGroupSize: rows });
    [rows, bytes] = [0, 0];
    data = columns.map(() => []);
  };
  for (const source of sources) {
    const file = openParquet(await source.bytes());
    const values = await file.read();
    columns.forEach(({ name }, i) => {
      const own = values.get(name);
      const into = data[i] as unknown[];
      for (let row = 0; row < file.rows; row++) into.push(own === undefined ? null : own[row]);
    });
    rows += file.rows;
    bytes += source.size;
    if (rows >= GROUP_ROWS || bytes >= GROUP_BYTES) flush();
  }
  flush();
  parquet.finish();
  return new Uint8Array(writer.getBuffer());
};

/**
 * Always comes to an end: a file that is large enough, or that cannot be read, goes on as it is, and two types of one name make two files.
 * @param write called for each file, one after another
 */
export const mergeParquet = async (
  sources: readonly Source[],
  write: (bytes: Uint8Array) => Promise<void>,
  target = TARGET,
): Promise<void> => {
  let group: Group | undefined;
  const close = async (): Promise<void> => {
    if (group?.sources.length === 1) await write(await (group.sources[0] as Source).bytes());
    else if (group !== undefined) await write(await mergeGroup(group));
    group = undefined;
  };
  for (const source of sources) {
    const bytes = await source.bytes();
    const file = source.size >= Math.min(FULL, target) ? undefined : opened(bytes);
    if (file === undefined) {
      await write(bytes);
      continue;
    }
    const columns = group === undefined ? file.columns : unionOf(group.columns, file.columns);
    if (columns === undefined || (group !== undefined && group.size + source.size > target)) await close();
    group ??= { columns: file.columns, sources: [], size: 0 };
    if (columns !== undefined && group.sources.length > 0) group.columns = columns;
    group.sources.push(source);
    group.size += source.size;
  }
  await close();
};
