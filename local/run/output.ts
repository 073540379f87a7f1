// DIR/*.ndjson: what a run leaves behind, in a form that does not tell how it was delivered: no position, version or clock.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, JsonObject, RejectedEvent } from '../../shared/event/cloud-event.ts';
import { stringifyJson } from '../../shared/event/json.ts';
import type { Objects, Table } from '../../shared/ports.ts';
import type { Plan, TableColumn, TablePlan } from '../../shared/query/plan.ts';
import { isOutside } from '../destinations/here/addresses.ts';
import type { FreshRow } from './books.ts';
import type { Here } from './here.ts';
import { lakeRows } from './lake-rows.ts';
import { type Row, scanResults, topicRows } from './results.ts';
import type { LateEvent } from './side-doors.ts';

/** Lines in the order of their text: two runs with the same rows write the same bytes. */
const write = (dir: string, name: string, lines: readonly string[]): void => {
  const text = [...lines].sort().map((line) => `${line}\n`);
  writeFileSync(join(dir, `${name}.ndjson`), text.join(''));
};

/** Only the table's columns, in its order. */
const lineOf = (columns: readonly TableColumn[], row: Row): string =>
  stringifyJson(Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null])));

/** `2026-01-31 12:00:00.000` */
const sqlTime = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString().replace('T', ' ').slice(0, -1);

const lateLine = (names: ReadonlyMap<string, string>, late: LateEvent): string =>
  stringifyJson({
    query: names.get(late.query) ?? late.query,
    window_start: sqlTime(late.window_start),
    window_end: sqlTime(late.window_end),
    event: late.event,
  });

const rejectedLine = (names: ReadonlyMap<string, string>, r: RejectedEvent): string => {
  const { door, stage, rule, query, field, value, cause, payload, encoding } = r;
  const all: Record<string, Json | undefined> = {
    door,
    stage,
    rule,
    query: query === undefined ? undefined : (names.get(query) ?? query),
    field,
    value,
    cause,
    payload,
    encoding,
  };
  return stringifyJson(Object.fromEntries(Object.entries(all).filter(([, v]) => v !== undefined)) as JsonObject);
};

export type Outputs = {
  readonly here: Here;
  readonly objects: Objects;
  /** Where the lake's partitions stand. */
  readonly ledger: Table;
  readonly plan: Plan;
  /** Rows of `refined`, each position once. */
  readonly refined: readonly FreshRow[];
  readonly late: Iterable<LateEvent>;
  readonly rejected: Iterable<RejectedEvent>;
};

/** Tables with a file of rows: those a query writes to, and those of the lake. */
export const destinationsOf = ({ queries, tables }: Plan): readonly TablePlan[] => {
  const written = new Set(queries.map((q) => q.into));
  return tables.filter((t) => written.has(t.name) || t.connector === 'filesystem');
};

/** What stands in a destination outside; of messages what a receiver keeps that takes each once. */
const rowsOutside = async ({ destinations }: Here, { name }: TablePlan): Promise<readonly Row[]> => {
  const rows = (await destinations?.places.find((p) => p.table.name === name)?.rows()) ?? [];
  return rows.flatMap(({ row }) => (row === null ? [] : [row]));
};

/** @returns rows by destination */
export const writeOutputs = async (dir: string, o: Outputs): Promise<Record<string, number>> => {
  mkdirSync(dir, { recursive: true });
  const results = await scanResults(o.here);
  const counts: Record<string, number> = {};
  for (const table of destinationsOf(o.plan)) {
    const rows =
      table.connector === 'filesystem'
        ? await lakeRows(o, table)
        : table.connector === 'dynamodb'
          ? (results.get(table.name) ?? [])
          : isOutside(table)
            ? await rowsOutside(o.here, table)
            : topicRows(table, o.refined);
    write(
      dir,
      table.name,
      rows.map((row) => lineOf(table.columns, row)),
    );
    counts[table.name] = rows.length;
  }
  const names = new Map(o.plan.queries.map((q) => [q.id, q.name]));
  write(
    dir,
    'late',
    [...o.late].map((l) => lateLine(names, l)),
  );
  write(
    dir,
    'rejected',
    [...o.rejected].map((r) => rejectedLine(names, r)),
  );
  return counts;
};
