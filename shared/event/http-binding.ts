// What a POST carries: CloudEvents 1.0 by its HTTP binding (binary, structured, batched), or plain JSON (one, array, NDJSON).
import type { RejectRule } from '../faults.ts';
import type { Json } from './cloud-event.ts';
import { isBinaryMode, structuredOf } from './http-binary.ts';
import { parseJson, stringifyJson } from './json.ts';
import {
  type KnownTypes,
  looksLikeCloudEvent,
  type Received,
  type Refused,
  receiveCloudEvent,
  receivePlain,
} from './received.ts';

export type EventRequest = {
  readonly headers: Headers;
  /** Unpacked. */
  readonly body: Uint8Array;
  /** The type that the path names. */
  readonly type?: string;
};

export type Bound =
  /** One outcome for each event, in the order of the request. */
  | { readonly kind: 'events'; readonly events: readonly Received[] }
  /** The request as a whole cannot be read. */
  | { readonly kind: 'broken'; readonly rule: RejectRule; readonly cause: string }
  | { readonly kind: 'unsupported'; readonly cause: string }
  | { readonly kind: 'too-many'; readonly cause: string };

export const MEDIA_TYPES = [
  'application/json',
  'application/x-ndjson',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
] as const;

/** The source of plain events whose request names none. */
export const DEFAULT_SOURCE = 'http';
const NEWLINE = 0x0a;
const NDJSON = new Set(['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/x-jsonlines']);

const mediaTypeOf = (headers: Headers): { readonly type: string; readonly charset: string } => {
  const [type = '', ...parameters] = (headers.get('content-type') ?? '').split(';').map((p) => p.trim().toLowerCase());
  const charset = parameters.find((p) => p.startsWith('charset='))?.slice('charset='.length) ?? 'utf-8';
  return { type, charset: charset.replaceAll('"', '') };
};

const refusal = (rule: RejectRule, cause: string, field?: string): Refused =>
  field === undefined ? { kind: 'reject', rule, cause } : { kind: 'reject', rule, cause, field };

const NO_TYPE = 'no type given: POST to /events/{type}, set the header x-event-type, or send CloudEvents';

/** One JSON value outside of a CloudEvents media type: with a type it is plain; without one it must be a CloudEvent itself. */
const receiveJson = (value: Json, text: Uint8Array, request: EventRequest, types: KnownTypes): Received => {
  const type = request.type ?? request.headers.get('x-event-type') ?? '';
  if (type !== '') {
    const source = request.headers.get('x-event-source') || DEFAULT_SOURCE;
    return receivePlain(value, text, { type, source }, types);
  }
  return looksLikeCloudEvent(value) ? receiveCloudEvent(value, text, types) : refusal('event.unknown-type', NO_TYPE);
};

/** A CloudEvent sent to /events/{type} has that type. */
const ofPathType = (received: Received, type: string | undefined): Received =>
  received.kind === 'event' && type !== undefined && received.type !== type
    ? refusal('event.bad-attribute', `the event's type is ${received.type}, the path says ${type}`, '/type')
    : received;

const withoutMark = (body: Uint8Array): Uint8Array =>
  body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body;

const linesOf = (body: Uint8Array, limit: number): readonly Uint8Array[] | null => {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < body.length; ) {
    const found = body.indexOf(NEWLINE, start);
    const end = found < 0 ? body.length : found;
    const carriage = end > start && body[end - 1] === 0x0d ? 1 : 0;
    if (end - carriage > start) lines.push(body.subarray(start, end - carriage));
    if (lines.length > limit) return null;
    start = end + 1;
  }
  return lines;
};

/**
 * Reads the events of a request. Never throws on what a producer sends.
 * @param limit more events than this are refused together
 */
export const bindHttp = (request: EventRequest, types: KnownTypes, limit: number): Bound => {
  const { headers, type: pathType } = request;
  const body = withoutMark(request.body);
  const { type: mediaType, charset } = mediaTypeOf(headers);
  const tooMany: Bound = { kind: 'too-many', cause: `a request holds at most ${limit} events; send them in several` };
  const each = (values: readonly Json[], receive: (value: Json, text: Uint8Array) => Received): Bound =>
    values.length > limit
      ? tooMany
      : { kind: 'events', events: values.map((value) => receive(value, Buffer.from(stringifyJson(value)))) };

  if (!mediaType.startsWith('application/cloudevents') && isBinaryMode(headers)) {
    const structured = structuredOf(headers, mediaType, body);
    if (!structured.ok)
      return { kind: 'events', events: [refusal(structured.rule, structured.cause, structured.field)] };
    const parsed = parseJson(structured.bytes);
    if (!parsed.ok) return { kind: 'events', events: [refusal(parsed.rule, parsed.cause)] };
    return { kind: 'events', events: [ofPathType(receiveCloudEvent(parsed.value, structured.bytes, types), pathType)] };
  }
  if (charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii')
    return { kind: 'unsupported', cause: `the charset ${charset} is not read here: JSON is UTF-8` };

  const receive = (value: Json, text: Uint8Array): Received => receiveJson(value, text, request, types);
  const receiveEvent = (value: Json, text: Uint8Array): Received =>
    ofPathType(receiveCloudEvent(value, text, types), pathType);

  if (NDJSON.has(mediaType)) {
    const lines = linesOf(body, limit);
    if (lines === null) return tooMany;
    if (lines.length === 0) return { kind: 'broken', rule: 'body.empty', cause: 'the body has no lines' };
    const events = lines.map((line) => {
      const parsed = parseJson(line);
      return parsed.ok ? receive(parsed.value, line) : refusal(parsed.rule, parsed.cause);
    });
    return { kind: 'events', events };
  }
  const single = mediaType === 'application/cloudevents+json';
  const batch = mediaType === 'application/cloudevents-batch+json';
  const plain = !mediaType.startsWith('application/cloudevents') && /^application\/(.+\+)?json$/.test(mediaType);
  if (!single && !batch && !plain)
    return {
      kind: 'unsupported',
      cause: `the content type ${mediaType === '' ? '(none)' : mediaType} is not taken; send one of ${MEDIA_TYPES.join(', ')}`,
    };

  const parsed = parseJson(body);
  if (!parsed.ok) return { kind: 'broken', rule: parsed.rule, cause: parsed.cause };
  const { value } = parsed;
  if (single) return { kind: 'events', events: [receiveEvent(value, body)] };
  if (!Array.isArray(value)) {
    if (batch) return { kind: 'broken', rule: 'event.not-an-event', cause: 'a batch of CloudEvents is a JSON array' };
    return { kind: 'events', events: [receive(value, body)] };
  }
  return each(value, batch ? receiveEvent : receive);
};
