// The lake's rows, read from its Parquet files by DuckDB: a reader that knows nothing of our writer.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../../shared/event/cloud-event.ts';
import { parseJson } from '../../shared/event/json.ts';
import type { Objects, Table } from '../../shared/ports.ts';
import type { TableColumn, TablePlan } from '../../shared/query/plan.ts';
import type { SqlType } from '../../shared/query/types.ts';
import { liveFiles } from '../../shared/steps/lake/live-files.ts';
import type { Row } from './results.ts';

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A column as text that the value is read back from. */
const asText = ({ name, type }: TableColumn): string => {
  const column = quoted(name);
  switch (type.kind) {
    case 'TIMESTAMP':
      return `strftime(${column}, '%Y-%m-%d %H:%M:%S.%g')`;
    case 'TIMESTAMP_LTZ':
      return `strftime(timezone('UTC', ${column}), '%Y-%m-%d %H:%M:%S.%g')`;
    case 'DATE':
      return `strftime(${column}, '%Y-%m-%d')`;
    default:
      return `CAST(${column} AS VARCHAR)`;
  }
};

const readBack = (text: string, type: SqlType): Json => {
  switch (type.kind) {
    case 'BOOLEAN':
      return text === 'true';
    case 'INT':
      return Number(text);
    case 'BIGINT':
    case 'INTERVAL':
      return BigInt(text);
    case 'DOUBLE':
      return Number(text);
    case 'ROW':
    case 'ARRAY':
    case 'MAP': {
      const parsed = parseJson(Buffer.from(text));
      if (!parsed.ok) throw new Error(`a nested column of the lake is no JSON: ${parsed.cause}`);
      return parsed.value;
    }
    default:
      return text;
  }
};

/**
 * All rows of a table of the lake, in no order: those of its live files.
 * @param ledger where the partitions say which files are live
 */
export const lakeRows = async (
  { ledger, objects }: { readonly ledger: Table; readonly objects: Objects },
  table: TablePlan,
): Promise<readonly Row[]> => {
  const files = await liveFiles({ table: ledger, objects }, [table.name]);
  if (files.length === 0) return [];
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const dir = mkdtempSync(join(tmpdir(), 'millrace-lake-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const paths: string[] = [];
    for (const [i, { key }] of files.entries()) {
      const bytes = await objects.get(key);
      if (bytes === undefined) throw new Error(`${objects.name} lists ${key}, but does not have it`);
      const path = join(dir, `${i}.parquet`);
      writeFileSync(path, bytes);
      paths.push(`'${path.replaceAll("'", "''")}'`);
    }
    const columns = table.columns.map(asText).join(', ');
    const from = `read_parquet([${paths.join(', ')}], hive_partitioning = false)`;
    const found = await connection.runAndReadAll(`SELECT ${columns} FROM ${from}`);
    return found.getRows().map((row) =>
      Object.fromEntries(
        table.columns.map(({ name, type }, i) => {
          const text = row[i];
          return [name, text === null || text === undefined ? null : readBack(String(text), type)];
        }),
      ),
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(dir, { recursive: true });
  }
};
