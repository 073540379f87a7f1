// Rows as files: JSON a line, CSV (RFC 4180), Parquet.
import type { Json, JsonObject } from '../../shared/event/cloud-event.ts';
import { parseJson, stringifyJson } from '../../shared/event/json.ts';
import type { TablePlan } from '../../shared/query/plan.ts';
import { valueReader } from '../../shared/query/read-value.ts';
import { parquetOf } from '../../shared/steps/lake/parquet.ts';
import type { ExportedRow } from './export-rows.ts';

export const FORMATS = ['ndjson', 'csv', 'parquet'] as const;
export type Format = (typeof FORMATS)[number];

const rowOf = ({ row, pk }: ExportedRow): JsonObject => {
  const parsed = parseJson(Buffer.from(row));
  if (!parsed.ok) throw new Error(`the item ${pk} holds no row: ${row.slice(0, 80)}`);
  return parsed.value as JsonObject;
};

/** NULL is nothing, an empty text is `""`. */
const cell = (value: Json | undefined): string => {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : stringifyJson(value);
  return text === '' || /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
};

const csv = ({ columns }: TablePlan, rows: readonly ExportedRow[]): string =>
  [columns.map((c) => cell(c.name)), ...rows.map(rowOf).map((row) => columns.map((c) => cell(row[c.name])))]
    .map((line) => `${line.join(',')}\r\n`)
    .join('');

const parquet = ({ columns }: TablePlan, rows: readonly ExportedRow[]): Uint8Array => {
  const readers = columns.map(({ name, type }) => ({ name, read: valueReader(type) }));
  return parquetOf(
    columns,
    rows.map(rowOf).map((row) => readers.map(({ name, read }) => read(row[name]))),
  );
};

export const fileOf = (format: Format, table: TablePlan, rows: readonly ExportedRow[]): Uint8Array => {
  switch (format) {
    case 'ndjson':
      return Buffer.from(rows.map(({ row }) => `${row}\n`).join(''));
    case 'csv':
      return Buffer.from(csv(table, rows));
    case 'parquet':
      return parquet(table, rows);
    default:
      return format satisfies never;
  }
};
