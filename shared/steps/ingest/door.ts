// The door `keys`: who may send, judged by a key in a header or by a signature of the body.
//
// `x-api-key: KEY` (or `authorization: Bearer KEY`) is what curl, browsers, log agents and gateways can send; a list holds the SHA-256
// of each key, so that who reads the list cannot send. A key is 256 random bits, so a slow hash would add nothing.
// A sender that signs its webhooks sends no key: `webhook-id`, `webhook-timestamp` and `webhook-signature` as Standard Webhooks says
// (https://www.standardwebhooks.com): HMAC-SHA256 over `id.timestamp.body`, the body as sent. Its list entry is the secret itself.
// Several entries hold at once: a new key is added, senders change, the old one is taken away or ends at its `until`.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../ports.ts';
import { type Ms, minutes } from '../../time.ts';
import type { ApiKey } from './key-list.ts';

export type Admission =
  | { readonly kind: 'admitted'; readonly id: string }
  | { readonly kind: 'refused'; readonly reason: string }
  /** The list of keys cannot be had; the same request may be sent again. */
  | { readonly kind: 'unknown'; readonly reason: string };
/** @param body as sent, before it is unpacked */
export type Admit = (headers: Headers, body: Uint8Array) => Promise<Admission>;

/** How far a signature's time may be from now, either way. */
const WINDOW: Ms = minutes(5);
/** More signatures in one header are not looked at: each costs a comparison for each secret. */
const MOST_SIGNATURES = 10;
const NOT_SENT = 'send a key as x-api-key, or sign the body as Standard Webhooks says';
const refused = (reason: string): Admission => ({ kind: 'refused', reason });

/** The key in the headers; null when none is sent. */
const keyIn = (headers: Headers): string | null =>
  headers.get('x-api-key') ?? /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? null;

const SHA_256 = 32; // bytes
/** Compares with every candidate, and each in constant time: how long it takes tells nothing of which one, or how much, was right. */
const find = (keys: readonly ApiKey[], wantedOf: (key: ApiKey) => Buffer | null, given: Buffer): ApiKey | undefined => {
  let found: ApiKey | undefined;
  for (const key of keys) {
    const wanted = wantedOf(key);
    if (wanted !== null && timingSafeEqual(wanted, given)) found = key;
  }
  return found;
};

const byKey = (keys: readonly ApiKey[], key: string): Admission => {
  const given = createHash('sha256').update(key).digest();
  const found = find(keys, (k) => (k.kind === 'hash' ? k.sha256 : null), given);
  return found === undefined ? refused('this key is not known') : { kind: 'admitted', id: found.id };
};

const bySignature = (keys: readonly ApiKey[], headers: Headers, body: Uint8Array, now: Ms): Admission => {
  const [id, time, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
    (n) => headers.get(n) ?? '',
  );
  if (!id || !time || !signatures)
    return refused('a signed request has webhook-id, webhook-timestamp and webhook-signature');
  if (!/^\d{1,12}$/.test(time)) return refused('webhook-timestamp is not a number of seconds');
  if (Math.abs(Number(time) * 1_000 - now) > WINDOW)
    return refused('webhook-timestamp is more than 5 minutes from now');
  const given = signatures
    .split(' ', MOST_SIGNATURES)
    .flatMap((s) => (s.startsWith('v1,') ? [Buffer.from(s.slice(3), 'base64')] : []))
    .filter((s) => s.length === SHA_256);
  const wantedOf = (key: ApiKey): Buffer | null =>
    key.kind === 'secret' ? createHmac('sha256', key.secret).update(`${id}.${time}.`).update(body).digest() : null;
  const wanted = new Map(keys.map((key) => [key, wantedOf(key)]));
  let found: ApiKey | undefined;
  for (const signature of given) found = find(keys, (k) => wanted.get(k) ?? null, signature) ?? found;
  return found === undefined ? refused('no signature is right') : { kind: 'admitted', id: found.id };
};

/** @param keys the list in force; throws when it cannot be had */
export const doorOf =
  (keys: () => Promise<readonly ApiKey[]>, clock: Clock): Admit =>
  async (headers, body) => {
    const key = keyIn(headers);
    const signed = headers.has('webhook-signature');
    if (key === null && !signed) return refused(NOT_SENT);
    const now = clock.now();
    let list: readonly ApiKey[];
    try {
      list = (await keys()).filter((k) => k.until === null || now < k.until);
    } catch {
      return { kind: 'unknown', reason: 'the list of keys cannot be read now' };
    }
    return key === null ? bySignature(list, headers, body, now) : byKey(list, key);
  };
