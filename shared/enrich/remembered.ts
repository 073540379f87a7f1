// How `remember` keeps rows in the reference table, for it and for look-ups: an item a key with the position of its newest change.
// A deleted row stays as a tombstone for a while, so that an older change cannot bring it back. A truncated table is one item more:
// rows at or below its position are not there.
import { compareText } from '../compare-text.ts';
import type { Remembered, Source } from '../pipeline.ts';
import type { Item, Key } from '../ports.ts';
import { days, type EpochMs, type Ms } from '../time.ts';

/** Column names may be pk or sk too. */
export const COLUMN = 'c.';
/** The service takes 2,048 bytes for the whole pk. */
export const MAX_KEY_BYTES = 1_024;
/** Longer than any stream keeps a record: no older change can come after it, but by a replay of a source's log. */
export const TOMBSTONE_FOR: Ms = days(30);

/** Whether the service takes the text as a key. What it would refuse can stand in no row. */
export const isKey = (key: string): boolean => key.isWellFormed() && Buffer.byteLength(key) <= MAX_KEY_BYTES;

export const itemKey = (table: string, key: string): Key => ({ pk: `${table}#${key}`, sk: '-' });
/** No row has an empty key. */
export const truncateKey = (table: string): Key => ({ pk: `${table}#`, sk: 'truncate' });

type Kept = Item & { readonly pos: string };

/** @param fields texts of the columns that the row has; null: it was deleted by a change that arrived at `arrival` */
export const rowItem = (
  table: string,
  key: string,
  pos: string,
  fields: Readonly<Record<string, string>> | null,
  arrival: EpochMs,
): Kept =>
  fields === null
    ? { ...itemKey(table, key), pos, gone: true, x: Math.floor((arrival + TOMBSTONE_FOR) / 1000) }
    : {
        ...itemKey(table, key),
        pos,
        ...Object.fromEntries(Object.entries(fields).map(([name, text]) => [`${COLUMN}${name}`, text])),
      };

export const truncateItem = (table: string, pos: string): Kept => ({ ...truncateKey(table), pos });

/** Whether a row stands in an item, seen beside the one that says up to where its table was truncated. */
export const isThere = (item: Item, truncated: Item | undefined): boolean => {
  if (item.gone === true) return false;
  if (truncated === undefined) return true;
  return typeof item.pos === 'string' && compareText(item.pos, String(truncated.pos)) > 0;
};

export const rememberedBy = (sources: readonly Source[]): readonly (Remembered & { readonly source: Source })[] =>
  sources.flatMap((source) => (source.remember ?? []).map((r) => ({ ...r, source })));

/** Names of the reference tables that change data fills. */
export const rememberedTables = (sources: readonly Source[]): ReadonlySet<string> =>
  new Set(rememberedBy(sources).map((r) => r.into));
