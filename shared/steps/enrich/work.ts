// One event while its fields are added: its bytes, the data that enrichments see, and what was added or went wrong.
import type { Json, JsonObject } from '../../event/cloud-event.ts';
import { parseJson, stringifyJson } from '../../event/json.ts';
import { MAX_EVENT_BYTES } from '../../event/limits.ts';
import { isObject } from '../../event/path.ts';
import type { StampedEvent } from '../../lanes/inner.ts';
import type { HopReject, HopResult } from '../hop.ts';
import { membersOf, type Span, textUnder, withMembers } from './members.ts';

export type Work = {
  readonly event: StampedEvent;
  readonly type: string;
  /** Where `data` stands in the bytes; undefined when it was taken from a parse of the whole event. */
  readonly span: Span | undefined;
  readonly came: JsonObject;
  /** `came` and what was added so far. */
  data: JsonObject;
  readonly added: Map<string, Json>;
  reject: HopReject | undefined;
};

type Started = Work | HopReject | 'as it is';

const start = (event: StampedEvent, type: string, data: Json | undefined, span?: Span): Started =>
  isObject(data) ? { event, type, span, came: data, data, added: new Map(), reject: undefined } : 'as it is';

/** Names with escapes: rare, so the whole event is parsed. */
const slowly = (event: StampedEvent, types: ReadonlySet<string>): Started => {
  const whole = parseJson(event.bytes);
  if (!whole.ok) return { rule: whole.rule, cause: whole.cause };
  const { value } = whole;
  if (!isObject(value) || typeof value.type !== 'string' || !types.has(value.type)) return 'as it is';
  return start(event, value.type, value.data);
};

/**
 * What there is to do with an event: nothing, when it is of another type or its data is no object; a rejection, when its bytes are
 * no JSON, which no function of ours writes.
 */
export const startWork = (event: StampedEvent, types: ReadonlySet<string>): Started => {
  const members = membersOf(event.bytes);
  if (members === undefined) return slowly(event, types);
  const type = textUnder(event.bytes, members.get('type'));
  if (type === undefined || !types.has(type)) return 'as it is';
  const span = members.get('data');
  if (span === undefined) return 'as it is';
  const data = parseJson(event.bytes.subarray(span.start, span.end));
  return data.ok ? start(event, type, data.value, span) : { rule: data.rule, cause: data.cause };
};

export const add = (work: Work, name: string, value: Json): void => {
  work.data = { ...work.data, [name]: value };
  work.added.set(name, value);
};

const rewritten = (work: Work): Uint8Array => {
  const whole = parseJson(work.event.bytes);
  if (!whole.ok) throw new TypeError(`data parsed, its event does not: ${whole.cause}`);
  return Buffer.from(stringifyJson({ ...(whole.value as JsonObject), data: work.data }));
};

/** The event with its new fields. Bytes are kept but for what is added, unless a field of the event itself is replaced. */
const bytesOf = (work: Work): Uint8Array => {
  const replaces = [...work.added.keys()].some((name) => Object.hasOwn(work.came, name));
  if (work.span === undefined || replaces) return rewritten(work);
  return withMembers(
    work.event.bytes,
    work.span,
    [...work.added].map(([name, value]) => `${JSON.stringify(name)}:${stringifyJson(value)}`),
  );
};

export const resultOf = (work: Work): HopResult => {
  if (work.reject !== undefined) return { out: [], rejects: [work.reject] };
  if (work.added.size === 0) return { out: [work.event], rejects: [] };
  const bytes = bytesOf(work);
  if (bytes.length <= MAX_EVENT_BYTES) return { out: [{ ...work.event, bytes }], rejects: [] };
  const cause = `${bytes.length} bytes with what enrichments add, at most ${MAX_EVENT_BYTES} may be`;
  return { out: [], rejects: [{ rule: 'body.too-large', cause }] };
};
