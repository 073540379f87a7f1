// The producer on the HTTP API: against the real `ingest`, and against what stands before it.
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { eventsUrl, MAX_REQUEST_EVENTS } from '../../shared/producer/http.ts';
import { fatesOf } from '../../shared/producer/http-answer.ts';
import { createProducer, type HttpOptions, toHttp } from '../../shared/producer/index.ts';
import { createApp, MAX_EVENTS } from '../../shared/steps/ingest/app.ts';
import { noon, onStream, TYPES, tries } from '../ingest/given.ts';
import { manualTiming } from '../local/manual-timing.ts';

type Reply = () => Response | Promise<Response>;

const order = (n: number, key = 'ann') => ({
  type: 'order.v1',
  id: `o-${n}`,
  partitionkey: key,
  data: { order_id: `o-${n}`, visitor: key, n },
});

const given = (options: Partial<HttpOptions> & { shards?: number; refuse?: (i: number) => boolean } = {}) => {
  const { shards = 1, refuse = () => false, ...http } = options;
  const log = new MemoryLog('raw', { shards });
  let put = 0;
  const raw = memoryStream(log, {
    refuse: () => (refuse(put++) ? 'ProvisionedThroughputExceededException' : undefined),
  });
  const app = createApp({ raw, clock: noon, types: TYPES, patience: tries(1) });
  const timing = manualTiming();
  const replies: Reply[] = [];
  const requests: { headers: Headers; body: string; url: string }[] = [];
  const to = toHttp({
    url: 'http://127.0.0.1:8080',
    gzip: false, // zlib works beside the clock
    fetch: async (url, init) => {
      const request = new Request(String(url), init as RequestInit);
      const bytes = Buffer.from(await request.clone().arrayBuffer());
      const body = request.headers.get('content-encoding') === 'gzip' ? gunzipSync(bytes).toString() : bytes.toString();
      requests.push({ headers: request.headers, body, url: request.url });
      const reply = replies.shift();
      return reply === undefined ? app.request(request) : reply();
    },
    ...http,
  });
  const producer = createProducer({ to, timing, random: () => 0.5, source: '/test' });
  const stored = () => onStream(log).map((e) => JSON.parse(e.text) as { id: string; data: { n: number } });
  return {
    producer,
    timing,
    replies,
    requests,
    stored,
    done: () => timing.runUntil(() => producer.counts().waiting === 0),
  };
};
const settled = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

test('events arrive as they were put, in order, gzipped from 1 KB on', async () => {
  const g = given({ gzip: true });
  const all = g.producer.putAll(Array.from({ length: 200 }, (_, n) => order(n)));
  expect(await all).toEqual({ stored: 200, failed: 0 });
  expect(g.stored().map((e) => e.data.n)).toEqual(Array.from({ length: 200 }, (_, n) => n));
  expect(g.requests).toHaveLength(1);
  expect(g.requests[0]?.url).toBe('http://127.0.0.1:8080/events');
  expect(g.requests[0]?.headers.get('content-encoding')).toBe('gzip');
});

test('each event has its own answer: what is rejected fails with the reason, the others are stored', async () => {
  const g = given();
  const bad = settled(g.producer.put({ type: 'ordr.v1', data: {} }));
  const good = g.producer.put(order(1));
  await g.done();
  expect(await bad).toMatchObject({ kind: 'refused', rule: 'event.unknown-type', field: '/type' });
  expect(String(await bad)).toContain('order.v1');
  expect(await good).toMatchObject({ id: 'o-1', tries: 1 });
});

test('what the stream had no room for goes again alone, before what comes behind it', async () => {
  const g = given({ shards: 2, refuse: (i) => i === 0 || i === 2 });
  const keys = ['ann', 'bob', 'cid', 'dan', 'eve'];
  const all = g.producer.putAll(Array.from({ length: 50 }, (_, n) => order(n, keys[n % 5])));
  await g.done();
  expect(await all).toEqual({ stored: 50, failed: 0 });
  expect(g.requests).toHaveLength(2);
  const again = (JSON.parse(g.requests[1]!.body) as unknown[]).length;
  expect(again).toBeGreaterThan(0);
  expect(again).toBeLessThan(50);
  expect(g.stored()).toHaveLength(50);
  for (const [, of] of Map.groupBy(g.stored(), (e) => e.data.n % 5))
    expect(of.map((e) => e.data.n)).toEqual(of.map((e) => e.data.n).toSorted((a, b) => a - b));
});

describe('what stands before the function', () => {
  const json =
    (status: number, body: object, headers: Record<string, string> = {}): Reply =>
    () =>
      Response.json(body, { status, headers });

  test.each<[string, Reply, boolean]>([
    ['throttles', json(429, { message: 'Too Many Requests' }), false],
    ['is out of service', json(503, { message: 'Service Unavailable' }), false],
    ['breaks', json(500, { message: 'Internal Server Error' }), true],
    ['gives up waiting', json(504, { message: 'Endpoint request timed out' }), true],
    ['cuts the line', () => Promise.reject(new TypeError('fetch failed')), true],
    ['answers with a page', () => new Response('<html>', { status: 502 }), true],
    ['answers for too few events', json(202, { events: [] }), true],
  ])('%s: the event goes again, and is stored', async (_, reply, maybeTwice) => {
    const g = given();
    g.replies.push(reply, reply);
    const ack = g.producer.put(order(1));
    await g.done();
    expect(await ack).toMatchObject({ tries: 3, maybeTwice });
    expect(g.stored()).toHaveLength(1);
    expect(g.requests[2]?.body).toBe(g.requests[0]?.body);
  });

  test('retry-after is kept to', async () => {
    const g = given();
    g.replies.push(json(429, {}, { 'retry-after': '20' }));
    const from = g.timing.now();
    void g.producer.put(order(1));
    await g.done();
    expect(g.timing.now() - from).toBeGreaterThanOrEqual(20_000);
  });

  test.each<[number, string, RegExp]>([
    [401, 'request.key', /key or token is not taken/],
    [403, 'request.key', /not allowed/],
    [404, 'request.path', /no endpoint at this address/],
    [301, 'request.path', /redirect/],
  ])('%i: no event will pass, and none is kept waiting', async (status, rule, message) => {
    const g = given();
    g.replies.push(() => new Response(null, { status, headers: { location: 'http://127.0.0.1/' } }));
    const error = settled(g.producer.put(order(1)));
    await g.done();
    expect(await error).toMatchObject({ kind: 'refused', rule });
    expect(String(await error)).toMatch(message);
  });

  test('a request that is too large is cut until it passes; one event alone that is too large is refused', async () => {
    const g = given();
    const limit: Reply = () => {
      const events = JSON.parse(g.requests.at(-1)!.body) as { id: string }[];
      return events.length > 10 || events.some((e) => e.id === 'o-30')
        ? Response.json({ rule: 'body.too-large', reason: 'no more than 10' }, { status: 413 })
        : Response.json({ events: events.map(({ id }) => ({ status: 'accepted', id })) }, { status: 202 });
    };
    g.replies.push(...Array.from({ length: 500 }, () => limit));
    const all = g.producer.putAll(Array.from({ length: 64 }, (_, n) => order(n)));
    await g.done();
    expect(await all).toEqual({ stored: 63, failed: 1 });
  });
});

test('a key goes as x-api-key; a token is asked for each request', async () => {
  let n = 0;
  const g = given({ key: 'secret', token: () => `t${n++}` });
  for (const i of [1, 2]) {
    void g.producer.put(order(i));
    await g.done();
  }
  expect(g.requests.map((r) => [r.headers.get('x-api-key'), r.headers.get('authorization')])).toEqual([
    ['secret', 'Bearer t0'],
    ['secret', 'Bearer t1'],
  ]);
});

test('requests side by side have keys of their own', async () => {
  const g = given({ parallel: 4 });
  const all = g.producer.putAll(Array.from({ length: 80 }, (_, n) => order(n, `k${n % 8}`)));
  await g.done();
  await all;
  const keys = g.requests.map(
    (r) => new Set((JSON.parse(r.body) as { partitionkey: string }[]).map((e) => e.partitionkey)),
  );
  expect(g.requests.length).toBeGreaterThan(1);
  expect(keys.reduce((sum, k) => sum + k.size, 0)).toBe(8);
});

test('addresses', () => {
  expect(eventsUrl('https://x.example')).toBe('https://x.example/events');
  expect(eventsUrl('https://x.example/prod/')).toBe('https://x.example/prod/events');
  expect(eventsUrl('https://x.example/events')).toBe('https://x.example/events');
  expect(() => eventsUrl('raw')).toThrow();
  expect(() => eventsUrl('ftp://x')).toThrow(/begins with http/);
});

test('a request holds no more events than ingest takes; any answer at all gives each event a fate', () => {
  expect(MAX_REQUEST_EVENTS).toBe(MAX_EVENTS);
  for (const body of ['', 'null', '[]', '{"events":[null]}', '{"events":{}}', 'x'])
    for (let status = 200; status < 600; status++)
      expect(fatesOf({ status, retryAfter: 'soon', body, url: 'u' }, 1)).toHaveLength(1);
});
