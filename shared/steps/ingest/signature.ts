// Signatures of third parties' webhooks, over the bytes as they were sent: HMAC-SHA256 in all three schemes.
//
// github: X-Hub-Signature-256: sha256=HEX over the body,
//   https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
// stripe: Stripe-Signature: t=SECONDS,v1=HEX[,v1=HEX…] over `t.body`, t at most 5 minutes from now,
//   https://docs.stripe.com/webhooks#verify-manually
// hmac:   a header of any name, hex or base64 behind a prefix, over the body.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Hook } from '../../pipeline.ts';
import { type EpochMs, type Ms, minutes } from '../../time.ts';

/** Stripe's default; a signature without a time is guarded by the claim of its delivery's id alone. */
const TOLERANCE: Ms = minutes(5);
/** More signatures in one header are not looked at: each costs a comparison for each secret. */
const MOST_SIGNATURES = 10;
const SHA_256 = 32; // bytes

type Claimed = { readonly signatures: readonly Buffer[]; readonly before: string } | { readonly why: string };

const hex = (text: string): Buffer => (/^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.alloc(0));

const ofStripe = (header: string, now: EpochMs): Claimed => {
  const parts = header.split(',', 2 * MOST_SIGNATURES).map((part) => part.trim().split('=', 2) as [string, string?]);
  const time = parts.find(([name]) => name === 't')?.[1] ?? '';
  if (!/^\d{1,12}$/.test(time)) return { why: 'Stripe-Signature has no t' };
  if (Math.abs(Number(time) * 1_000 - now) > TOLERANCE) return { why: 't is more than 5 minutes from now' };
  const signatures = parts.flatMap(([name, value = '']) => (name === 'v1' ? [hex(value)] : []));
  return { signatures, before: `${time}.` };
};

const claimedIn = (hook: Hook, headers: Headers, now: EpochMs): Claimed => {
  if (hook.scheme === 'stripe') return ofStripe(headers.get('stripe-signature') ?? '', now);
  const { header, prefix, encoding } =
    hook.scheme === 'github' ? { header: 'x-hub-signature-256', prefix: 'sha256=', encoding: 'hex' } : hook;
  const sent = headers.get(header) ?? '';
  if (sent === '') return { why: `there is no ${header}` };
  if (!sent.startsWith(prefix)) return { why: `${header} does not begin with ${prefix}` };
  const text = sent.slice(prefix.length);
  return { signatures: [encoding === 'hex' ? hex(text) : Buffer.from(text, 'base64')], before: '' };
};

/**
 * Compares with every secret, each in constant time: how long it takes tells nothing of which one, or how much, was right.
 * @param body as sent, before it is unpacked or parsed
 * @returns why the request is not signed, for our own log alone; null when it is
 */
export const refuseUnsigned = (
  hook: Hook,
  secrets: readonly Buffer[],
  headers: Headers,
  body: Uint8Array,
  now: EpochMs,
): string | null => {
  const claimed = claimedIn(hook, headers, now);
  if ('why' in claimed) return claimed.why;
  let right = false;
  for (const secret of secrets) {
    const wanted = createHmac('sha256', secret).update(claimed.before).update(body).digest();
    for (const signature of claimed.signatures.slice(0, MOST_SIGNATURES))
      if (signature.length === SHA_256 && timingSafeEqual(wanted, signature)) right = true;
  }
  return right ? null : 'no signature is right';
};
