// An event of `refined` as a row for a destination.
import type { Json } from '../../event/cloud-event.ts';
import { parseJson, stringifyJson } from '../../event/json.ts';
import { isObject } from '../../event/path.ts';
import type { RejectRule } from '../../faults.ts';
import type { StampedEvent } from '../../lanes/inner.ts';
import { arrivalPlace, position, shardOfLane } from '../../lanes/position.ts';
import type { TablePlan } from '../../query/plan.ts';
import { membersOf, textUnder } from '../enrich/members.ts';
import { isRefinedLane } from '../roster.ts';
import type { SinkRow } from './destination.ts';

/** The tables of a function by name. */
export type SinkTables = ReadonlyMap<string, Pick<TablePlan, 'name' | 'primaryKey'>>;

export type ReadSinkRow =
  | { readonly kind: 'row'; readonly row: SinkRow }
  | { readonly kind: 'other' }
  | { readonly kind: 'reject'; readonly rule: RejectRule; readonly cause: string };

/** 16 digits for every instant of years 1 to 9999. */
const ARRIVAL_OFFSET = 1_000_000_000_000_000;

/**
 * Which of two rows of a key is newer, as text. Rows of `refine`: the outbox number, which rises over all decisions. Rows of
 * `transform`: the order of arrival, (arrival, raw shard, sequence number, index, child).
 */
export const versionOf = (event: StampedEvent): string => {
  const e = arrivalPlace(event);
  const at = position(e.seq, e.index, e.child);
  return isRefinedLane(e.lane)
    ? at
    : `${String(e.arrival + ARRIVAL_OFFSET).padStart(16, '0')}.${shardOfLane(e.lane)}.${at}`;
};

const keyOf = (data: { readonly [name: string]: Json }, columns: readonly string[]): string =>
  stringifyJson(columns.map((column) => (Object.hasOwn(data, column) ? (data[column] ?? null) : null)));

/** A row with the extension `deleted: true` has no `row`. `other`: no row of these tables. Never throws. */
export const readSinkRow = (e: StampedEvent, tables: SinkTables): ReadSinkRow => {
  const members = membersOf(e.bytes);
  const type = members && textUnder(e.bytes, members.get('type'));
  const table = type === undefined ? undefined : tables.get(type);
  if (table === undefined) return { kind: 'other' };
  const reject = (rule: RejectRule, cause: string): ReadSinkRow => ({ kind: 'reject', rule, cause });
  const parsed = parseJson(e.bytes);
  if (!parsed.ok) return reject(parsed.rule, parsed.cause);
  const { id, data, deleted, early, partial, time, source, traceparent } = parsed.value as {
    readonly [name: string]: Json;
  };
  const span = members?.get('data');
  if (typeof id !== 'string' || id === '') return reject('event.no-id', 'a row needs an id');
  if (!isObject(data) || span === undefined) return reject('event.not-an-event', 'a row is an object of columns');
  const row: SinkRow = {
    table: table.name,
    key: table.primaryKey.length === 0 ? id : keyOf(data, table.primaryKey),
    id,
    source: typeof source === 'string' ? source : '',
    time: typeof time === 'string' ? time : '',
    version: versionOf(e),
    row: deleted === true ? null : Buffer.from(e.bytes.subarray(span.start, span.end)).toString(),
    early: early === true,
    ...(partial === true && { partial: true }),
    ...(typeof traceparent === 'string' && { traceparent }),
    arrival: e.arrival,
  };
  return { kind: 'row', row };
};
