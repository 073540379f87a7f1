// A row of `refined` as an item of the results table.
import { hash } from 'node:crypto';
import type { Json } from '../../event/cloud-event.ts';
import { parseJson, stringifyJson } from '../../event/json.ts';
import { isObject } from '../../event/path.ts';
import type { RejectRule } from '../../faults.ts';
import { itemBytes, MAX_ITEM_BYTES } from '../../item-size.ts';
import type { StampedEvent } from '../../lanes/inner.ts';
import { position, shardOfLane } from '../../lanes/position.ts';
import type { Item } from '../../ports.ts';
import type { TablePlan } from '../../query/plan.ts';
import { membersOf, textUnder } from '../enrich/members.ts';

/** Tables of the connector `dynamodb` by name. */
export type ResultTables = ReadonlyMap<string, Pick<TablePlan, 'name' | 'primaryKey'>>;

export type ReadRow =
  | { readonly kind: 'item'; readonly item: Item & { readonly ver: string } }
  | { readonly kind: 'other' }
  | { readonly kind: 'reject'; readonly rule: RejectRule; readonly cause: string };

/** Lanes of `refine` begin so; lanes of `transform` begin with a raw shard. */
const REFINE_LANE = 'm.';
/** 16 digits for every instant of years 1 to 9999. */
const ARRIVAL_OFFSET = 1_000_000_000_000_000;

/**
 * Which of two rows of a key is newer, as text. Rows of `refine`: the outbox number, which rises over all decisions. Rows of
 * `transform`: the order of arrival, (arrival, raw shard, sequence number, index, child).
 */
export const versionOf = (e: StampedEvent): string => {
  const at = position(e.seq, e.index, e.child);
  return e.lane.startsWith(REFINE_LANE)
    ? at
    : `${String(e.arrival + ARRIVAL_OFFSET).padStart(16, '0')}.${shardOfLane(e.lane)}.${at}`;
};

/** The service takes 2,048 bytes for the whole pk. */
const MAX_KEY_BYTES = 1_024;
const shortened = (key: string): string =>
  key.isWellFormed() && Buffer.byteLength(key) <= MAX_KEY_BYTES ? key : `sha256:${hash('sha256', key)}`;

/**
 * The item of a row: pk = table `#` key, the key being the PRIMARY KEY columns as a JSON list, else the event's id (longer than 1 KiB:
 * its SHA-256); `row` the row as the query wrote it; `ver`, `id`. A row with the extension `deleted: true` is a tombstone without `row`.
 * `other`: no row of these tables. Never throws.
 */
export const readRow = (e: StampedEvent, tables: ResultTables): ReadRow => {
  const members = membersOf(e.bytes);
  const type = members && textUnder(e.bytes, members.get('type'));
  const table = type === undefined ? undefined : tables.get(type);
  if (table === undefined) return { kind: 'other' };
  const reject = (rule: RejectRule, cause: string): ReadRow => ({ kind: 'reject', rule, cause });
  const parsed = parseJson(e.bytes);
  if (!parsed.ok) return reject(parsed.rule, parsed.cause);
  const { id, data, deleted } = parsed.value as { readonly [name: string]: Json };
  const span = members?.get('data');
  if (typeof id !== 'string' || id === '') return reject('event.no-id', 'a row needs an id');
  if (!isObject(data) || span === undefined) return reject('event.not-an-event', 'a row is an object of columns');
  const key =
    table.primaryKey.length === 0
      ? id
      : stringifyJson(table.primaryKey.map((column) => (Object.hasOwn(data, column) ? (data[column] ?? null) : null)));
  const item = {
    pk: `${table.name}#${shortened(key)}`,
    sk: '-',
    ver: versionOf(e),
    id,
    ...(deleted === true ? { deleted } : { row: Buffer.from(e.bytes.subarray(span.start, span.end)).toString() }),
  };
  const bytes = itemBytes(item);
  if (bytes > MAX_ITEM_BYTES)
    return reject('body.too-large', `${bytes} bytes as an item of DynamoDB, at most ${MAX_ITEM_BYTES} may be`);
  return { kind: 'item', item };
};
