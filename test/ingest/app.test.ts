import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { memoryStream } from '../../shared/memory/stream.ts';
import { MAX_EVENTS } from '../../shared/steps/ingest/app.ts';
import { MAX_BODY_BYTES } from '../../shared/steps/ingest/body.ts';
import { cloudEvent, door, onStream } from './given.ts';

const CE = 'application/cloudevents+json';
const BATCH = 'application/cloudevents-batch+json';
const JSON_TYPE = 'application/json';
const NDJSON = 'application/x-ndjson';
const event = (over = {}): string => JSON.stringify(cloudEvent(over));
const accepted = (id: string) => ({ status: 'accepted', id });

describe('events that are taken', () => {
  test('a structured CloudEvent goes on the stream as it came, under the key that its schema marks', async () => {
    const { log, post } = door();
    const text = `{ "id":"o-1", "specversion":"1.0","source":"/s","type":"order.v1","data":{"visitor":"ann","total":1.10}}`;
    const { status, body } = await post('/events', CE, text);
    expect({ status, body }).toEqual({
      status: 202,
      body: { accepted: 1, rejected: 0, notStored: 0, events: [accepted('o-1')] },
    });
    expect(onStream(log).map(({ key, text }) => ({ key, text }))).toEqual([{ key: 'ann', text }]);
  });

  test.each([
    ['partitionkey before all', { partitionkey: 'p', subject: 's' }, 'p'],
    ['then x-key', { subject: 's' }, 'ann'],
    ['then subject', { subject: 's', data: {} }, 's'],
    ['then id', { data: {} }, 'o-1'],
    ['a number as x-key', { data: { visitor: 7 } }, '7'],
    ['an object is no key', { data: { visitor: {} } }, 'o-1'],
  ])('the key: %s', async (_, over, key) => {
    const { log, post } = door();
    await post('/events', CE, event(over));
    expect(onStream(log).map((e) => e.key)).toEqual([key]);
  });

  test('plain JSON with an x-id is told that id', async () => {
    const { log, post } = door();
    const { body } = await post('/events/order.v1', JSON_TYPE, '{"order_id":"o-9","visitor":"ann","total":1.10}', {
      'x-event-source': '/till/3',
    });
    expect(body.events).toEqual([accepted('o-9')]);
    expect(onStream(log)[0]?.text).toBe(
      '{"plain":1,"type":"order.v1","source":"/till/3","data":{"order_id":"o-9","visitor":"ann","total":1.10}}',
    );
  });

  test('plain JSON without an x-id is told its place on the stream', async () => {
    const { log, post } = door({ shards: 4 });
    const visitors = ['ann', 'bob', 'cy', 'dan', 'eve', 'ann'];
    const lines = visitors.map((visitor, n) => JSON.stringify({ visitor, n }));
    const { status, body } = await post('/events/page_view.v1', NDJSON, lines.join('\n'));
    const place = new Map(onStream(log).map((e) => [JSON.parse(e.text).data.n, `${e.shard}:${e.seq}:${e.index}`]));
    expect(status).toBe(202);
    expect(body.events).toEqual(lines.map((_, n) => accepted(place.get(n) ?? '')));
  });

  test.each([
    [
      'binary',
      '/events',
      { 'ce-specversion': '1.0', 'ce-id': 'b', 'ce-source': '/s', 'ce-type': 'note.v1' },
      '{"a":1}',
    ],
    ['batched', '/events', { 'content-type': BATCH }, `[${event()},${event({ id: 'o-2' })}]`],
    ['a CloudEvent as plain JSON', '/events', { 'content-type': JSON_TYPE }, event()],
    ['CloudEvents, a line each', '/events', { 'content-type': NDJSON }, `${event()}\r\n\n${event({ id: 'x' })}\n`],
    ['plain, type in a header', '/events', { 'content-type': JSON_TYPE, 'x-event-type': 'note.v1' }, '[1,"two",null]'],
    ['a path that agrees', '/events/order.v1', { 'content-type': CE }, event()],
    ['a byte order mark', '/events', { 'content-type': CE }, `\ufeff${event()}`],
    ['a charset', '/events', { 'content-type': `${CE}; charset="UTF-8"` }, event()],
  ])('%s', async (_, path, headers, body) => {
    const { log, ask } = door();
    const reply = await ask('POST', path, headers as Record<string, string>, body);
    expect(reply.status).toBe(202);
    expect(reply.body.accepted).toBe(reply.body.events.length);
    expect(onStream(log).length).toBe(reply.body.accepted);
  });

  test('gzip is unpacked', async () => {
    const { log, post } = door();
    const reply = await post('/events', CE, gzipSync(event()), { 'content-encoding': 'gzip' });
    expect([reply.status, onStream(log)[0]?.text]).toEqual([202, event()]);
  });

  test('what only the schema refuses is taken here: validate says so later, for every way in', async () => {
    const { post } = door();
    expect((await post('/events', CE, event({ data: 'not an order' }))).status).toBe(202);
  });
});

describe('mixed requests', () => {
  test('207: each event has its own answer, and only the good ones are on the stream', async () => {
    const { log, post } = door();
    const lines = [event(), '{"broken', event({ id: '' }), event({ id: 'o-4', type: 'ordr.v1' }), event({ id: 'o-5' })];
    const { status, body } = await post('/events', NDJSON, lines.join('\n'));
    expect(status).toBe(207);
    expect(body).toMatchObject({ accepted: 2, rejected: 3, notStored: 0 });
    expect(body.events).toMatchObject([
      accepted('o-1'),
      { status: 'rejected', rule: 'body.not-json' },
      { status: 'rejected', rule: 'event.no-id', field: '/id' },
      { status: 'rejected', rule: 'event.unknown-type', field: '/type', id: 'o-4' },
      accepted('o-5'),
    ]);
    expect(body.events[3].reason).toContain('did you mean "order.v1"');
    expect(onStream(log).map((e) => JSON.parse(e.text).id)).toEqual(['o-1', 'o-5']);
  });
});

describe('requests of which nothing is taken', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  test.each<[string, string, Record<string, string>, string | Uint8Array, number, string]>([
    ['no JSON', '/events', { 'content-type': CE }, '{"a":', 400, 'body.not-json'],
    [
      'no events of a type nobody deployed',
      '/events/nothing.v1',
      { 'content-type': JSON_TYPE },
      '[]',
      400,
      'event.unknown-type',
    ],
    ['empty', '/events', { 'content-type': JSON_TYPE }, '', 400, 'body.empty'],
    ['no lines', '/events', { 'content-type': NDJSON }, '\n\r\n', 400, 'body.empty'],
    ['too deep', '/events', { 'content-type': JSON_TYPE }, deep, 400, 'body.too-deep'],
    ['not UTF-8', '/events', { 'content-type': CE }, Uint8Array.of(0x22, 0xff, 0x22), 400, 'body.not-utf8'],
    ['a batch that is no array', '/events', { 'content-type': BATCH }, event(), 400, 'event.not-an-event'],
    ['not gzip', '/events', { 'content-type': CE, 'content-encoding': 'gzip' }, event(), 400, 'body.bad-gzip'],
    ['brotli', '/events', { 'content-type': CE, 'content-encoding': 'br' }, event(), 415, 'request.encoding'],
    [
      'gzip twice',
      '/events',
      { 'content-type': CE, 'content-encoding': 'gzip, gzip' },
      event(),
      415,
      'request.encoding',
    ],
    ['a form', '/events', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=1', 415, 'request.media-type'],
    ['no media type', '/events', { 'content-type': '' }, event(), 415, 'request.media-type'],
    ['XML events', '/events', { 'content-type': 'application/cloudevents+xml' }, '<e/>', 415, 'request.media-type'],
    ['latin-1', '/events', { 'content-type': `${CE}; charset=iso-8859-1` }, event(), 415, 'request.media-type'],
    ['too many', '/events', { 'content-type': NDJSON }, '1\n'.repeat(MAX_EVENTS + 1), 413, 'request.too-many'],
    ['too many', '/events', { 'content-type': JSON_TYPE }, `[${'1,'.repeat(MAX_EVENTS)}1]`, 413, 'request.too-many'],
    ['too large', '/events', { 'content-type': CE }, new Uint8Array(MAX_BODY_BYTES + 1), 413, 'body.too-large'],
    [
      'a gzip bomb',
      '/events',
      { 'content-type': CE, 'content-encoding': 'gzip' },
      gzipSync(Buffer.alloc(64 * 1024 * 1024)),
      413,
      'body.gzip-bomb',
    ],
  ])('%s', async (_, path, headers, body, status, rule) => {
    const { log, ask } = door();
    const reply = await ask('POST', path, headers, body);
    expect({ status: reply.status, rule: reply.body.rule }).toEqual({ status, rule });
    expect(onStream(log)).toEqual([]);
  });

  test.each<[string, string, Record<string, string>, string, string]>([
    ['a CloudEvent without an id', '/events', { 'content-type': CE }, event({ id: undefined }), 'event.no-id'],
    ['an old version', '/events', { 'content-type': CE }, event({ specversion: '0.3' }), 'event.bad-attribute'],
    ['an id that is no text', '/events', { 'content-type': CE }, event({ id: 7 }), 'event.bad-attribute'],
    ['an array as an event', '/events', { 'content-type': CE }, '[]', 'event.not-an-event'],
    ['a type nobody deployed', '/events/nothing.v1', { 'content-type': JSON_TYPE }, '{}', 'event.unknown-type'],
    ['__proto__ as a type', '/events/__proto__', { 'content-type': JSON_TYPE }, '{}', 'event.unknown-type'],
    ['plain without a type', '/events', { 'content-type': JSON_TYPE }, '{}', 'event.unknown-type'],
    ['a path that disagrees', '/events/note.v1', { 'content-type': CE }, event(), 'event.bad-attribute'],
    [
      'binary without a source',
      '/events',
      { 'ce-specversion': '1.0', 'ce-id': 'a', 'ce-type': 'note.v1' },
      '1',
      'event.bad-attribute',
    ],
    [
      'binary with broken data',
      '/events',
      { 'content-type': JSON_TYPE, 'ce-specversion': '1.0', 'ce-id': 'a', 'ce-source': '/', 'ce-type': 'note.v1' },
      '{',
      'body.not-json',
    ],
    [
      'larger than a record',
      '/events/note.v1',
      { 'content-type': JSON_TYPE },
      JSON.stringify('x'.repeat(1_048_577)),
      'body.too-large',
    ],
    [
      'a source that is no URI',
      '/events/note.v1',
      { 'content-type': JSON_TYPE, 'x-event-source': 'a b' },
      '1',
      'event.bad-attribute',
    ],
  ])('%s', async (_, path, headers, body, rule) => {
    const { log, ask } = door();
    const reply = await ask('POST', path, headers, body);
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ accepted: 0, rejected: 1, events: [{ status: 'rejected', rule }] });
    expect(onStream(log)).toEqual([]);
  });
});

describe('a stream that does not take them', () => {
  const refusing = (code: string) => ({
    stream: (log: Parameters<typeof memoryStream>[0]) => memoryStream(log, { refuse: () => code }),
  });
  test.each([
    ['throttled', refusing('ProvisionedThroughputExceededException'), 429, 'not-stored', 'stream.throttled'],
    ['failing inside', refusing('InternalFailure'), 503, 'not-stored', 'stream.unavailable'],
    [
      'without an answer',
      {
        stream: (log: Parameters<typeof memoryStream>[0]) => ({
          ...memoryStream(log),
          put: async () => Promise.reject(new Error('socket hang up')),
        }),
      },
      503,
      'unknown',
      'stream.unavailable',
    ],
    [
      'without a list of shards',
      {
        stream: (log: Parameters<typeof memoryStream>[0]) => ({
          ...memoryStream(log),
          shards: async () => Promise.reject(new Error('no route')),
        }),
      },
      503,
      'not-stored',
      'stream.unavailable',
    ],
  ])('%s', async (_, options, status, said, rule) => {
    const { post } = door(options);
    const reply = await post('/events', NDJSON, `${event()}\n{"broken`);
    expect(reply.status).toBe(status);
    expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(reply.body).toMatchObject({
      accepted: 0,
      rejected: 1,
      notStored: 1,
      events: [{ status: said, rule, id: 'o-1' }, { status: 'rejected' }],
    });
  });
});

describe('other requests', () => {
  test.each([
    ['GET', '/events', 'POST'],
    ['DELETE', '/events/order.v1', 'POST'],
    ['PUT', '/openapi.json', 'GET, HEAD'],
    ['POST', '/health', 'GET, HEAD'],
    ['OPTIONS', '/events', 'POST'],
  ])('%s %s is 405 and says what is allowed', async (method, path, allow) => {
    const reply = await door().ask(method, path);
    expect([reply.status, reply.headers.get('allow'), reply.body.rule]).toEqual([405, allow, 'request.method']);
  });

  test('an unknown path is 404, in JSON', async () => {
    const { ask } = door();
    for (const path of ['/', '/event', '/events/a/b']) expect((await ask('GET', path)).status).toBe(404);
  });

  test('health and description', async () => {
    const { ask } = door();
    expect((await ask('GET', '/health')).body).toEqual({ status: 'ok' });
    expect((await ask('HEAD', '/health')).status).toBe(200);
    const description = (await ask('GET', '/openapi.json')).body;
    expect(description.openapi).toBe('3.1.0');
    expect(description.paths['/events/{type}'].post.parameters[0].schema.enum).toContain('order.v1');
  });
});
