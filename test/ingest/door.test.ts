import { createHash, createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { createApp } from '../../shared/steps/ingest/app.ts';
import { doorOf } from '../../shared/steps/ingest/door.ts';
import { type ApiKey, keysOf } from '../../shared/steps/ingest/key-list.ts';
import { cloudEvent, noon, onStream, TYPES } from './given.ts';

const NOON = noon.now() / 1_000; // seconds
const sha256 = (key: string): string => createHash('sha256').update(key).digest('hex');
const OLD = 'till-4-old';
const NEW = 'till-4-new';
const SECRET = Buffer.from('the secret of billing, 32 bytes!');
const list = (...entries: readonly object[]): readonly ApiKey[] => keysOf(JSON.stringify({ keys: entries }));
const KEYS = list(
  { id: 'till-4', sha256: sha256(OLD) },
  { id: 'till-4', sha256: sha256(NEW) },
  { id: 'gone', sha256: sha256('ended'), until: '2026-01-05T12:00:00Z' },
  { id: 'going', sha256: sha256('ending'), until: '2026-01-05T12:00:00.001Z' },
  { id: 'billing', secret: `whsec_${SECRET.toString('base64')}` },
);
const BODY = JSON.stringify(cloudEvent());

/** As the Standard Webhooks libraries sign. */
const signed = (body: string, over: { secret?: Buffer; time?: number; id?: string; before?: string } = {}) => {
  const { secret = SECRET, time = NOON, id = 'msg_1', before = '' } = over;
  const signature = createHmac('sha256', secret).update(`${id}.${time}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(time), 'webhook-signature': `${before}v1,${signature}` };
};

const ask = async (
  headers: Readonly<Record<string, string>>,
  body = BODY,
  keys = async () => KEYS,
  path = '/events',
) => {
  const log = new MemoryLog('raw', { shards: 1 });
  const app = createApp({ raw: memoryStream(log), clock: noon, types: TYPES, admit: doorOf(keys, noon) });
  const type = { 'content-type': 'application/cloudevents+json' };
  const request = path === '/events' ? { method: 'POST', headers: { ...type, ...headers }, body } : { headers };
  const response = await app.request(path, request);
  return {
    status: response.status,
    headers: response.headers,
    text: await response.text(),
    stored: onStream(log).length,
  };
};

describe('with keys at the door', () => {
  test.each([
    ['a key', { 'x-api-key': OLD }],
    ['the next key of the same sender, before the old one is taken away', { 'x-api-key': NEW }],
    ['a key as a bearer token', { authorization: `Bearer ${NEW}` }],
    ['a key that ends later', { 'x-api-key': 'ending' }],
    ['a signature', signed(BODY)],
    ['a signature of 5 minutes ago', signed(BODY, { time: NOON - 300 })],
    ['a signature by a clock that is 5 minutes early', signed(BODY, { time: NOON + 300 })],
    ['a right signature behind a wrong one', signed(BODY, { before: `v1,${randomBytes(32).toString('base64')} ` })],
  ])('%s lets an event in', async (_, headers) => {
    const { status, stored } = await ask(headers);
    expect([status, stored]).toEqual([202, 1]);
  });

  const other = `${BODY} `;
  test.each([
    ['nothing', {}, 'send a key as x-api-key'],
    ['an unknown key', { 'x-api-key': 'guess' }, 'this key is not known'],
    ['an empty key', { 'x-api-key': '' }, 'this key is not known'],
    ['a key that has ended', { 'x-api-key': 'ended' }, 'this key is not known'],
    ["a key's hash", { 'x-api-key': sha256(OLD) }, 'this key is not known'],
    ['a signing secret sent as a key', { 'x-api-key': `whsec_${SECRET.toString('base64')}` }, 'this key is not known'],
    ['an unknown key beside a right signature', { ...signed(BODY), 'x-api-key': 'guess' }, 'this key is not known'],
    ['another scheme', { authorization: 'Basic dGlsbDp0aWxs' }, 'send a key as x-api-key'],
    ['a signature of another body', signed(other), 'no signature is right'],
    ['a signature by another secret', signed(BODY, { secret: randomBytes(32) }), 'no signature is right'],
    ['a signature of another id', { ...signed(BODY), 'webhook-id': 'msg_2' }, 'no signature is right'],
    [
      'a signature of another time',
      { ...signed(BODY), 'webhook-timestamp': String(NOON + 1) },
      'no signature is right',
    ],
    ['an old signature', signed(BODY, { time: NOON - 301 }), 'more than 5 minutes'],
    ['a signature from the future', signed(BODY, { time: NOON + 301 }), 'more than 5 minutes'],
    ['a time that is none', { ...signed(BODY), 'webhook-timestamp': 'now' }, 'not a number of seconds'],
    ['a signature without its time', { ...signed(BODY), 'webhook-timestamp': '' }, 'webhook-timestamp'],
    ['another version of the scheme', { ...signed(BODY), 'webhook-signature': 'v1a,AAAA' }, 'no signature is right'],
    ['a short signature', { ...signed(BODY), 'webhook-signature': 'v1,AAAA' }, 'no signature is right'],
    [
      'a right one behind too many wrong ones',
      signed(BODY, { before: 'v1,AAAA '.repeat(10) }),
      'no signature is right',
    ],
  ])('%s is refused, and nothing is stored', async (_, headers, reason) => {
    const { status, text, stored, headers: answered } = await ask(headers as Record<string, string>);
    expect([status, stored]).toEqual([401, 0]);
    expect(JSON.parse(text)).toEqual({ rule: 'request.key', reason: expect.stringContaining(reason) });
    expect(answered.get('www-authenticate')).toMatch(/^ApiKey /);
  });

  test('a signature is of the body as it was sent, compressed or not', async () => {
    const { gzipSync } = await import('node:zlib');
    const packed = gzipSync(BODY);
    const signature = createHmac('sha256', SECRET).update(`msg_1.${NOON}.`).update(packed).digest('base64');
    const log = new MemoryLog('raw', { shards: 1 });
    const app = createApp({ raw: memoryStream(log), clock: noon, types: TYPES, admit: doorOf(async () => KEYS, noon) });
    const headers = {
      'content-type': 'application/cloudevents+json',
      'content-encoding': 'gzip',
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(NOON),
      'webhook-signature': `v1,${signature}`,
    };
    const response = await app.request('/events', { method: 'POST', headers, body: packed });
    expect([response.status, onStream(log).length]).toEqual([202, 1]);
  });

  test('whoever has no key is told nothing of paths, types and events; health is open', async () => {
    for (const path of ['/openapi.json', '/events/order.v1', '/no/such/path'])
      expect([path, (await ask({}, BODY, undefined, path)).status]).toEqual([path, 401]);
    expect((await ask({}, BODY, undefined, '/health')).status).toBe(200);
    expect((await ask({ 'x-api-key': NEW }, BODY, undefined, '/openapi.json')).status).toBe(200);
  });

  test('no list of keys: 503, and the request may be sent again; an empty list lets nobody in', async () => {
    const failed = await ask({ 'x-api-key': NEW }, BODY, () => Promise.reject(new Error('no answer')));
    expect([failed.status, failed.stored, failed.headers.get('retry-after')]).toEqual([503, 0, '1']);
    expect((await ask({ 'x-api-key': NEW }, BODY, async () => [])).status).toBe(401);
  });

  test('a key of the list, whatever its text, is let in, and one byte less or more is not', async () => {
    const text = fc.string({ minLength: 1, maxLength: 60 }).filter((s) => /^[!-~]+$/.test(s));
    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), async (key, longer) => {
        const keys = async () => list({ id: 'k', sha256: sha256(key) });
        expect((await ask({ 'x-api-key': key }, BODY, keys)).status).toBe(202);
        expect((await ask({ 'x-api-key': longer ? `${key}x` : key.slice(1) }, BODY, keys)).status).toBe(401);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a list of keys that is wrong is refused by its place, without a word of a secret', () => {
  const digits = sha256('x');
  test.each([
    ['{', 'is no JSON'],
    ['null', 'has no "keys"'],
    ['{"keys":{}}', 'has no "keys"'],
    ['{"keys":["s3cret"]}', 'keys[0]: an entry is'],
    [`{"keys":[{"sha256":"${digits}"}]}`, 'keys[0]: "id" is no text'],
    [`{"keys":[{"id":"a","sha256":"${digits}"},{"id":"b"}]}`, 'keys[1]: it has one of'],
    [`{"keys":[{"id":"a","sha256":"${digits}","secret":"s3cret"}]}`, 'keys[0]: it has one of'],
    ['{"keys":[{"id":"a","sha256":"s3cret"}]}', '"sha256" is not 64'],
    ['{"keys":[{"id":"a","secret":"s3cret"}]}', '"secret" is not whsec_'],
    ['{"keys":[{"id":"a","secret":"whsec_c2hvcnQ="}]}', '"secret" is not whsec_'],
    [`{"keys":[{"id":"a","sha256":"${digits}","until":"tomorrow"}]}`, '"until" is no instant'],
    [`{"keys":[{"id":"a","sha256":"${digits}","s3cret":1}]}`, 'a field that is not one of'],
  ])('%s', (text, message) => {
    expect(() => keysOf(text)).toThrow(message);
    expect(() => keysOf(text)).not.toThrow(/s3cret/);
  });
});
