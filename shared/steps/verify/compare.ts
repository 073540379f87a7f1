// What stands in the results table beside what must stand there, row by row.
import type { Json, JsonObject } from '../../event/cloud-event.ts';
import { parseJson, stringifyJson } from '../../event/json.ts';
import type { Item } from '../../ports.ts';
import type { Query, TablePlan } from '../../query/plan.ts';
import { rowWriter } from '../../query/row.ts';
import type { EpochMs } from '../../time.ts';
import { itemOf } from '../sink/dynamo-rows.ts';
import type { Said } from './row-ids.ts';
import type { OutRow } from './window-rows.ts';

/** A column, what stands there and what must; `-` where there is no row or no such column. */
export type Unequal = { readonly column: string; readonly found: string; readonly expected: string };

export type Difference = {
  /**
   * `older`: it equals the window as it stood before some of its rows came. `unreadable`: what stands there is no row.
   */
  readonly kind: 'missing' | 'extra' | 'other' | 'older' | 'unreadable';
  /** pk of the item. */
  readonly pk: string;
  readonly window: readonly [start: EpochMs, end: EpochMs] | null;
  /** Key columns, as a JSON list. */
  readonly key: string;
  readonly columns: readonly Unequal[];
  /** Of the item that stands there, for a repair; null: none. */
  readonly version: string | null;
  /** What must stand there as JSON text; null: nothing. */
  readonly row: string | null;
  /** CloudEvents id of the row. */
  readonly id: string;
  /** Of `older`: rows that it counts, of so many. */
  readonly counted?: readonly [of: number, all: number];
};

export type Expected = {
  readonly pk: string;
  readonly id: string;
  readonly key: string;
  readonly row: string | null;
  readonly out: OutRow;
  /** null: its query has no windows. */
  readonly window: Difference['window'];
};

const plain = (text: string): JsonObject | null => {
  const parsed = parseJson(Buffer.from(text));
  const isRow = parsed.ok && typeof parsed.value === 'object' && parsed.value !== null && !Array.isArray(parsed.value);
  return isRow ? (parsed.value as JsonObject) : null;
};

/** The row of a window as the destination must hold it: under the id and the key that `refine` and the sink give it. */
export const expectedRow = (q: Pick<Query, 'id' | 'kind'>, table: TablePlan, out: OutRow): Expected => {
  const text = rowWriter(table.columns)(out.values);
  const id = `${q.id}|${out.id}`;
  const row = plain(text) as JsonObject;
  const key = table.primaryKey.length === 0 ? id : stringifyJson(table.primaryKey.map((name) => row[name] ?? null));
  const sent = { table: table.name, key, version: '', id, row: text, source: '', time: '', early: false, arrival: 0 };
  const window = q.kind === 'window' || q.kind === 'composed' ? ([out.start, out.end] as const) : null;
  return { pk: itemOf(sent).pk, id, key, row: out.kept ? text : null, out, window };
};

const shown = (row: JsonObject, column: string): string =>
  Object.hasOwn(row, column) ? stringifyJson(row[column] as Json) : '-';

/** The columns in which two rows differ. */
export const unequal = (found: JsonObject, expected: JsonObject): readonly Unequal[] =>
  [...new Set([...Object.keys(expected), ...Object.keys(found)])].flatMap((column) => {
    const [a, b] = [shown(found, column), shown(expected, column)];
    return a === b ? [] : [{ column, found: a, expected: b }];
  });

const all = (row: JsonObject, as: 'found' | 'expected'): readonly Unequal[] =>
  Object.keys(row).map((column) => ({
    column,
    found: as === 'found' ? shown(row, column) : '-',
    expected: as === 'expected' ? shown(row, column) : '-',
  }));

const versionOf = (item: Item | undefined): string | null => (typeof item?.ver === 'string' ? item.ver : null);
const textOf = (item: Item | undefined): string | null =>
  item === undefined || item.deleted === true ? null : typeof item.row === 'string' ? item.row : '';

/** @param older tells how many of its rows a window had counted when it was so; null: it never was so */
export const differenceAt = (
  e: Expected,
  item: Item | undefined,
  older: (row: string) => number | null,
): Difference | null => {
  const text = textOf(item);
  if (text === e.row) return null;
  const base = { pk: e.pk, window: e.window, key: e.key, version: versionOf(item), row: e.row, id: e.id };
  if (text === null) return { ...base, kind: 'missing', columns: all(plain(e.row ?? '{}') ?? {}, 'expected') };
  const found = plain(text);
  if (found === null) return { ...base, kind: 'unreadable', columns: [] };
  if (e.row === null) return { ...base, kind: 'extra', columns: all(found, 'found') };
  const columns = unequal(found, plain(e.row) as JsonObject);
  if (columns.length === 0) return null;
  const counted = older(text);
  if (counted === null) return { ...base, kind: 'other', columns };
  return { ...base, kind: 'older', columns, counted: [counted, e.out.rows.length] };
};

/** An item of the table that nothing expects; null when it is not this query's, or of a time that is not judged. */
export const extraOf = (item: Item, { kind, window }: Said, isOnly: boolean): Difference | null => {
  if (item.deleted === true) return null;
  // A row with no name of ours in a table that one query alone writes is nobody's.
  if (kind === 'foreign' ? !isOnly : kind === 'other') return null;
  const found = plain(textOf(item) ?? '');
  const key = item.pk.slice(item.pk.indexOf('#') + 1);
  const columns = found === null ? [] : all(found, 'found');
  return {
    kind: 'extra',
    pk: item.pk,
    window,
    key,
    columns,
    version: versionOf(item),
    row: null,
    id: String(item.id ?? ''),
  };
};
