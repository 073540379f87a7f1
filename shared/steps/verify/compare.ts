// What stands in the results table beside what must stand there, row by row.
import type { Json, JsonObject } from '../../event/cloud-event.ts';
import { parseJson, stringifyJson } from '../../event/json.ts';
import { encodeKey } from '../../fold/value-code.ts';
import type { Item } from '../../ports.ts';
import type { TablePlan, WindowQuery } from '../../query/plan.ts';
import { rowWriter } from '../../query/row.ts';
import type { EpochMs } from '../../time.ts';
import { itemOf } from '../sink/dynamo-rows.ts';
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
};

/** Windows that are judged: from the first to the last one that is closed for good and was read whole. */
export type Judged = (start: EpochMs, end: EpochMs) => boolean;

const plain = (text: string): JsonObject | null => {
  const parsed = parseJson(Buffer.from(text));
  const isRow = parsed.ok && typeof parsed.value === 'object' && parsed.value !== null && !Array.isArray(parsed.value);
  return isRow ? (parsed.value as JsonObject) : null;
};

/** The row of a window as the destination must hold it: under the id and the key that `refine` and the sink give it. */
export const expectedRow = (q: WindowQuery, table: TablePlan, out: OutRow): Expected => {
  const text = rowWriter(table.columns)(out.values);
  const types = q.keys.map((k) => k.type);
  const id = `${q.id}|${out.start}|${out.end}|${encodeKey(types, out.keys)}`;
  const row = plain(text) as JsonObject;
  const key = table.primaryKey.length === 0 ? id : stringifyJson(table.primaryKey.map((name) => row[name] ?? null));
  const sent = { table: table.name, key, version: '', id, row: text, source: '', time: '', early: false, arrival: 0 };
  return { pk: itemOf(sent).pk, id, key, row: out.kept ? text : null, out };
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
  const window = [e.out.start, e.out.end] as const;
  const base = { pk: e.pk, window, key: e.key, version: versionOf(item), row: e.row, id: e.id };
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

const ID = /^(.+)-[0-9a-f]{8}\|(-?\d+)\|(-?\d+)\|/;

/** What an item says of itself; `foreign`: no query of this pipeline named it so. */
const readId = (id: unknown): { readonly query: string; readonly start: EpochMs; readonly end: EpochMs } | null => {
  const [, name, start, end] = ID.exec(typeof id === 'string' ? id : '') ?? [];
  if (name === undefined) return null;
  return { query: String(id).slice(0, String(id).indexOf('|')), start: Number(start), end: Number(end) };
};

/** An item of the table that nothing expects; null when it is not this query's, or of a window that is not judged. */
export const extraOf = (item: Item, q: WindowQuery, judged: Judged, isOnly: boolean): Difference | null => {
  if (item.deleted === true) return null;
  const said = readId(item.id);
  // A row with no name of ours in a table that one query alone writes is nobody's.
  if (said === null ? !isOnly : said.query !== q.id || !judged(said.start, said.end)) return null;
  const found = plain(textOf(item) ?? '');
  const window = said === null ? null : ([said.start, said.end] as const);
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
