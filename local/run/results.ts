// The rows of every destination, read from the real destination: the results table, the lake's files, the topics on `refined`.
import type { Json, JsonObject } from '../../shared/event/cloud-event.ts';
import { parseJson } from '../../shared/event/json.ts';
import type { TablePlan } from '../../shared/query/plan.ts';
import type { FreshRow } from './books.ts';
import type { Here } from './here.ts';

export type Row = { readonly [column: string]: Json };

type Scanned = {
  readonly Items?: readonly { readonly pk?: { readonly S?: string }; readonly row?: { readonly S?: string } }[];
  readonly LastEvaluatedKey?: object;
};

const rowOf = (text: string, where: string): Row => {
  const parsed = parseJson(Buffer.from(text));
  if (!parsed.ok) throw new Error(`${where} holds a row that is no JSON: ${parsed.cause}`);
  return parsed.value as Row;
};

/** Rows of the results table by destination; a row that was taken back has none. */
export const scanResults = async (here: Here): Promise<ReadonlyMap<string, readonly Row[]>> => {
  const found = new Map<string, Row[]>();
  let from: object | undefined;
  do {
    const page = (await here.dynamo.call('Scan', {
      TableName: here.name('ResultsTable'),
      ...(from && { ExclusiveStartKey: from }),
    })) as Scanned;
    for (const { pk, row } of page.Items ?? []) {
      const key = pk?.S ?? '';
      const table = key.slice(0, key.indexOf('#'));
      if (row?.S === undefined) continue;
      const rows = found.get(table) ?? [];
      rows.push(rowOf(row.S, `results ${key}`));
      found.set(table, rows);
    }
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return found;
};

/**
 * Rows of a topic in the order of the stream, one for each position; of a keyed one the last revision of each key, and none where
 * that revision took the row back.
 */
export const topicRows = (table: TablePlan, rows: readonly FreshRow[]): readonly Row[] => {
  const own = rows.filter(({ event }) => event.type === table.name);
  const gone = ({ event }: FreshRow): boolean => event.deleted === true;
  const data = ({ event }: FreshRow): Row => (event.data ?? {}) as JsonObject;
  if (table.primaryKey.length === 0) return own.filter((r) => !gone(r)).map(data);
  const newest = new Map<string, FreshRow>();
  for (const row of own) {
    const key = JSON.stringify(table.primaryKey.map((c) => String(data(row)[c] ?? null)));
    const before = newest.get(key);
    if (before === undefined || String(row.event.revision ?? '') >= String(before.event.revision ?? ''))
      newest.set(key, row);
  }
  return [...newest.values()].filter((r) => !gone(r)).map(data);
};
