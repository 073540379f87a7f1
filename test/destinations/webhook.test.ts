import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { guardedPost, isPrivate, type Post } from '../../shared/destinations/guarded-post.ts';
import { webhook } from '../../shared/destinations/webhook.ts';
import { manualClock } from '../../shared/memory/clock.ts';
import type { TablePlan } from '../../shared/query/plan.ts';
import { destinationContract, sinkRow } from '../ports/destination.contract.ts';

const planned = (name: string, url: string): TablePlan => ({
  name,
  at: { file: 'tables.sql', line: 1, col: 1 },
  columns: [],
  watermark: null,
  primaryKey: [],
  connector: 'http-sink',
  types: [],
  ahead: 0,
  lateness: 0,
  options: { url },
});
const KEYS = [Buffer.from('new key'), Buffer.from('old key')];
const NOW = Date.parse('2026-01-05T09:00:00.000Z');

type Seen = { readonly headers: Record<string, string>; readonly body: string };
let server: Server;
let url: string;
let seen: Seen[];
let answers: (number | 'hang up')[];
beforeAll(async () => {
  server = createServer((req, res) => {
    let body = '';
    req.on('data', (c) => {
      body += c;
    });
    req.on('end', () => {
      const answer = answers.shift() ?? (body.includes('"p"') ? 422 : 200);
      if (answer === 429) return void res.writeHead(429).end('busy');
      if (answer !== 422) seen.push({ headers: req.headers as Record<string, string>, body });
      if (answer === 'hang up') return void req.socket.destroy();
      res.writeHead(answer).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen = [];
  answers = [];
});

const hook = (post: Post = guardedPost({ open: true }), clock = manualClock(NOW)) =>
  webhook({ tables: [planned('t', url)], secrets: async () => KEYS, post, clock });

destinationContract('a webhook', async () => ({
  destination: hook(),
  table: 't',
  holds: 'messages',
  content: async () => seen.map((s) => JSON.parse(s.body).data),
  throttle: (calls) => {
    answers = Array(calls).fill(429);
  },
  loseAnswer: () => {
    answers = ['hang up'];
  },
  poison: sinkRow('t', 'p', 1),
  many: 500,
}));

describe('a request', () => {
  test('is signed by each key over id, time and body, so that receivers can change keys without a gap', async () => {
    await hook().write([sinkRow('t', 'a', 1)]);
    const [{ headers, body }] = seen as [Seen];
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const by = (key: Buffer) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
    expect(headers['webhook-signature']).toBe(KEYS.map(by).join(' '));
    expect(Number(headers['webhook-timestamp'])).toBe(NOW / 1000);
  });
  test('that comes again has the same idempotency key; a newer revision has another', async () => {
    const d = hook();
    for (const n of [1, 1, 2]) await d.write([sinkRow('t', 'a', n)]);
    const [one, again, two] = seen.map((s) => s.headers['idempotency-key']);
    expect(one).toBe(again);
    expect(two).not.toBe(one);
  });
});

describe('answers', () => {
  test.each([
    [200, 'stored'],
    [204, 'stored'],
    [400, 'reject'],
    [413, 'reject'],
    [422, 'reject'],
    [301, 'retry'], // redirects are not followed
    [401, 'retry'], // the endpoint is not set up: no row is to blame
    [404, 'retry'],
    [429, 'retry'],
    [500, 'retry'],
  ])('%i: %s', async (status, kind) => {
    const post: Post = async () => ({ status, retryAfter: null, body: '' });
    expect((await hook(post).write([sinkRow('t', 'a', 1)]))[0]?.kind).toBe(kind);
  });
});

describe('an endpoint that fails', () => {
  test('five times in a row is left alone, then asked with one request', async () => {
    let calls = 0;
    let status = 500;
    const clock = manualClock(NOW);
    const d = hook(async () => {
      calls++;
      return { status, retryAfter: null, body: '' };
    }, clock);
    for (let i = 0; i < 20; i++) await d.write([sinkRow('t', 'a', 1)]);
    expect(calls).toBe(5);
    clock.advance(1_000);
    await d.write(['a', 'b', 'c'].map((k) => sinkRow('t', k, 1)));
    expect(calls).toBe(6);
    status = 200;
    clock.advance(60_000);
    await d.write([sinkRow('t', 'a', 1)]);
    expect((await d.write(['a', 'b', 'c'].map((k) => sinkRow('t', k, 1)))).map((o) => o.kind)).toEqual(
      Array(3).fill('stored'),
    );
  });
  test('says when to come again, and is not asked before', async () => {
    let calls = 0;
    const clock = manualClock(NOW);
    const d = hook(async () => ({ status: ++calls === 1 ? 429 : 200, retryAfter: 3_000, body: '' }), clock);
    await d.write([sinkRow('t', 'a', 1)]);
    await d.write([sinkRow('t', 'a', 1)]);
    expect(calls).toBe(1);
    clock.advance(3_000);
    expect((await d.write([sinkRow('t', 'a', 1)]))[0]?.kind).toBe('stored');
  });
});

describe('where a request never goes', () => {
  test.each([
    '10.0.0.1',
    '127.0.0.1',
    '169.254.169.254', // instance metadata
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    'fd00::1',
    'fe80::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    'no address',
  ])('%s', (address) => {
    expect(isPrivate(address)).toBe(true);
  });
  test.each(['93.184.216.34', '172.32.0.1', '2606:2800:220:1::1'])('%s is for all', (address) => {
    expect(isPrivate(address)).toBe(false);
  });
  test.each([
    ['http://example.com/', /not https/],
    ['https://127.0.0.1/', /private network/],
    ['https://[::1]/', /private network/],
    ['https://0x7f000001/', /private network/],
    ['https://localhost/', /private network/],
  ])('%s', async (address, message) => {
    await expect(guardedPost()(new URL(address), {}, '{}')).rejects.toThrow(message);
  });
});

test('a URL that is none is refused when the function starts', () => {
  expect(() =>
    webhook({ tables: [planned('t', 'hook')], secrets: async () => [], post: guardedPost(), clock: manualClock(NOW) }),
  ).toThrow(/table t: 'url' is hook; write https/);
});
