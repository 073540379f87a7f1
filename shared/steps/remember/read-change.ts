// An event of change data -> what it writes into the reference table: a row, a tombstone, or both where it changed the row's key.

import { isKey, MAX_KEY_BYTES } from '../../enrich/remembered.ts';
import type { Json, JsonObject } from '../../event/cloud-event.ts';
import { parseRfc3339 } from '../../event/instant.ts';
import { parseJson } from '../../event/json.ts';
import { isObject } from '../../event/path.ts';
import { shownValue } from '../../event/reject.ts';
import type { RejectRule } from '../../faults.ts';
import type { StampedEvent } from '../../lanes/inner.ts';
import type { Remembered } from '../../pipeline.ts';
import type { EpochMs } from '../../time.ts';
import { keptOf, keyOfRow, toldKey } from './row-of.ts';
import { versionOf } from './version.ts';

export type Rule = Pick<Remembered, 'into' | 'key' | 'columns'> & { readonly restarts: readonly EpochMs[] };

/** One item to write. */
export type Write = {
  readonly table: string;
  /** Empty: all rows of the table are gone. */
  readonly key: string;
  readonly version: string;
  /** null: no row of this key is there any more. */
  readonly fields: Readonly<Record<string, string>> | null;
};

export type Refusal = {
  readonly kind: 'reject';
  readonly rule: RejectRule;
  readonly cause: string;
  readonly field?: string;
  readonly value?: Json;
};
export type ReadChange =
  | { readonly kind: 'writes'; readonly writes: readonly Write[] }
  /** Holds no row: a message of the log. */
  | { readonly kind: 'other' }
  | Refusal;

const OPS = ['insert', 'update', 'snapshot', 'delete', 'truncate', 'message'];
const refused = (rule: RejectRule, cause: string, field?: string, value?: Json): Refusal => {
  const shown = shownValue(value);
  return {
    kind: 'reject',
    rule,
    cause,
    ...(field !== undefined && { field }),
    ...(shown !== undefined && { value: shown }),
  };
};

type Found = { readonly key: string } | Refusal;

const checked = (key: string, field: string): Found =>
  isKey(key)
    ? { key }
    : refused('change.no-key', `a key has at most ${MAX_KEY_BYTES} bytes and no half characters`, field, key);

const keyIn = (row: JsonObject, where: 'before' | 'after', { key: columns, into }: Rule): Found => {
  const found = keyOfRow(row, columns);
  if ('key' in found) return checked(found.key, `/data/${where}`);
  const cause = `${into} is kept by ${columns.join(', ')}, and ${found.wrong} is no value that could name a row`;
  return refused('change.no-key', cause, `/data/${where}/${found.wrong}`, found.value);
};

const deletedKey = (data: JsonObject, rule: Rule): Found => {
  const before = isObject(data.before) ? keyIn(data.before, 'before', rule) : undefined;
  if (before !== undefined && 'key' in before) return before;
  const told = rule.key.length === 1 && data.before === null ? toldKey(data.key) : undefined;
  if (told !== undefined) return checked(told, '/data/key');
  const cause = `the delete does not tell which row of ${rule.into} it was: neither before nor key has ${rule.key.join(', ')}`;
  return before ?? refused('change.no-key', cause, '/data/before', data.before ?? null);
};

/** Never throws. */
export const readChange = (e: StampedEvent, rule: Rule): ReadChange => {
  const parsed = parseJson(e.bytes);
  if (!parsed.ok) return refused(parsed.rule, parsed.cause);
  const { data, time } = parsed.value as JsonObject;
  if (!isObject(data) || typeof data.op !== 'string' || !OPS.includes(data.op))
    return refused(
      'change.no-row',
      `op of a change is one of ${OPS.join(', ')}`,
      '/data/op',
      isObject(data) ? data.op : data,
    );
  const { op, after } = data;
  if (op === 'message') return { kind: 'other' };
  if (typeof data.position !== 'string' || data.position === '')
    return refused('change.no-row', 'a change needs its position in the log of its source', '/data/position');
  const at = typeof time === 'string' ? parseRfc3339(time) : undefined;
  const version = versionOf({ position: data.position, op, time: at ?? e.arrival }, e, rule.restarts);
  const write = (key: string, fields: Write['fields']): Write => ({ table: rule.into, key, version, fields });

  if (op === 'truncate') return { kind: 'writes', writes: [write('', null)] };
  if (op === 'delete') {
    const found = deletedKey(data, rule);
    return 'key' in found ? { kind: 'writes', writes: [write(found.key, null)] } : found;
  }
  if (!isObject(after)) {
    const mongo = data.updateDescription === undefined ? '' : '; set capture.mode=change_streams_update_full';
    return refused('change.no-row', `the change does not tell the row as it is now${mongo}`, '/data/after', after);
  }
  const found = keyIn(after, 'after', rule);
  if (!('key' in found)) return found;
  const kept = keptOf(after, found.key, rule);
  if ('untold' in kept) {
    const cause = `the log does not repeat ${kept.untold}, which did not change; set REPLICA IDENTITY FULL, or do not keep that column`;
    return refused('change.no-row', cause, `/data/after/${kept.untold}`);
  }
  // A row that has another key now is gone under the old one.
  const old = op === 'update' && isObject(data.before) ? keyOfRow(data.before, rule.key) : undefined;
  const left =
    old !== undefined && 'key' in old && old.key !== found.key && isKey(old.key) ? [write(old.key, null)] : [];
  return { kind: 'writes', writes: [...left, write(found.key, kept.fields)] };
};
