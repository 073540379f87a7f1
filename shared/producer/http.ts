// Out to the HTTP API of `ingest`: batches of CloudEvents, answered event by event.
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { keyHash } from '../lanes/key-hash.ts';
import { MAX_BODY_BYTES } from '../steps/ingest/body.ts';
import { type Ms, seconds } from '../time.ts';
import { fatesOf } from './http-answer.ts';
import type { Fate, Load, Transport } from './transport.ts';

export type HttpOptions = {
  /** Of the endpoint: `https://…`, with or without `/events`. */
  readonly url: string;
  /** Goes as `x-api-key`. */
  readonly key?: string;
  /** Goes as `authorization: Bearer …`; asked again for each request, so that it may change. */
  readonly token?: () => string | Promise<string>;
  /** Requests under way at a time, each for keys of its own; 1: then events arrive in the order of put, whatever their keys. */
  readonly parallel?: number;
  /** Events of a request at most; 1,000. */
  readonly events?: number;
  /** Bytes of a request at most, before gzip; 1 MiB. */
  readonly bytes?: number;
  readonly gzip?: boolean;
  /** How long an answer is waited for; 30 s. */
  readonly timeout?: Ms;
  readonly fetch?: typeof fetch;
};

/** As MAX_EVENTS of ingest. */
export const MAX_REQUEST_EVENTS = 10_000;
const GZIP_FROM = 1_024; // bytes; below, it costs more than it saves
const zip = promisify(gzip);

/** @throws TypeError when it is no address */
export const eventsUrl = (url: string): string => {
  const parsed = new URL(url);
  if (!/^https?:$/.test(parsed.protocol)) throw new TypeError(`${url}: an address begins with http:// or https://`);
  if (!/\/events\/?$/.test(parsed.pathname)) parsed.pathname = `${parsed.pathname.replace(/\/$/, '')}/events`;
  return parsed.href;
};

export const toHttp = (options: HttpOptions): Transport => {
  const { key, token, parallel = 1, timeout = seconds(30), gzip: zipped = true, fetch: ask = fetch } = options;
  const url = eventsUrl(options.url);
  const events = Math.min(options.events ?? 1_000, MAX_REQUEST_EVENTS);
  const bytes = Math.min(options.bytes ?? 1024 * 1024, MAX_BODY_BYTES) - 2;

  const post = async ({ events }: Load): Promise<readonly Fate[]> => {
    const text = Buffer.from(`[${events.map((e) => Buffer.from(e.bytes).toString()).join(',')}]`);
    const isZipped = zipped && text.length >= GZIP_FROM;
    const response = await ask(url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/cloudevents-batch+json',
        ...(isZipped && { 'content-encoding': 'gzip' }),
        ...(key !== undefined && { 'x-api-key': key }),
        ...(token !== undefined && { authorization: `Bearer ${await token()}` }),
      },
      body: isZipped ? await zip(text) : text,
      signal: AbortSignal.timeout(timeout),
    });
    const body = await response.text();
    return fatesOf(
      { status: response.status, retryAfter: response.headers.get('retry-after'), body, url },
      events.length,
    );
  };

  return {
    load: { events, bytes },
    call: { lanes: 1, bytes: Number.POSITIVE_INFINITY },
    weigh: (event) => event.bytes.length + 1,
    lanes: async () => (parallel === 1 ? () => '0' : (of) => String(keyHash(of) % parallel)),
    send: async (loads) => ({ fates: await Promise.all(loads.map(post)) }),
  };
};
