// Change data of any source -> a CloudEvent of one shape (docs/sources.md), so that a reader need not know which source it was.
import type { Json, JsonObject } from '../event/cloud-event.ts';
import { stringifyJson } from '../event/json.ts';
import type { Source } from '../pipeline.ts';
import type { EpochMs } from '../time.ts';
import type { Part } from './adapter.ts';
import { digestOf, isInstant, made, refused, sourceUri } from './parts.ts';

/** `snapshot`: a row as it stood when the copy began; `truncate`: all rows are gone, and none is named. */
export type Op = 'insert' | 'update' | 'delete' | 'snapshot' | 'truncate' | 'message';

export type Change = {
  readonly op: Op;
  /** As `tables` of the source names it. */
  readonly table: string;
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
  /** The row's key as text, where the source tells it. */
  readonly key: string | null;
  /** Place in the source's log: of two changes of one row, the greater text is the newer. */
  readonly position: string;
  /** When the source committed it. */
  readonly time?: EpochMs | undefined;
  /** What else the source tells: `transaction`, `ttl`, … */
  readonly more?: JsonObject;
};

/** One value stands for itself, several for JSON with their names sorted: the same key is always the same text. */
export const keyText = (key: JsonObject): string | null => {
  const names = Object.keys(key).sort();
  const [only] = names;
  if (only === undefined) return null;
  const value = key[only] as Json;
  if (names.length === 1 && typeof value !== 'object') return String(value);
  return stringifyJson(Object.fromEntries(names.map((name) => [name, key[name] as Json])));
};

/** The event type of a table; null: left out on purpose; undefined: nothing is said of it. */
export const typeOfTable = ({ tables = {} }: Source, table: string): string | null | undefined =>
  Object.hasOwn(tables, table) ? tables[table] : Object.hasOwn(tables, '*') ? tables['*'] : undefined;

/**
 * The change as a CloudEvent; undefined where its table is left out. Its id comes from table, position and contents: a replay of the
 * source's log gives the same id.
 */
export const changePart = (change: Change, source: Source, bytes: Uint8Array): Part | undefined => {
  const { op, table, before, after, key, position, time, more = {} } = change;
  const type = typeOfTable(source, table);
  if (type === null) return undefined;
  if (type === undefined) {
    const known = Object.keys(source.tables ?? {}).join(', ');
    const cause = `source ${source.name} names no table "${table}" (tables: ${known}; "${table}: off" leaves it out)`;
    return refused(bytes, 'event.unknown-type', cause);
  }
  const at = time !== undefined && isInstant(time) ? time : undefined;
  return made({
    type,
    source: sourceUri('changes', source.name, table),
    id: `${table}:${position}:${digestOf(op, key, before, after)}`.replace(/\p{C}/gu, '?'),
    ...(at === undefined ? {} : { time: at }),
    data: { op, table, key, before, after, position, ...more },
  });
};
