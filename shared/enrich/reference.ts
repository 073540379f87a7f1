// Rows of pipeline/reference/*.csv in DynamoDB: one item a row, pk = table name + '#' + key, each column a text attribute.
import type { Json } from '../event/cloud-event.ts';
import type { Clock, Item, Key, Table } from '../ports.ts';
import type { EpochMs, Ms } from '../time.ts';
import { Lru } from './lru.ts';

/** Column names may be pk or sk too. */
const COLUMN = 'c.';
/** The service takes 2,048 bytes for the whole pk. */
const MAX_KEY_BYTES = 1_024;
const KEYS_AT_ONCE = 100;
const REMEMBERED = 50_000;

/** Whether the service takes the text as a key. What it would refuse can stand in no row. */
const isKey = (key: string): boolean => key.isWellFormed() && Buffer.byteLength(key) <= MAX_KEY_BYTES;

const itemKey = (table: string, key: string): Key => ({ pk: `${table}#${key}`, sk: '-' });

/**
 * Puts the rows of a reference table; a row of the same key is replaced, others stay.
 * @param columns names of the fields, the key first
 * @param rows    texts in the order of the columns; null: the row has no such field
 * @throws RangeError naming a key that is too long
 */
export const loadReference = async (
  table: Table,
  name: string,
  columns: readonly string[],
  rows: readonly (readonly (string | null)[])[],
): Promise<void> => {
  const items = rows.map((row): Item => {
    const key = row[0] ?? '';
    if (!isKey(key))
      throw new RangeError(`reference ${name}: the key ${key.slice(0, 40)}… has more than ${MAX_KEY_BYTES} bytes`);
    const fields = columns.flatMap((c, i) => (row[i] === null ? [] : [[`${COLUMN}${c}`, row[i] ?? ''] as const]));
    return { ...itemKey(name, key), ...Object.fromEntries(fields) };
  });
  if (items.length > 0) await table.putMany(items);
};

/** A key as CSV writes it; undefined for what no CSV can hold. */
export const keyText = (value: Json | undefined): string | undefined => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? String(value)
    : undefined;
};

export type ReferenceLookup = {
  /**
   * The rows of these keys, each an object of text columns, null where there is none.
   * @param ttl how long an answer may be used again
   * @throws Fault table.* when the table does not answer
   */
  find(table: string, keys: readonly string[], ttl: Ms): Promise<ReadonlyMap<string, Json>>;
};

type Remembered = { readonly row: Json; readonly read: EpochMs };

/** @param columns of each reference table, the key first: rows have them in this order */
export const referenceLookup = (deps: {
  readonly table: Table;
  readonly clock: Clock;
  readonly columns: Readonly<Record<string, readonly string[]>>;
}): ReferenceLookup => {
  const seen = new Lru<Remembered>(REMEMBERED);

  const rowOf = (table: string, item: Item): Json =>
    Object.fromEntries(
      (deps.columns[table] ?? []).map((c) => [c, (item[`${COLUMN}${c}`] as string | undefined) ?? null]),
    );

  const fetch = async (table: string, keys: readonly string[]): Promise<ReadonlyMap<string, Json>> => {
    const chunks = Array.from({ length: Math.ceil(keys.length / KEYS_AT_ONCE) }, (_, i) =>
      keys.slice(i * KEYS_AT_ONCE, (i + 1) * KEYS_AT_ONCE).map((key) => itemKey(table, key)),
    );
    const items: Item[] = [];
    for (const chunk of chunks) items.push(...(await deps.table.getMany(chunk)));
    return new Map(items.map((item) => [item.pk.slice(table.length + 1), rowOf(table, item)]));
  };

  return {
    async find(table, keys, ttl) {
      const out = new Map<string, Json>();
      const missing: string[] = [];
      const now = deps.clock.now();
      for (const key of new Set(keys)) {
        const known = seen.get(`${table}#${key}`);
        if (known !== undefined && now - known.read < ttl) out.set(key, known.row);
        else if (isKey(key)) missing.push(key);
        else out.set(key, null);
      }
      const found = await fetch(table, missing);
      for (const key of missing) {
        const row = found.get(key) ?? null;
        out.set(key, row);
        seen.set(`${table}#${key}`, { row, read: now });
      }
      return out;
    },
  };
};
