// Lines of a table's file as events, each a CloudEvent of the table's type with the time that WATERMARK FOR names.
import type { CloudEvent, Json, JsonObject } from '../../shared/event/cloud-event.ts';
import { showInstant } from '../../shared/event/instant.ts';
import { parseJson } from '../../shared/event/json.ts';
import { isObject } from '../../shared/event/path.ts';
import { shownValue } from '../../shared/event/reject.ts';
import type { TablePlan } from '../../shared/query/plan.ts';
import { valueReader } from '../../shared/query/read-value.ts';
import type { EpochMs } from '../../shared/time.ts';
import type { UserError } from '../../shared/user-error.ts';
import type { TimeOf } from './computed-time.ts';

/** What is fed to a source table: the lines of its file, in order. */
export type TableLines = {
  readonly table: TablePlan;
  /** For messages. */
  readonly file: string;
  readonly lines: readonly string[];
  /** Gives the event time of rows that have no such field. */
  readonly timeOf?: TimeOf;
};

/** `time` null: the table has no event time. `shard`: 0 to N - 1. */
export type EventRow = {
  readonly line: number;
  readonly time: EpochMs | null;
  readonly shard: number;
  readonly data: string;
};

export type ReadTable = {
  readonly of: TableLines;
  readonly rows: readonly EventRow[];
  readonly errors: readonly UserError[];
};

const attributesOf = (table: TablePlan): CloudEvent => ({
  specversion: '1.0',
  id: '',
  source: table.name,
  type: table.name,
  time: '',
});

const instant = valueReader({ kind: 'TIMESTAMP' });

/** Where a row goes; `ordinal` counts the rows before it. */
type ShardOf = (row: JsonObject, ordinal: number) => number | { readonly mistake: string };

const fieldOf = (row: JsonObject, name: string): Json => (Object.hasOwn(row, name) ? (row[name] ?? null) : null);

const shardBy = (shards: number, column: string | null): ShardOf => {
  if (column === null) return (_, ordinal) => ordinal % shards;
  return (row) => {
    const value = fieldOf(row, column);
    const found = typeof value === 'number' || typeof value === 'string' ? Number(value) : -1;
    if (Number.isInteger(found) && found >= 0 && found < shards) return found;
    return { mistake: `"${column}" says the shard, 0 to ${shards - 1}; found ${shownValue(value)}` };
  };
};

const computed = (row: JsonObject, { table, timeOf }: TableLines): Json => {
  try {
    return timeOf?.({ data: row, attributes: attributesOf(table), time: 0 }) ?? null;
  } catch {
    return null;
  }
};

const readRow = (
  text: string,
  of: TableLines,
  shardOf: ShardOf,
  ordinal: number,
): Omit<EventRow, 'line'> | { readonly mistake: string } => {
  const parsed = parseJson(Buffer.from(text));
  if (!parsed.ok) return { mistake: `no JSON: ${parsed.cause}` };
  const { value } = parsed;
  if (!isObject(value)) return { mistake: 'a row is a JSON object with the columns as fields' };
  const shard = shardOf(value, ordinal);
  if (typeof shard !== 'number') return shard;
  const { watermark } = of.table;
  if (watermark === null) return { time: null, shard, data: text };
  const found = Object.hasOwn(value, watermark.column) ? fieldOf(value, watermark.column) : computed(value, of);
  const time = instant(found);
  if (typeof time === 'number') return { time, shard, data: text };
  return {
    mistake: `"${watermark.column}" is the event time, found ${shownValue(found)}; write it as "2026-01-31 12:00:00.000"`,
  };
};

/**
 * @param shards      how many there are
 * @param shardColumn whose value says which of them a row is in; null: row after row to the next one
 */
export const readEventRows = (of: TableLines, shards: number, shardColumn: string | null): ReadTable => {
  const errors: UserError[] = [];
  const rows: EventRow[] = [];
  const shardOf = shardBy(shards, shardColumn);
  for (const [i, text] of of.lines.entries()) {
    if (text.trim() === '') continue;
    const read = readRow(text, of, shardOf, rows.length);
    if ('mistake' in read) errors.push({ file: of.file, line: i + 1, col: 0, message: read.mistake });
    else rows.push({ line: i + 1, ...read });
  }
  return { of, rows, errors };
};

/** The row as it would come from `enrich`. */
export const eventBytes = ({ table }: TableLines, row: EventRow, time: EpochMs): Uint8Array =>
  Buffer.from(
    `{"specversion":"1.0","id":"${table.name}-${row.line}","source":${JSON.stringify(table.name)},"type":${JSON.stringify(
      table.types[0] ?? table.name,
    )},"time":"${showInstant(time)}","data":${row.data.trim()}}`,
  );
