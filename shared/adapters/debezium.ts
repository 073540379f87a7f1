// Debezium's change events as JSON, bare or in the envelope { schema, payload } of the JSON converter:
// https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-events (and those of the other connectors).
import type { Json, JsonObject } from '../event/cloud-event.ts';
import { parseJson } from '../event/json.ts';
import { isObject, pointer } from '../event/path.ts';
import { type Adapter, type AdapterInput, CONTROL, holding, NOT_MINE, type Part } from './adapter.ts';
import { changePart, keyText, type Op } from './change.ts';
import { connectValue, Misfit } from './connect-value.ts';
import { debeziumPosition } from './debezium-position.ts';
import { refused } from './parts.ts';

const OPS: Readonly<Record<string, Op>> = {
  c: 'insert',
  u: 'update',
  d: 'delete',
  r: 'snapshot',
  t: 'truncate',
  m: 'message',
};
const hasMarks = holding('"ts_ms"', '"payload"', '"status"', '"op"');
/** As JSON: other encodings have no bytes at all. */
const isTombstone = (bytes: Buffer): boolean => bytes.length === 4 && bytes.toString('latin1') === 'null';

/** Rows of MongoDB are JSON in a text. */
const rowOf = (value: Json, path: string): JsonObject | null => {
  const parsed = typeof value === 'string' ? parseJson(Buffer.from(value)) : undefined;
  const row = parsed?.ok ? parsed.value : value;
  if (row === null || row === undefined) return null;
  if (!isObject(row)) throw new Misfit([path], 'must be a row or null', value);
  return row;
};

/** The text that stands for a table in `tables`: schema.table, or database.table where there are no schemas. */
const tableOf = (source: JsonObject): string => {
  const names = [source.schema ?? source.keyspace_name ?? source.db, source.table ?? source.collection];
  return names.filter((name) => typeof name === 'string' && name !== '').join('.');
};

/** Debezium Server puts the key of a row into the partition key, as JSON. */
const keyOf = (partitionKey: string): string | null => {
  if (!partitionKey.startsWith('{')) return null;
  const parsed = parseJson(Buffer.from(partitionKey));
  if (!parsed.ok || !isObject(parsed.value)) return null;
  const { schema, payload } = parsed.value;
  const key = schema !== undefined && isObject(payload) ? (connectOr(schema, payload) ?? payload) : parsed.value;
  return isObject(key) ? keyText(key) : null;
};
const connectOr = (schema: Json, value: Json): Json | undefined => {
  try {
    return connectValue(schema, value);
  } catch (error) {
    if (error instanceof Misfit) return undefined;
    throw error;
  }
};

type Opened = { readonly payload: Json; readonly schema: Json | undefined };
const open = (value: Json): Opened =>
  isObject(value) && value.payload !== undefined && (isObject(value.schema) || value.schema === null)
    ? { payload: value.payload, schema: value.schema ?? undefined }
    : { payload: value, schema: undefined };

/** Records that tell of the connector itself: heartbeats, borders of transactions, changes of tables. */
const isHousekeeping = (payload: JsonObject): boolean =>
  (Object.keys(payload).length === 1 && typeof payload.ts_ms === 'number') ||
  ((payload.status === 'BEGIN' || payload.status === 'END') && typeof payload.id === 'string') ||
  (isObject(payload.source) && (payload.ddl !== undefined || payload.tableChanges !== undefined));

const changeOf = ({ payload, schema }: Opened, op: Op, { bytes, partitionKey }: AdapterInput) => {
  const event = connectValue(schema, payload) as JsonObject;
  const source = event.source as JsonObject;
  const before = rowOf(event.before ?? null, 'before');
  const after = rowOf(event.after ?? null, 'after');
  const needsAfter = op === 'insert' || op === 'update' || op === 'snapshot';
  if (needsAfter && after === null && event.updateDescription === undefined)
    throw new Misfit(['after'], `must be the row: op is ${(payload as JsonObject).op}`, event.after ?? null);
  const position = debeziumPosition(source, op === 'snapshot');
  if (position === undefined)
    throw new Misfit(
      ['source'],
      'must tell the place in the log: an LSN, SCN, binlog position or time',
      event.source ?? null,
    );
  const ms = typeof source.ts_ms === 'number' && source.ts_ms > 0 ? source.ts_ms : event.ts_ms;
  const more: Record<string, Json> = {};
  for (const name of ['transaction', 'message', 'updateDescription'])
    if (event[name] !== undefined && event[name] !== null) more[name] = event[name] as Json;
  const table = op === 'message' ? 'message' : tableOf(source);
  return {
    op,
    table,
    before,
    after,
    key: keyOf(partitionKey),
    position,
    bytes,
    more,
    ...(typeof ms === 'number' ? { time: ms } : {}),
  };
};

export const debezium: Adapter = {
  maybe: (bytes) => isTombstone(bytes) || hasMarks(bytes),
  adapt: (input, source) => {
    const { bytes } = input;
    const parsed = input.json();
    if (!parsed.ok) return NOT_MINE;
    // A tombstone follows a delete, for Kafka's compaction alone.
    if (parsed.value === null) return CONTROL;
    const opened = open(parsed.value);
    const { payload } = opened;
    if (payload === null) return CONTROL;
    if (!isObject(payload)) return NOT_MINE;
    if (isHousekeeping(payload)) return CONTROL;
    if (typeof payload.op !== 'string' || !isObject(payload.source)) return NOT_MINE;
    const one = (part: Part | undefined) =>
      part === undefined ? CONTROL : ({ kind: 'parts', parts: [part] } as const);
    const root = opened.payload === parsed.value ? [] : ['payload'];
    const op = Object.hasOwn(OPS, payload.op) ? OPS[payload.op] : undefined;
    if (op === undefined) {
      const cause = `op must be ${Object.keys(OPS).join(', ')}`;
      return one(refused(bytes, 'event.not-an-event', cause, pointer(...root, 'op'), payload.op));
    }
    // Messages of the log are left out unless `tables` asks for them by the name `message`.
    if (op === 'message' && !Object.hasOwn(source.tables ?? {}, 'message')) return CONTROL;
    try {
      return one(changePart(changeOf(opened, op, input), source, bytes));
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      const field = pointer(...root, ...error.path);
      return one(refused(bytes, 'event.not-an-event', `${field} ${error.message}`, field, error.value));
    }
  },
};
