// Rows to an endpoint of the user's: one POST a row, signed as Standard Webhooks 1.0 asks (https://www.standardwebhooks.com).
import { createHmac } from 'node:crypto';
import { Fault } from '../faults.ts';
import type { Clock } from '../ports.ts';
import type { TablePlan } from '../query/plan.ts';
import type { Destination, RowOutcome, SinkRow } from '../steps/sink/destination.ts';
import { STORED } from '../steps/sink/destination.ts';
import { type Ms, minutes, seconds } from '../time.ts';
import type { Post } from './guarded-post.ts';
import { messageId, messageText } from './message.ts';

export type WebhookDeps = {
  /** Tables of this connector; option `url` names the endpoint. */
  readonly tables: readonly TablePlan[];
  /** Keys that sign, newest first; a receiver takes any of them, so that they can be changed without a gap. None: unsigned. */
  readonly secrets: () => Promise<readonly Uint8Array[]>;
  readonly post: Post;
  readonly clock: Clock;
};

/** Requests at the same time to one endpoint; each of another key. */
const AT_ONCE = 16;
/** After so many failures in a row nothing is sent for a while. */
const BREAKS_AFTER = 5;
const FIRST_PAUSE: Ms = seconds(1);
const LONGEST_PAUSE: Ms = minutes(1);

/** `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`, one for each key. */
export const signatureOf = (keys: readonly Uint8Array[], id: string, timestamp: number, body: string): string =>
  keys.map((key) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`).join(' ');

/** Refused for what is in the request; everything else may pass later, or once the endpoint is set right. */
const OF_THE_ROW = new Set([400, 406, 409, 411, 412, 413, 414, 415, 416, 422, 431, 451]);
const BUSY = new Set([408, 425, 429, 503]);

/** Whether an endpoint is asked at all: closed, open until a time, then one request decides. */
type Circuit = { failures: number; until: number; trying: boolean };

export const webhook = ({ tables, secrets, post, clock }: WebhookDeps): Destination => {
  const urls = new Map(
    tables.map((t) => {
      const url = t.options.url;
      if (url === undefined || !URL.canParse(url))
        throw new Fault('setting.invalid', `table ${t.name}: 'url' is ${url ?? 'missing'}; write https://host/path`);
      return [t.name, new URL(url)] as const;
    }),
  );
  const circuits = new Map<string, Circuit>();

  const circuitOf = (url: URL): Circuit => {
    const found = circuits.get(url.origin) ?? { failures: 0, until: 0, trying: false };
    circuits.set(url.origin, found);
    return found;
  };

  const failed = (c: Circuit, pause: Ms | null): void => {
    c.failures++;
    const doubled = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.max(0, c.failures - BREAKS_AFTER));
    if (pause !== null) c.until = Math.max(c.until, clock.now() + Math.min(pause, LONGEST_PAUSE));
    else if (c.failures >= BREAKS_AFTER) c.until = clock.now() + doubled;
  };

  const sendOne = async (row: SinkRow, keys: readonly Uint8Array[]): Promise<RowOutcome> => {
    const url = urls.get(row.table);
    if (url === undefined)
      return { kind: 'reject', rule: 'destination.refused', cause: `the plan has no endpoint for ${row.table}` };
    const circuit = circuitOf(url);
    const now = clock.now();
    const open = now < circuit.until || (circuit.failures >= BREAKS_AFTER && circuit.trying);
    if (open)
      return { kind: 'retry', cause: `${url.origin} failed ${circuit.failures} times in a row and is left alone` };
    circuit.trying = circuit.failures >= BREAKS_AFTER;
    const [id, body, timestamp] = [messageId(row), messageText(row), Math.floor(now / 1000)];
    const headers = {
      'content-type': 'application/cloudevents+json',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'idempotency-key': id,
      ...(keys.length > 0 && { 'webhook-signature': signatureOf(keys, id, timestamp, body) }),
      ...(row.traceparent !== undefined && { traceparent: row.traceparent }),
    };
    try {
      const { status, retryAfter, body: answer } = await post(url, headers, body);
      if (status >= 200 && status < 300) {
        circuit.failures = 0;
        return STORED;
      }
      const cause = `${url.origin} answered ${status}${answer ? `: ${answer}` : ''}`;
      if (OF_THE_ROW.has(status)) {
        circuit.failures = 0;
        return { kind: 'reject', rule: 'destination.refused', cause };
      }
      failed(circuit, BUSY.has(status) ? retryAfter : null);
      return { kind: 'retry', cause };
    } catch (error) {
      failed(circuit, null);
      return { kind: 'retry', cause: `${url.origin}: ${error instanceof Error ? error.message : error}` };
    } finally {
      circuit.trying = false;
    }
  };

  return {
    name: 'the webhooks',
    most: { rows: AT_ONCE, bytes: 4 * 1_048_576 },
    atOnce: 1,
    async write(rows) {
      const keys = await secrets();
      return Promise.all(rows.map((row) => sendOne(row, keys)));
    },
  };
};

/**
 * The text of the secret: `{"keys": ["whsec_…", …]}`, newest first, base64 after the prefix as Standard Webhooks writes them.
 * @throws Error that says the form, never what stands there
 */
export const readKeys = (text: string): readonly Uint8Array[] => {
  const { keys } = JSON.parse(text) as { keys?: unknown };
  const form = 'keys for webhooks are {"keys": ["whsec_…", …]}, 24 to 64 bytes in base64 each';
  if (!Array.isArray(keys)) throw new Error(form);
  return keys.map((key: unknown) => {
    const bytes = Buffer.from(String(key).replace(/^whsec_/, ''), 'base64');
    if (bytes.length < 24 || bytes.length > 64) throw new Error(form);
    return bytes;
  });
};
