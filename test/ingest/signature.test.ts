// Signatures of third parties' webhooks, with the known answers of their documents.
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Hook } from '../../shared/pipeline.ts';
import { hookSecretsOf } from '../../shared/steps/ingest/hook-secrets.ts';
import { refuseUnsigned } from '../../shared/steps/ingest/signature.ts';

const NOW = 1_492_774_577_000;
const hook = (more: Partial<Hook>): Hook => ({
  scheme: 'hmac',
  header: 'x-signature',
  encoding: 'hex',
  prefix: '',
  secret: 's',
  id: null,
  type: null,
  time: null,
  events: null,
  ...more,
});
const GITHUB = hook({ scheme: 'github' });
const STRIPE = hook({ scheme: 'stripe' });
const hex = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('hex');
const judge = (
  of: Hook,
  secrets: string | readonly string[],
  headers: Record<string, string>,
  body: string,
  now = NOW,
) =>
  refuseUnsigned(
    of,
    [secrets].flat().map((s) => Buffer.from(s)),
    new Headers(headers),
    Buffer.from(body),
    now,
  );

describe('known answers', () => {
  test('GitHub’s own: "It\'s a Secret to Everybody" over "Hello, World!"', () => {
    // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation
    const sent = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const headers = { 'X-Hub-Signature-256': sent };
    expect(judge(GITHUB, "It's a Secret to Everybody", headers, 'Hello, World!')).toBeNull();
    expect(judge(GITHUB, "It's a Secret to Everybody", headers, 'Hello, World')).toBe('no signature is right');
  });

  test('RFC 4231, test case 2, as the general scheme in hex and base64', () => {
    const digest = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
    const text = 'what do ya want for nothing?';
    expect(judge(hook({ prefix: 'v0=' }), 'Jefe', { 'x-signature': `v0=${digest}` }, text)).toBeNull();
    const base64 = Buffer.from(digest, 'hex').toString('base64');
    expect(judge(hook({ encoding: 'base64' }), 'Jefe', { 'x-signature': base64 }, text)).toBeNull();
  });
});

describe('Stripe', () => {
  const body = '{"id":"evt_1"}';
  const t = NOW / 1_000;
  const v1 = (secret: string, at = t, text = body): string => `v1=${hex(secret, `${at}.${text}`)}`;
  // The header in Stripe's document, whose secret is not told: its parts are read, its digest is no digest of this body.
  const SHOWN = `t=${t},v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd,v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aab816edb039989a39`;
  test.each<[string, string, string | null]>([
    ['signed', `t=${t},${v1('new')}`, null],
    ['the old secret while two hold', `t=${t},${v1('old')}`, null],
    ['one of several v1 is enough', `t=${t},${v1('gone')},${v1('new')}`, null],
    ['spaces after commas', `t=${t}, ${v1('new')}`, null],
    ['a digest of another scheme is none', `t=${t},v0=${hex('new', `${t}.${body}`)}`, 'no signature is right'],
    ['the header in Stripe’s document', SHOWN, 'no signature is right'],
    ['another time than was signed', `t=${t + 1},${v1('new')}`, 'no signature is right'],
    ['5 minutes ago', `t=${t - 300},${v1('new', t - 300)}`, null],
    ['5 minutes ahead', `t=${t + 300},${v1('new', t + 300)}`, null],
    ['longer ago: a replay', `t=${t - 301},${v1('new', t - 301)}`, 't is more than 5 minutes from now'],
    ['without a time', v1('new'), 'Stripe-Signature has no t'],
    ['a time that is none', `t=1e9,${v1('new')}`, 'Stripe-Signature has no t'],
    ['nothing', '', 'Stripe-Signature has no t'],
    ['no hex', `t=${t},v1=zz`, 'no signature is right'],
  ])('%s', (_, header, why) => expect(judge(STRIPE, ['new', 'old'], { 'Stripe-Signature': header }, body)).toBe(why));
});

test.each<[string, Hook, Record<string, string>, string]>([
  ['no header', GITHUB, {}, 'there is no x-hub-signature-256'],
  ['SHA-1 alone', GITHUB, { 'X-Hub-Signature': `sha1=${'0'.repeat(40)}` }, 'there is no x-hub-signature-256'],
  [
    'another digest',
    GITHUB,
    { 'X-Hub-Signature-256': `sha1=${'0'.repeat(40)}` },
    'x-hub-signature-256 does not begin with sha256=',
  ],
  [
    'a digest cut short',
    GITHUB,
    { 'X-Hub-Signature-256': `sha256=${hex('s', 'b').slice(0, 62)}` },
    'no signature is right',
  ],
])('%s', (_, of, headers, why) => expect(judge(of, 's', headers, 'b')).toBe(why));

test('no secret, no way in; and no other body, secret or byte of the signature passes', () => {
  expect(judge(GITHUB, [], { 'X-Hub-Signature-256': `sha256=${hex('', 'b')}` }, 'b')).toBe('no signature is right');
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), fc.nat(63), (secret, body, other, at) => {
      const right = `sha256=${hex(secret, body)}`;
      expect(judge(GITHUB, secret, { 'X-Hub-Signature-256': right }, body)).toBeNull();
      if (other !== body) expect(judge(GITHUB, secret, { 'X-Hub-Signature-256': right }, other)).not.toBeNull();
      const digit = right[7 + at] === '0' ? '1' : '0';
      const bent = `${right.slice(0, 7 + at)}${digit}${right.slice(8 + at)}`;
      expect(judge(GITHUB, secret, { 'X-Hub-Signature-256': bent }, body)).not.toBeNull();
    }),
  );
});

describe('the secret', () => {
  test.each<[string, readonly string[]]>([
    ['whsec_abc\n', ['whsec_abc']],
    ['{"secrets":["new","old"]}', ['new', 'old']],
  ])('%j holds %j', (text, secrets) => expect(hookSecretsOf(text).map(String)).toEqual(secrets));
  test.each([
    '',
    ' ',
    '{',
    '{"secrets":[]}',
    '{"secrets":[""]}',
    '{"secrets":["1","2","3","4","5"]}',
    '{"key":"hidden"}',
  ])('%j is none, and nothing of it is told', (text) =>
    expect(() => hookSecretsOf(text)).toThrow(
      /^the secret of a webhook is a text, or \{"secrets": \[…\]\} with 1 to 4 texts$/,
    ),
  );
});
