// One event as a producer sent it: light checks only. What a schema says is checked by `validate`, once for every way in.
import { hash } from 'node:crypto';
import type { RejectRule } from '../faults.ts';
import type { EventType } from '../pipeline.ts';
import { type Refusal, refuseAttributes } from './attributes.ts';
import type { Json, JsonObject } from './cloud-event.ts';
import { isObject, valueAt } from './path.ts';
import { unknownType } from './unknown-type.ts';

/** What is known of each type; only where its id and key stand matters here. */
export type KnownTypes = Readonly<Record<string, Pick<EventType, 'id' | 'key'>>>;

export type ReceivedEvent = {
  readonly kind: 'event';
  /** null: a plain event without one; it gets its id from its position. */
  readonly id: string | null;
  readonly type: string;
  /** The partition key: events with equal keys keep their order. */
  readonly key: string;
  /** What goes on `raw`: a structured CloudEvent or a PlainEvent, as JSON. */
  readonly bytes: Uint8Array;
};
export type Refused = {
  readonly kind: 'reject';
  readonly rule: RejectRule;
  readonly cause: string;
  /** JSON pointer of the field that is wrong, from the root of the event. */
  readonly field?: string;
  readonly id?: string;
};
export type Received = ReceivedEvent | Refused;

const refused = ({ rule, cause, field }: Refusal, id?: Json): Refused => ({
  kind: 'reject',
  rule,
  cause,
  ...(field === undefined ? {} : { field }),
  ...(typeof id === 'string' && id !== '' ? { id } : {}),
});

const refuseType = (type: string, types: KnownTypes): Refusal | undefined =>
  Object.hasOwn(types, type)
    ? undefined
    : { rule: 'event.unknown-type', field: '/type', cause: unknownType(type, Object.keys(types)) };

/** The text at a path of names, as `validate` reads ids: numbers count as their text; null where nothing usable stands. */
const textAt = (data: Json | undefined, path: readonly string[] | null): string | null => {
  const at = path === null ? undefined : valueAt(data, path);
  return at === undefined || at === null || at === '' || typeof at === 'object' ? null : String(at);
};

/** Whether a JSON value means to be a CloudEvent: it names a version of the specification. */
export const looksLikeCloudEvent = (value: Json): boolean => valueAt(value, ['specversion']) !== undefined;

/**
 * Checks a structured CloudEvent's attributes and type. Its key is its `partitionkey`, else the field that its schema marks
 * `x-key`, else its subject, else its id.
 * @param bytes the JSON text that `value` was read from
 */
export const receiveCloudEvent = (value: Json, bytes: Uint8Array, types: KnownTypes): Received => {
  if (!isObject(value)) return refused({ rule: 'event.not-an-event', cause: 'a CloudEvent is a JSON object' });
  const refusal = refuseAttributes(value) ?? refuseType(value.type as string, types);
  if (refusal !== undefined) return refused(refusal, value.id);
  const { id, type } = value as { readonly id: string; readonly type: string };
  const own = textAt(value, ['partitionkey']) ?? textAt(value.data, types[type]?.key ?? null);
  return { kind: 'event', id, type, key: own ?? textAt(value, ['subject']) ?? id, bytes };
};

export type PlainContext = { readonly type: string; readonly source: string };

/**
 * Wraps plain JSON, so that `validate` does not take it for a CloudEvent without an id.
 * @param text the JSON text that `data` was read from; it is kept as it came
 */
export const receivePlain = (data: Json, text: Uint8Array, context: PlainContext, types: KnownTypes): Received => {
  const { type, source } = context;
  const attributes: JsonObject = { specversion: '1.0', id: '-', type, source };
  const refusal = refuseAttributes(attributes) ?? refuseType(type, types);
  if (refusal !== undefined) return refused(refusal);
  const id = textAt(data, types[type]?.id ?? null);
  const head = `{"plain":1,"type":${JSON.stringify(type)},"source":${JSON.stringify(source)},"data":`;
  const bytes = Buffer.concat([Buffer.from(head), text, CLOSING]);
  // Without key and id any key will do; one from the bytes spreads such events and stays the same when they are sent again.
  const key = textAt(data, types[type]?.key ?? null) ?? id ?? hash('md5', text);
  return { kind: 'event', id, type, key, bytes };
};

const CLOSING = Buffer.from('}');
