// The bytes of one user record -> a CloudEvent that its schema allows, or the reason why not.
import type { RejectRule } from '../faults.ts';
import type { CompiledPipeline, EventType } from '../pipeline.ts';
import type { EpochMs, Ms } from '../time.ts';
import { isJsonType, isText, type Refusal, refuseAttributes } from './attributes.ts';
import type { CloudEvent, Json, JsonObject } from './cloud-event.ts';
import { gunzip, isGzip } from './gzip.ts';
import { FIRST_INSTANT, isShownInstant, LAST_INSTANT, parseRfc3339, parseTime, showInstant } from './instant.ts';
import { parseJson, stringifyJson } from './json.ts';
import { MAX_EVENT_BYTES, MAX_UNPACKED_BYTES } from './limits.ts';
import { isObject, pointer, valueAt } from './path.ts';
import { shownValue } from './reject.ts';
import { unknownType } from './unknown-type.ts';

export type ToEventContext = {
  readonly types: CompiledPipeline['types'];
  /** How far beyond its arrival the time of an event of a type may lie. */
  readonly ahead: (type: string) => Ms;
  readonly arrival: EpochMs;
  /** An id for a plain event whose type marks no `x-id`. */
  readonly positionId: () => string;
};

export type ToEvent =
  | { readonly kind: 'event'; readonly event: CloudEvent; readonly time: EpochMs; readonly bytes: Uint8Array }
  | {
      readonly kind: 'reject';
      readonly rule: RejectRule;
      /** JSON pointer from the root of the event or of its plain wrapper. */
      readonly field?: string;
      /** JSON text of what stood there, at most 256 characters. */
      readonly value?: string;
      readonly cause: string;
      /** What the event said of itself before it failed. */
      readonly id?: string;
      readonly source?: string;
      readonly type?: string;
    };

type Named = { readonly id?: Json | undefined; readonly source?: Json | undefined; readonly type?: Json | undefined };

const reject = ({ rule, field, value, cause }: Refusal, { id, source, type }: Named = {}): ToEvent => {
  const shown = shownValue(value);
  return {
    kind: 'reject',
    rule,
    ...(field === undefined ? {} : { field }),
    ...(shown === undefined ? {} : { value: shown }),
    cause,
    ...(typeof id === 'string' && id !== '' ? { id } : {}),
    ...(typeof source === 'string' ? { source } : {}),
    ...(typeof type === 'string' ? { type } : {}),
  };
};

/** `data_base64` is read as JSON; other content types have no schema that could be checked. */
const dataOf = (event: JsonObject): { readonly data: Json | undefined } | Refusal => {
  const encoded = event.data_base64;
  if (typeof encoded !== 'string') return { data: event.data };
  const field = '/data_base64';
  if (!isJsonType(event.datacontenttype))
    return {
      rule: 'event.bad-attribute',
      field: '/datacontenttype',
      value: event.datacontenttype,
      cause: 'data must be JSON: a schema checks it',
    };
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded) || encoded.length % 4 !== 0)
    return { rule: 'event.bad-attribute', field, value: encoded, cause: 'data_base64 must be base64 (RFC 4648)' };
  const parsed = parseJson(Buffer.from(encoded, 'base64'));
  return parsed.ok ? { data: parsed.value } : { rule: parsed.rule, field, cause: parsed.cause };
};

type Timed = { readonly time: EpochMs; readonly field: string } | Refusal;

/** @param given the attribute `time`, where the event has one */
const timeOf = (type: EventType, data: Json | undefined, given: EpochMs | undefined, arrival: EpochMs): Timed => {
  const value = type.time === null ? undefined : valueAt(data, type.time);
  if (type.time === null || value === undefined || value === null) return { time: given ?? arrival, field: '/time' };
  const field = `/data${pointer(...type.time)}`;
  const time =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? parseTime(value) : undefined;
  const forms = 'RFC 3339, yyyy-MM-dd HH:mm:ss[.SSS] in UTC, or whole milliseconds since the epoch';
  return time === undefined
    ? { rule: 'event.bad-time', field, value, cause: `the event time must be ${forms}` }
    : { time, field };
};

/** The field marked `x-id` as text; undefined when it is not marked, missing or empty. */
const idOf = (type: EventType, data: Json | undefined): string | undefined => {
  const value = type.id === null ? undefined : valueAt(data, type.id);
  if (value === undefined || value === null || value === '' || typeof value === 'object') return undefined;
  return String(value);
};

const ATTRIBUTES = [
  'id',
  'source',
  'type',
  'time',
  'subject',
  'dataschema',
  'datacontenttype',
  'partitionkey',
  'traceparent',
] as const;
const PLACED = new Set<string>([...ATTRIBUTES, 'specversion', 'data', 'data_base64']);

/** Known attributes first, extensions as they came, data last. */
const assemble = (from: JsonObject, id: string, time: string, data: Json | undefined): CloudEvent => {
  const event: Record<string, Json> = { specversion: '1.0' };
  for (const name of ATTRIBUTES) {
    const value = name === 'id' ? id : name === 'time' ? time : from[name];
    if (value !== undefined && value !== null) event[name] = value;
  }
  for (const name of Object.keys(from)) {
    const value = from[name];
    if (value !== undefined && value !== null && !PLACED.has(name)) event[name] = value;
  }
  if (data !== undefined) event.data = data;
  return event as CloudEvent;
};

const hasUnset = (event: JsonObject): boolean => {
  for (const name in event) if (event[name] === null && name !== 'data') return true;
  return false;
};

/** The bytes that came can go on as they are: nothing is to be added, and no inner stream takes them for its own records. */
const isComplete = (from: JsonObject, given: EpochMs | undefined, time: EpochMs, bytes: Uint8Array): boolean =>
  given === time &&
  isShownInstant(from.time as string) &&
  from.data_base64 === undefined &&
  from.millrace === undefined &&
  bytes[0] === 0x7b &&
  !hasUnset(from);

const finish = (
  from: JsonObject,
  bytes: Uint8Array,
  data: Json | undefined,
  { types, ahead, arrival, positionId }: ToEventContext,
): ToEvent => {
  const given = typeof from.time === 'string' ? parseRfc3339(from.time) : undefined;
  if (given === undefined && typeof from.time === 'string') {
    const cause = 'time must be an RFC 3339 date-time';
    return reject({ rule: 'event.bad-time', field: '/time', value: from.time, cause }, from);
  }
  const name = from.type as string;
  const type = Object.hasOwn(types, name) ? types[name] : undefined;
  if (type === undefined)
    return reject(
      { rule: 'event.unknown-type', field: '/type', value: name, cause: unknownType(name, Object.keys(types)) },
      from,
    );
  const mismatch = type.check(data);
  if (mismatch !== null) {
    const { field, cause, value } = mismatch;
    return reject({ rule: 'schema.mismatch', field: `/data${field}`, value: value as Json, cause }, from);
  }
  const timed = timeOf(type, data, given, arrival);
  if ('rule' in timed) return reject(timed, from);
  const { time, field } = timed;
  if (time > arrival + ahead(name)) {
    const cause = `the event time lies ${time - arrival} ms after its arrival; ${ahead(name)} ms are allowed`;
    return reject({ rule: 'event.future', field, value: time, cause }, from);
  }
  if (time < FIRST_INSTANT || time > LAST_INSTANT)
    return reject(
      { rule: 'event.ancient', field, value: time, cause: 'the event time lies outside years 1 to 9999' },
      from,
    );
  if (isComplete(from, given, time, bytes)) return { kind: 'event', event: from as CloudEvent, time, bytes };

  const id = (from.id as string | undefined) ?? idOf(type, data) ?? positionId();
  if (!isText(id))
    return reject(
      {
        rule: 'event.bad-attribute',
        field: '/id',
        value: id,
        cause: 'an id has no control characters or lone surrogates',
      },
      from,
    );
  const event = assemble(from, id, showInstant(time), data);
  const text = Buffer.from(stringifyJson(event as JsonObject));
  if (text.length > MAX_EVENT_BYTES)
    return reject(
      { rule: 'body.too-large', cause: `${text.length} bytes as a CloudEvent, at most ${MAX_EVENT_BYTES} may be` },
      event,
    );
  return { kind: 'event', event, time, bytes: text };
};

const WRAPPER = new Set(['plain', 'type', 'source', 'data', 'traceparent', 'tracestate']);

const isPlain = (value: JsonObject): boolean =>
  value.plain === 1 &&
  typeof value.type === 'string' &&
  typeof value.source === 'string' &&
  value.data !== undefined &&
  Object.keys(value).every((name) => WRAPPER.has(name));

/**
 * Reads one event by parsing it (scan.ts is the fast path before it): a structured CloudEvent 1.0 in JSON, or a plain event in its wrapper (contract in cloud-event.ts). The event
 * time is the field that the schema marks `x-time`, else (no mark, or no value there) the CloudEvents attribute `time`, else the
 * arrival. The id of a plain event is its `x-id` field as text, else `positionId()`. The event that goes out has `time` in UTC
 * with milliseconds; when it came so and nothing is to be added, its bytes are those that came.
 * Pure: the same bytes and context give the same answer. Never throws on any bytes.
 */
export const toEvent = (bytes: Uint8Array, context: ToEventContext): ToEvent => {
  if (bytes.length > MAX_EVENT_BYTES)
    return reject({ rule: 'body.too-large', cause: `${bytes.length} bytes, at most ${MAX_EVENT_BYTES} may be` });
  if (isGzip(bytes)) {
    const inside = gunzip(bytes, MAX_UNPACKED_BYTES);
    return reject(inside.ok ? { rule: 'body.bad-gzip', cause: 'gzip inside gzip' } : inside);
  }
  const parsed = parseJson(bytes);
  if (!parsed.ok) return reject(parsed);
  const value = parsed.value;
  if (isObject(value) && value.specversion !== undefined) {
    const refusal = refuseAttributes(value);
    if (refusal !== undefined) return reject(refusal, value);
    const read = dataOf(value);
    return 'rule' in read ? reject(read, value) : finish(value, bytes, read.data, context);
  }
  if (isObject(value) && isPlain(value)) {
    const { plain: _, data, ...attributes } = value;
    const refusal = refuseAttributes({ specversion: '1.0', id: '-', ...attributes });
    if (refusal !== undefined) return reject(refusal, value);
    return finish(attributes, bytes, data, context);
  }
  const cause = 'neither a CloudEvent (no specversion) nor a plain event {"plain":1,"type","source","data"}';
  return reject({ rule: 'event.not-an-event', value, cause });
};
