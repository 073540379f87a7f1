// The list of live files, for people, programs and DuckDB.
import type { LakeFile } from '../../shared/steps/lake/files.ts';

const urlOf = (bucket: string, key: string): string => `s3://${bucket}/${key}`;
const kb = (bytes: number): string => `${Math.max(1, Math.round(bytes / 1024))} KB`;

export const showFiles = (bucket: string, files: readonly LakeFile[], json: boolean): string => {
  if (json) return `${JSON.stringify(files.map(({ key, ...file }) => ({ url: urlOf(bucket, key), ...file })))}\n`;
  const bytes = files.reduce((sum, f) => sum + f.size, 0);
  const lines = files.map((f) => `${urlOf(bucket, f.key)}  ${kb(f.size)}`);
  return `${[...lines, `${files.length} file${files.length === 1 ? '' : 's'}, ${kb(bytes)}`].join('\n')}\n`;
};

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** `CREATE VIEW` for DuckDB, one for each table. Good for 24 h: files that a compaction takes in are kept so long. */
export const viewOf = (bucket: string, files: readonly LakeFile[]): string =>
  [...new Set(files.map((f) => f.table))]
    .map((table) => {
      const urls = files.filter((f) => f.table === table).map((f) => `  ${quoted(urlOf(bucket, f.key))}`);
      const name = `"${table.replaceAll('"', '""')}"`;
      return `CREATE OR REPLACE VIEW ${name} AS SELECT * FROM read_parquet([\n${urls.join(',\n')}\n], union_by_name = true, hive_partitioning = true);\n`;
    })
    .join('');
