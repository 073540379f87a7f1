// POST /webhooks/NAME: signed requests of third parties become events; whoever is not let in learns nothing.
import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import type { Hook, Source } from '../../shared/pipeline.ts';
import { createApp } from '../../shared/steps/ingest/app.ts';
import { doorOf } from '../../shared/steps/ingest/door.ts';
import { hookReader } from '../../shared/steps/ingest/hooks.ts';
import { source } from '../adapters/given.ts';
import { noon, onStream, TYPES } from './given.ts';

const SIGNED: Hook = {
  scheme: 'hmac',
  header: 'x-signature',
  encoding: 'hex',
  prefix: '',
  secret: 'acme/shop',
  id: { header: 'x-delivery' },
  type: { header: 'x-topic' },
  time: { field: ['at'] },
  events: { placed: 'order.v1', ping: null },
};
const of = (name: string, hook: Partial<Hook>): Source =>
  source('webhook', { name, types: ['order.v1'], hook: { ...SIGNED, ...hook } });
const SOURCES = [
  of('shop', {}),
  of('bare', { id: null, type: null, time: null, events: null }),
  of('all', { events: { '*': null } }),
  of('down', {}),
];
const BODY = '{"order_id":"o-7","visitor":"ann","total":1.10,"at":1767603600}';
const sign = (body: string | Uint8Array, secret = 'hush'): string =>
  createHmac('sha256', secret).update(body).digest('hex');

const start = () => {
  const log = new MemoryLog('raw');
  const why: string[] = [];
  const app = createApp({
    raw: memoryStream(log),
    clock: noon,
    types: TYPES,
    admit: doorOf(async () => [], noon),
    hooks: hookReader(
      SOURCES,
      TYPES,
      async ({ name }) => {
        if (name === 'down') throw new Error('the service is down');
        return [Buffer.from('hush')];
      },
      noon,
    ),
    onRefused: (name, reason) => void why.push(`${name}: ${reason}`),
  });
  const post = async (name: string, headers: Record<string, string> = {}, body: string | Uint8Array = BODY) => {
    const standard = { 'x-signature': sign(body), 'x-delivery': 'd-1', 'x-topic': 'placed' };
    const init = { method: 'POST', headers: { ...standard, ...headers }, body: Buffer.from(body) };
    const response = await app.request(`http://here/webhooks/${name}`, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { post, why, app, sent: () => onStream(log).map(({ key, text }) => ({ key, text })) };
};

describe('a signed request', () => {
  test('is an event: id, type and time from where sources.yml says, the body byte for byte', async () => {
    const { post, sent } = start();
    expect(await post('shop')).toEqual({
      status: 202,
      body: { accepted: 1, rejected: 0, notStored: 0, events: [{ status: 'accepted', id: 'd-1' }] },
    });
    const head =
      '{"specversion":"1.0","id":"d-1","source":"/webhooks/shop","type":"order.v1","time":"2026-01-05T09:00:00.000Z"';
    expect(sent()).toEqual([{ key: 'ann', text: `${head},"data":${BODY}}` }]);
  });

  test('without a place for it, the id is the body’s, so the same body is the same event', async () => {
    const { post } = start();
    const ids = [await post('bare'), await post('bare'), await post('bare', {}, '{"order_id":"o-8"}')].map(
      ({ body }) => (body.events as readonly { id: string }[])[0]?.id,
    );
    expect(ids[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  test('may be compressed: the signature is of the bytes as sent', async () => {
    const { post, sent } = start();
    expect((await post('shop', { 'content-encoding': 'gzip' }, gzipSync(BODY))).status).toBe(202);
    expect(sent()).toHaveLength(1);
  });

  test.each([
    ['an event that is left out', 'shop', 'ping'],
    ['any other that is left out', 'all', 'whatever'],
  ])('%s is answered well, and is none', async (_, name, topic) => {
    const { post, sent } = start();
    expect(await post(name, { 'x-topic': topic })).toMatchObject({ status: 202, body: { accepted: 0, events: [] } });
    expect(sent()).toEqual([]);
  });

  test('an event that sources.yml does not name goes on under its name, for validate to keep it as rejected', async () => {
    const { post, sent } = start();
    expect((await post('shop', { 'x-topic': 'moved' })).status).toBe(202);
    expect(JSON.parse(sent()[0]?.text ?? '')).toMatchObject({ type: 'moved', id: 'd-1' });
  });

  test.each<[string, Record<string, string>, string, string]>([
    ['no JSON', {}, '{"a":', 'body.not-json'],
    ['no object', {}, '[1]', 'event.not-an-event'],
    ['no name of the event', { 'x-topic': '' }, BODY, 'event.not-an-event'],
    ['no id', { 'x-delivery': '' }, BODY, 'event.no-id'],
  ])('with %s is told so', async (_, headers, body, rule) => {
    const { post, sent } = start();
    expect(await post('shop', headers, body)).toMatchObject({
      status: 400,
      body: { events: [{ status: 'rejected', rule }] },
    });
    expect(sent()).toEqual([]);
  });
});

describe('whoever is not let in learns nothing', () => {
  test.each<[string, string, Record<string, string>, string]>([
    ['a wrong signature', 'shop', { 'x-signature': sign(BODY, 'guessed') }, 'shop: no signature is right'],
    ['no signature', 'shop', { 'x-signature': '' }, 'shop: there is no x-signature'],
    ['a name that is none', 'shap', {}, 'shap: sources.yml has no webhook "shap"'],
  ])('%s', async (_, name, headers, said) => {
    const { post, why, sent } = start();
    const told = { status: 401, body: { rule: 'request.signature', reason: 'the request is not taken' } };
    expect(await post(name, headers)).toEqual(told);
    expect([why, sent()]).toEqual([[said], []]);
  });

  test('a secret that cannot be had: the sender may send again', async () => {
    expect(await start().post('down')).toEqual({
      status: 503,
      body: { rule: 'request.keys-unknown', reason: 'the request cannot be judged now' },
    });
  });

  test.each(['/webhooks', '/webhooks/shop/more', '/webhooks/'])(
    '%s is behind the door of keys as all else',
    async (path) => {
      const response = await start().app.request(`http://here${path}`, { method: 'POST', body: BODY });
      expect([response.status, await response.json()]).toMatchObject([401, { rule: 'request.key' }]);
    },
  );

  test('another method is not for it, whatever the name', async () => {
    for (const name of ['shop', 'none'])
      expect((await start().app.request(`http://here/webhooks/${name}`)).status).toBe(405);
  });
});

test('the description has webhooks where the pipeline has some, and names none', async () => {
  const description = await (
    await createApp({
      raw: memoryStream(new MemoryLog('raw')),
      clock: noon,
      types: TYPES,
      hooks: hookReader(SOURCES, TYPES, async () => [], noon),
    }).request('http://here/openapi.json')
  ).text();
  expect(description).toContain('/webhooks/{name}');
  expect(description).not.toMatch(/"shop"|acme\/shop/);
});
