// What a destination of messages was given, as a receiver keeps it that takes each once: the greatest revision of each key.
import type { Json, JsonObject } from '../../../shared/event/cloud-event.ts';
import { parseJson } from '../../../shared/event/json.ts';
import { recordShape } from '../../../shared/query/kafka-options.ts';
import type { TablePlan } from '../../../shared/query/plan.ts';
import type { Row } from '../../run/results.ts';

/** A row as it stands in a destination; null: it was taken back. `version`: the revision that stands. */
export type HeldRow = { readonly key: string; readonly version: string; readonly row: Row | null };
export type Message = HeldRow & { readonly table: string; readonly id: string };

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

const objectOf = (text: string): { readonly [name: string]: Json } => {
  const parsed = parseJson(Buffer.from(text));
  if (!parsed.ok) throw new Error(`a message is no JSON: ${parsed.cause}`);
  return parsed.value as JsonObject;
};

/** Of a CloudEvent as `shared/destinations/message.ts` writes it. */
export const ofCloudEvent = (text: string): Message => {
  const { type, id, subject, revision, deleted, data } = objectOf(text);
  return {
    table: textOf(type),
    id: textOf(id),
    key: textOf(subject),
    version: textOf(revision),
    row: deleted === true ? null : (data as Row),
  };
};

/**
 * Of a record as `shared/destinations/topic-record.ts` writes it; undefined for one of another table.
 * @param table whose key's columns a value may leave out
 */
export const ofTopicEntry = (
  { key, value, headers }: { key: string | null; value: string | null; headers: Readonly<Record<string, string>> },
  table: TablePlan,
): Message | undefined => {
  if (headers.ce_type !== table.name) return undefined;
  const { keyFormat, key: columns, withoutKey } = recordShape(table);
  const ofKey = (text: string): Row => (keyFormat === 'raw' ? { [columns[0] ?? '']: text } : (objectOf(text) as Row));
  const own = value === null ? null : (objectOf(value) as Row);
  return {
    table: table.name,
    id: headers.ce_id ?? '',
    key: headers.ce_subject ?? '',
    version: headers.ce_revision ?? '',
    row: own === null || !withoutKey || key === null ? own : { ...ofKey(key), ...own },
  };
};

/** Of an entry of EventBridge (`shared/aws/event-bus.ts`). */
export const ofBusEntry = (detailType: string, detail: string): Message => {
  const { metadata, data } = objectOf(detail);
  const { id, key, revision, deleted } = metadata as { readonly [name: string]: Json };
  return {
    table: detailType,
    id: textOf(id),
    key: textOf(key),
    version: textOf(revision),
    row: deleted === true ? null : (data as Row),
  };
};

type Kept = {
  readonly newest: Map<string, HeldRow>;
  readonly seen: Set<string>;
  messages: number;
};

/**
 * @param most keys that are kept of a table, the newest; without it all, and which messages were different ones
 */
export class Messages {
  readonly #tables = new Map<string, Kept>();
  readonly #most: number;

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  #of(table: string): Kept {
    const found = this.#tables.get(table) ?? { newest: new Map(), seen: new Set(), messages: 0 };
    this.#tables.set(table, found);
    return found;
  }

  take({ table, id, key, version, row }: Message): void {
    const kept = this.#of(table);
    kept.messages++;
    if (this.#most === Number.POSITIVE_INFINITY) kept.seen.add(`${id}\u0000${version}`);
    const before = kept.newest.get(key);
    if (before !== undefined && before.version >= version) return;
    kept.newest.delete(key);
    kept.newest.set(key, { key, version, row });
    if (kept.newest.size > this.#most) for (const oldest of kept.newest.keys()) return void kept.newest.delete(oldest);
  }

  /** In the order in which they came. */
  rows(table: string): readonly HeldRow[] {
    return [...this.#of(table).newest.values()];
  }
  /** Messages, repeated ones too. */
  count(table: string): number {
    return this.#of(table).messages;
  }
  /** Whether this revision of this id came; for those who keep all. */
  hasSeen(table: string, id: string, version: string): boolean {
    return this.#of(table).seen.has(`${id}\u0000${version}`);
  }
}
