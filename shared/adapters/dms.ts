// AWS DMS with a Kinesis target, https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.Kinesis.html: { data, metadata, and with
// BeforeImageSettings "before-image" }. Control records tell of tables made or changed. A delete has its key columns only, or all
// columns as null but those.
import type { Json, JsonObject } from '../event/cloud-event.ts';
import { parseRfc3339 } from '../event/instant.ts';
import { isObject } from '../event/path.ts';
import { type Adapter, CONTROL, holding, NOT_MINE, type Part } from './adapter.ts';
import { changePart, type Op } from './change.ts';
import { refused } from './parts.ts';
import { padded, positionText } from './position-text.ts';

const OPS: Readonly<Record<string, Op>> = { load: 'snapshot', insert: 'insert', update: 'update', delete: 'delete' };

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const numberOf = (value: Json | undefined): string | undefined =>
  typeof value === 'bigint' || Number.isSafeInteger(value) ? String(value) : textOf(value);

const known = (row: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));

/**
 * Rows of the first load lie before every change: DMS reads a row while it writes down changes, so which of the two is newer is
 * not told by their times; applying all changes on top is right at the end in any case.
 */
const positionOf = (op: Op, time: string, metadata: JsonObject): string => {
  if (op === 'snapshot') return `0/${time}`;
  const stream = textOf(metadata['stream-position']);
  const record = numberOf(metadata['transaction-record-id']);
  const transaction = numberOf(metadata['transaction-id']);
  // Without a position of the log: the time of the commit, to the microsecond, then the order in its transaction.
  const log = stream === undefined ? [time, ...(transaction === undefined ? [] : [padded(transaction)])] : [];
  const parts = [
    ...(stream === undefined ? log : [positionText(stream)]),
    ...(record === undefined ? [] : [padded(record)]),
  ];
  return `1/${parts.join('/')}`;
};

const transactionOf = (metadata: JsonObject): JsonObject => {
  const names = [
    'transaction-id',
    'transaction-record-id',
    'prev-transaction-id',
    'prev-transaction-record-id',
  ] as const;
  const found = names.flatMap((name) =>
    metadata[name] === undefined ? [] : [[name, metadata[name] as Json] as const],
  );
  return found.length === 0 ? {} : { transaction: Object.fromEntries(found) };
};

/** Six digits of a second, so that texts of one form compare. */
const microseconds = (text: string): string | undefined => {
  const ms = parseRfc3339(text);
  if (ms === undefined) return undefined;
  const digits = /\.(\d+)/.exec(text)?.[1] ?? '';
  return `${new Date(ms).toISOString().slice(0, 19)}.${digits.slice(0, 6).padEnd(6, '0')}Z`;
};

export const dms: Adapter = {
  maybe: holding('"record-type"'),
  adapt: ({ json, bytes }, source) => {
    const parsed = json();
    const record = parsed.ok ? parsed.value : null;
    if (!isObject(record) || !isObject(record.metadata)) return NOT_MINE;
    const { metadata } = record;
    const kind = metadata['record-type'];
    if (kind === 'control') return CONTROL;
    if (kind !== 'data') return NOT_MINE;
    const one = (part: Part) => ({ kind: 'parts', parts: [part] }) as const;
    const wrong = (name: string, what: string) =>
      one(refused(bytes, 'event.not-an-event', what, `/metadata/${name}`, metadata[name]));

    const op = OPS[textOf(metadata.operation) ?? ''];
    if (op === undefined) return wrong('operation', `operation must be ${Object.keys(OPS).join(', ')}`);
    const table = textOf(metadata['table-name']);
    if (table === undefined) return wrong('table-name', 'a data record names its table');
    const schema = textOf(metadata['schema-name']);
    const when =
      op === 'snapshot' ? 'timestamp' : metadata['commit-timestamp'] === undefined ? 'timestamp' : 'commit-timestamp';
    const time = microseconds(textOf(metadata[when]) ?? '');
    if (time === undefined)
      return one(
        refused(bytes, 'event.bad-time', `${when} must be an RFC 3339 date-time`, `/metadata/${when}`, metadata[when]),
      );
    const { data } = record;
    const image = record['before-image'];
    if (!isObject(data) && !(op === 'delete' && isObject(image)))
      return one(refused(bytes, 'event.not-an-event', 'data must be an object of columns', '/data', data));
    const row = isObject(data) ? data : {};
    const before = isObject(image) ? { ...known(row), ...image } : op === 'delete' ? known(row) : null;
    const part = changePart(
      {
        op,
        table: schema === undefined ? table : `${schema}.${table}`,
        before: op === 'insert' || op === 'snapshot' ? null : op === 'update' && isObject(image) ? image : before,
        after: op === 'delete' ? null : row,
        key:
          metadata['partition-key-type'] === 'primary-key' ? (textOf(metadata['partition-key-value']) ?? null) : null,
        position: positionOf(op, time, metadata),
        time: parseRfc3339(time),
        more: transactionOf(metadata),
      },
      source,
      bytes,
    );
    return part === undefined ? CONTROL : one(part);
  },
};
