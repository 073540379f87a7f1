// The reference table: one item a row, pk = table name + '#' + key, each column a text attribute. Rows come from
// pipeline/reference/*.csv, or from change data that `remember` keeps (remembered.ts).
import type { Json } from '../event/cloud-event.ts';
import type { Clock, Item, Key, Table } from '../ports.ts';
import type { EpochMs, Ms } from '../time.ts';
import { Lru } from './lru.ts';
import { COLUMN, isKey, isThere, itemKey, MAX_KEY_BYTES, truncateKey } from './remembered.ts';

const KEYS_AT_ONCE = 100;
const REMEMBERED = 50_000;
const PUTS_AT_ONCE = 32;

/** Where nothing stands, not even the tombstone of a deleted row. */
const seed = async (table: Table, items: readonly Item[]): Promise<void> => {
  for (let i = 0; i < items.length; i += PUTS_AT_ONCE)
    await Promise.all(items.slice(i, i + PUTS_AT_ONCE).map((item) => table.put(item, { kind: 'absent' })));
};

/**
 * Puts the rows of a reference table; a row of the same key is replaced, others stay.
 * @param columns names of the fields, the key first
 * @param rows    texts in the order of the columns; null: the row has no such field
 * @param how     `seed`: change data fills the table, so rows stand until the first change of their key
 * @throws RangeError naming a key that is too long
 */
export const loadReference = async (
  table: Table,
  name: string,
  columns: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  how: 'replace' | 'seed' = 'replace',
): Promise<void> => {
  const items = rows.map((row): Item => {
    const key = row[0] ?? '';
    if (!isKey(key))
      throw new RangeError(`reference ${name}: the key ${key.slice(0, 40)}… has more than ${MAX_KEY_BYTES} bytes`);
    const fields = columns.flatMap((c, i) => (row[i] === null ? [] : [[`${COLUMN}${c}`, row[i] ?? ''] as const]));
    return { ...itemKey(name, key), ...Object.fromEntries(fields) };
  });
  if (how === 'seed') await seed(table, items);
  else if (items.length > 0) await table.putMany(items);
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
  /** Tables that `remember` fills. */
  readonly remembered?: ReadonlySet<string>;
}): ReferenceLookup => {
  const seen = new Lru<Remembered>(REMEMBERED);

  const rowOf = (table: string, item: Item): Json =>
    Object.fromEntries(
      (deps.columns[table] ?? []).map((c) => [c, (item[`${COLUMN}${c}`] as string | undefined) ?? null]),
    );

  const fetch = async (table: string, keys: readonly string[]): Promise<ReadonlyMap<string, Json>> => {
    // How far a table was truncated is asked with its rows, so that both are of one time.
    const beside: readonly Key[] = deps.remembered?.has(table) ? [truncateKey(table)] : [];
    const size = KEYS_AT_ONCE - beside.length;
    const rows = new Map<string, Json>();
    for (let i = 0; i < keys.length; i += size) {
      const items = await deps.table.getMany([...keys.slice(i, i + size).map((key) => itemKey(table, key)), ...beside]);
      const truncated = items.find((item) => item.sk === beside[0]?.sk);
      for (const item of items)
        if (item !== truncated && isThere(item, truncated))
          rows.set(item.pk.slice(table.length + 1), rowOf(table, item));
    }
    return rows;
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
