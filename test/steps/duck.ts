// Reads Parquet files with DuckDB, a reader that shares no code with the writer.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { MemoryObjects } from '../../shared/memory/objects.ts';
import { lakeFiles } from '../../shared/steps/roll-up-lake.ts';

const instance = DuckDBInstance.create(':memory:');

/** Rows of a query in which `$files` stands for a folder's Parquet files; values as JSON has them. */
const query = async (folder: string, sql: string): Promise<readonly Record<string, unknown>[]> => {
  const connection = await (await instance).connect();
  try {
    const files = `read_parquet('${folder}/**/*.parquet', hive_partitioning = true)`;
    return (await connection.runAndReadAll(sql.replaceAll('$files', files))).getRowObjectsJson() as Record<
      string,
      unknown
    >[];
  } finally {
    connection.closeSync();
  }
};

/** @param files bytes by path */
export const duck = async (
  files: Readonly<Record<string, Uint8Array>>,
  sql: string,
): Promise<readonly Record<string, unknown>[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'lake-'));
  try {
    for (const [path, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    return await query(folder, sql);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** The same over the lake's files; no rows when there are none. */
export const lakeRows = async (
  bucket: MemoryObjects,
  table: string,
  sql: string,
): Promise<readonly Record<string, unknown>[]> => {
  const files: Record<string, Uint8Array> = {};
  for (const { key } of await lakeFiles(bucket, table)) files[key] = (await bucket.get(key)) ?? new Uint8Array();
  return Object.keys(files).length === 0 ? [] : duck(files, sql);
};
