// What an answer says of each event of a request. `ingest` answers event by event; API Gateway and proxies answer for all of them.
import type { Fate } from './transport.ts';

export type HttpAnswer = {
  readonly status: number;
  /** The header, in seconds or as a date. */
  readonly retryAfter: string | null;
  readonly body: string;
  readonly url: string;
};

type EventAnswer = {
  readonly status?: string;
  readonly rule?: string;
  readonly reason?: string;
  readonly field?: string;
};

const parsed = (body: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};

const MOST_WAIT = 60_000; // ms
const waitOf = (text: string | null): { readonly after?: number } => {
  const after = Number(text) * 1_000;
  return text === null || text.trim() === '' || !(after >= 0) ? {} : { after: Math.min(after, MOST_WAIT) };
};

const ofEvent = (answer: EventAnswer, wait: { readonly after?: number }): Fate => {
  const { status, rule = 'event.refused', reason = 'no reason given', field } = answer;
  switch (status) {
    case 'accepted':
      return { kind: 'stored' };
    case 'rejected':
      return { kind: 'refused', rule, reason, ...(field !== undefined && { field }) };
    case 'not-stored':
      return { kind: 'again', rule, reason, unknown: false, ...wait };
    default:
      return { kind: 'again', rule, reason, unknown: true, ...wait };
  }
};

/** Statuses that say the request never reached the function, or that it did nothing. */
const NOT_TAKEN = new Set([429, 503]);
/** The request is not for this address, or not from us: the events are not to blame, and none of them will pass. */
const WRONG_DOOR: Readonly<Record<number, string>> = {
  401: 'the key or token is not taken',
  403: 'the key or token is not allowed to send',
  404: 'there is no endpoint at this address',
  405: 'this address takes no POST',
  415: 'this address does not take CloudEvents',
};

/** One fate for each of `count` events. */
export const fatesOf = ({ status, retryAfter, body, url }: HttpAnswer, count: number): readonly Fate[] => {
  const answer = parsed(body);
  const { events } = answer;
  if (Array.isArray(events) && events.length === count)
    return events.map((e: EventAnswer | null) => ofEvent(e ?? {}, waitOf(retryAfter)));
  const said = [answer.reason, answer.message].find((text) => typeof text === 'string');
  const reason = `${url} answered ${status}${said === undefined ? '' : `: ${said}`}`;
  const all = (fate: Fate): readonly Fate[] => Array.from({ length: count }, () => fate);
  const door = WRONG_DOOR[status] ?? (status >= 300 && status < 400 ? 'it answers with a redirect' : undefined);
  if (door !== undefined)
    return all({
      kind: 'refused',
      rule: status < 404 && status > 400 ? 'request.key' : 'request.path',
      reason: `${reason}; ${door}`,
    });
  if (status === 400 || status === 413 || status === 422)
    return all({ kind: 'smaller', rule: typeof answer.rule === 'string' ? answer.rule : 'body.too-large', reason });
  const rule = status === 429 ? 'stream.throttled' : 'stream.unavailable';
  return all({ kind: 'again', rule, reason, unknown: !NOT_TAKEN.has(status), ...waitOf(retryAfter) });
};
