// The secret that holds the list of keys: {"keys":[{"id":"till-4","sha256":"…"},{"id":"billing","secret":"whsec_…","until":"…"}]}.
import { parseRfc3339 } from '../../event/instant.ts';
import { Fault } from '../../faults.ts';
import type { EpochMs } from '../../time.ts';

type Common = {
  /** Names the sender. Not secret. */
  readonly id: string;
  /** From then on it opens nothing; null: it has no end. */
  readonly until: EpochMs | null;
};
export type ApiKey =
  | (Common & { readonly kind: 'hash'; readonly sha256: Buffer })
  | (Common & { readonly kind: 'secret'; readonly secret: Buffer });

const SHA_256 = /^[0-9a-f]{64}$/i;
const WEBHOOK_SECRET = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/; // 24 to 64 bytes
const KNOWN = ['id', 'sha256', 'secret', 'until'];

/** Says what is wrong without a word of the secret itself. */
const broken = (what: string): never => {
  throw new Fault('setting.invalid', `the list of keys ${what}`);
};

const keyOf = (entry: unknown, at: number): ApiKey => {
  const say = (what: string): never => broken(`is wrong at keys[${at}]: ${what}`);
  if (typeof entry !== 'object' || entry === null) return say('an entry is {"id", "sha256"} or {"id", "secret"}');
  const { id, sha256, secret, until } = entry as Record<string, unknown>;
  const unknown = Object.keys(entry).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) return say(`a field that is not one of ${KNOWN.join(', ')}`);
  if (typeof id !== 'string' || id === '') return say('"id" is no text');
  if ((sha256 === undefined) === (secret === undefined)) return say('it has one of "sha256" and "secret"');
  const end = until === undefined ? null : typeof until === 'string' ? parseRfc3339(until) : undefined;
  if (end === undefined) return say('"until" is no instant such as 2027-01-31T00:00:00Z');
  if (sha256 !== undefined)
    return typeof sha256 === 'string' && SHA_256.test(sha256)
      ? { kind: 'hash', id, until: end, sha256: Buffer.from(sha256, 'hex') }
      : say('"sha256" is not 64 hexadecimal digits');
  const [, base64] = WEBHOOK_SECRET.exec(typeof secret === 'string' ? secret : '') ?? [];
  return base64 === undefined
    ? say('"secret" is not whsec_ with 24 to 64 bytes in base64')
    : { kind: 'secret', id, until: end, secret: Buffer.from(base64, 'base64') };
};

/** @throws Fault `setting.invalid`, naming the entry; no text of it */
export const keysOf = (text: string): readonly ApiKey[] => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return broken('is no JSON');
  }
  const keys = (value as { keys?: unknown } | null)?.keys;
  return Array.isArray(keys) ? keys.map(keyOf) : broken('has no "keys": […]');
};
