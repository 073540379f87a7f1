// W3C Trace Context, level 1: the header `traceparent`, and how an event carries it (CloudEvents' extension for distributed tracing).
import { membersOf } from '../steps/enrich/members.ts';

export type TraceContext = { readonly traceId: string; readonly spanId: string; readonly flags: number };

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** undefined for what the specification calls invalid; versions above 00 are read as far as they are known. */
export const parseTraceparent = (text: string): TraceContext | undefined => {
  const [, version, traceId = '', spanId = '', flags = '', more] = FORM.exec(text) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) };
};

export const formatTraceparent = ({ traceId, spanId, flags }: TraceContext): string =>
  `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, '0')}`;

/** What a request says of the trace that it belongs to; `state` is handed on as it came. */
export type Incoming = { readonly parent: string; readonly state?: string };

const MAX_STATE = 512;

/** undefined when there is no valid `traceparent`: then `tracestate` means nothing. */
export const incomingOf = (headers: Headers): Incoming | undefined => {
  const parent = headers.get('traceparent')?.trim() ?? '';
  if (parseTraceparent(parent) === undefined) return undefined;
  const state = headers.get('tracestate')?.trim() ?? '';
  return { parent, ...(state !== '' && state.length <= MAX_STATE && /^[\x20-\x7e]+$/.test(state) && { state }) };
};

const CLOSE = 0x7d;

/**
 * An event with the trace of its request, unless it names one itself: that is nearer to its cause.
 * @param bytes a JSON object with at least one member
 */
export const withTrace = (bytes: Uint8Array, { parent, state }: Incoming): Uint8Array => {
  const members = membersOf(bytes);
  const has =
    members?.has('traceparent') ?? Object.hasOwn(JSON.parse(Buffer.from(bytes).toString()) as object, 'traceparent');
  const end = bytes.lastIndexOf(CLOSE);
  if (has || end < 0) return bytes;
  const more = `,"traceparent":${JSON.stringify(parent)}${state === undefined ? '' : `,"tracestate":${JSON.stringify(state)}`}`;
  return Buffer.concat([bytes.subarray(0, end), Buffer.from(more), bytes.subarray(end)]);
};
