// Rows of change data as texts: the key that a look-up asks with, and the columns that are kept.
import type { Json, JsonObject } from '../../event/cloud-event.ts';
import { parseJson, stringifyJson } from '../../event/json.ts';
import { isObject } from '../../event/path.ts';
import type { Remembered } from '../../pipeline.ts';

/** What stands for a large value that an update did not touch: PostgreSQL's log does not repeat it. */
const UNTOLD = '__debezium_unavailable_value';

/** MongoDB writes ids and numbers of 64 bits as objects of one field: {"$oid": "…"}. */
const plain = (value: Json | undefined): Json | undefined => {
  if (!isObject(value)) return value;
  const [name, ...more] = Object.keys(value);
  return name?.startsWith('$') && more.length === 0 ? value[name] : value;
};

const scalarText = (value: Json | undefined): string | undefined => {
  const found = plain(value);
  return found === null || typeof found === 'object' || found === undefined ? undefined : String(found);
};

const own = (row: JsonObject, name: string): Json | undefined => (Object.hasOwn(row, name) ? row[name] : undefined);

/** `7`; of several columns `acme/7`, with `\` before a `/` or `\` of a value. */
const joined = (texts: readonly string[]): string =>
  texts.length === 1 ? (texts[0] ?? '') : texts.map((t) => t.replace(/[\\/]/g, '\\$&')).join('/');

/** The text of a row's key; the name of the column whose value can be no part of one. */
export const keyOfRow = (
  row: JsonObject,
  columns: readonly string[],
): { readonly key: string } | { readonly wrong: string; readonly value: Json } => {
  const texts: string[] = [];
  for (const name of columns) {
    const text = scalarText(own(row, name));
    if (text === undefined || text === '') return { wrong: name, value: own(row, name) ?? null };
    texts.push(text);
  }
  return { key: joined(texts) };
};

/** The key as the source tells it beside the rows, where it is one value: MongoDB's may be JSON in a text. */
export const toldKey = (key: Json | undefined): string | undefined => {
  if (typeof key !== 'string' || key === '') return undefined;
  const parsed = key.startsWith('{') ? parseJson(Buffer.from(key)) : undefined;
  return parsed?.ok ? scalarText(parsed.value) : key;
};

const textOf = (value: Json): string => {
  const found = plain(value) ?? null;
  return typeof found === 'object' ? stringifyJson(found) : String(found);
};

/** The columns of the reference table, those without a value left out; the name of a column whose value the change does not tell. */
export const keptOf = (
  row: JsonObject,
  key: string,
  { key: keyColumns, columns }: Pick<Remembered, 'key' | 'columns'>,
): { readonly fields: Readonly<Record<string, string>> } | { readonly untold: string } => {
  const fields: [string, string][] = [];
  for (const name of columns) {
    // Of several key columns the look-up's key is none of the source's.
    if (name === columns[0] && keyColumns.length > 1) fields.push([name, key]);
    else {
      const value = own(row, name);
      if (value === UNTOLD) return { untold: name };
      if (value !== undefined && value !== null) fields.push([name, textOf(value)]);
    }
  }
  return { fields: Object.fromEntries(fields) };
};
