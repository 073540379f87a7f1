import { CloudEvent, HTTP, type Message } from 'cloudevents';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bindHttp } from '../../shared/event/http-binding.ts';
import type { Received } from '../../shared/event/received.ts';
import { TYPES } from './given.ts';

const bind = (headers: Readonly<Record<string, string>>, body: string | Uint8Array, type?: string) =>
  bindHttp(
    { headers: new Headers(headers), body: Buffer.from(body), ...(type === undefined ? {} : { type }) },
    TYPES,
    1_000,
  );

const oneOf = (bound: ReturnType<typeof bind>): Received => {
  if (bound.kind !== 'events' || bound.events.length !== 1) throw new Error(JSON.stringify(bound));
  return bound.events[0] as Received;
};
const textOf = (received: Received): string => {
  if (received.kind !== 'event') throw new Error(JSON.stringify(received));
  return Buffer.from(received.bytes).toString();
};

/** What the package sent, as we would write it on the stream. */
const ours = ({ headers, body }: Message): string =>
  textOf(oneOf(bind(headers as Record<string, string>, (body ?? '') as string)));
/** What we wrote, as the package reads it. */
const theirs = (text: string): unknown =>
  (
    HTTP.toEvent({ headers: { 'content-type': 'application/cloudevents+json' }, body: text }) as CloudEvent<unknown>
  ).toJSON();

describe('with the package `cloudevents` on the other side', () => {
  const json = fc.jsonValue({ maxDepth: 3 }).filter((v) => v !== null && typeof v === 'object');
  const word = fc.stringMatching(/^[a-zA-Z0-9/_.-]{1,20}$/);
  const sample = fc.record(
    {
      id: word,
      source: word,
      type: fc.constantFrom(...Object.keys(TYPES)),
      subject: word,
      time: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }).map((d) => d.toISOString()),
      dataschema: word.map((w) => `https://schemas.example/${w}`),
      partitionkey: word,
      shopregion: word,
      data: json,
    },
    { requiredKeys: ['id', 'source', 'type'] },
  );
  const event = (attributes: object) => new CloudEvent({ datacontenttype: 'application/json', ...attributes });
  const plain = (e: CloudEvent<unknown>): unknown => JSON.parse(JSON.stringify(e.toJSON()));

  test.each([
    ['binary', HTTP.binary],
    ['structured', HTTP.structured],
  ] as const)('%s: we read what it writes, and it reads what we wrote', (_, write) => {
    fc.assert(
      fc.property(sample, (attributes) => {
        const sent = event(attributes);
        const text = ours(write(sent) as Message);
        expect(JSON.parse(text)).toEqual(plain(sent));
        expect(JSON.parse(JSON.stringify(theirs(text)))).toEqual(plain(sent));
      }),
      { numRuns: 150 },
    );
  });

  test('a batch', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 5 }), (all) => {
        const sent = all.map(event);
        const bound = bind({ 'content-type': 'application/cloudevents-batch+json' }, JSON.stringify(sent));
        if (bound.kind !== 'events') throw new Error(bound.cause);
        expect(bound.events.map((e) => JSON.parse(textOf(e)))).toEqual(sent.map(plain));
      }),
      { numRuns: 50 },
    );
  });
});

describe('binary mode, by the HTTP binding', () => {
  const ce = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/s', 'ce-type': 'note.v1' };
  const received = (headers: Record<string, string>, body: string | Uint8Array = '') =>
    oneOf(bind({ ...ce, ...headers }, body));
  const read = (headers: Record<string, string>, body: string | Uint8Array = '') =>
    JSON.parse(textOf(received(headers, body)));

  test.each([
    ["the specification's example", 'Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
    ['quotes of old senders', '"a \\"b\\" %20c"', 'a "b"  c'],
    ['plain text', 'as it is', 'as it is'],
    ['a % that escapes nothing', '100% sure', '100% sure'],
    ['lower-case hex', '%e2%82%ac', '€'],
  ])('attribute values: %s', (_, value, text) => {
    expect(read({ 'ce-subject': value }).subject).toBe(text);
  });

  test.each([
    ['octets that are no UTF-8', { 'ce-subject': '%FF' }],
    ['an over-long form', { 'ce-subject': '%C0%A0' }],
    ['a name with a dash', { 'ce-my-name': 'x' }],
    ['__proto__', { 'ce-__proto__': 'x' }],
    ['data as a header', { 'ce-data': 'x' }],
    ['a control character', { 'ce-subject': 'a%00b' }],
  ])('refused: %s', (_, headers) => {
    expect(received(headers)).toMatchObject({ kind: 'reject', rule: 'event.bad-attribute' });
  });

  test.each<[string, Record<string, string>, string | Uint8Array, object]>([
    [
      'JSON',
      { 'content-type': 'application/json' },
      '{"a":[1]}',
      { datacontenttype: 'application/json', data: { a: [1] } },
    ],
    ['JSON of a vendor', { 'content-type': 'application/x+json' }, '"a"', { data: 'a' }],
    ['JSON when nothing is said', {}, '[1]', { data: [1] }],
    ['text', { 'content-type': 'text/plain' }, '{"no JSON', { datacontenttype: 'text/plain', data: '{"no JSON' }],
    ['bytes', { 'content-type': 'image/png' }, Uint8Array.of(255, 0), { data_base64: '/wA=' }],
    ['nothing', { 'content-type': 'application/json' }, '', { datacontenttype: 'application/json' }],
  ])('the body is %s', (_, headers, body, expected) => {
    const { data, data_base64, datacontenttype } = read(headers, body);
    expect({ data, data_base64, datacontenttype }).toMatchObject(expected);
  });

  test('no digit of a number is lost', () => {
    expect(textOf(received({}, '{"n":12345678901234567890.10}'))).toContain('"data":{"n":12345678901234567890.10}}');
  });
});

describe('hostile bodies never throw', () => {
  const types = [
    'application/json',
    'application/x-ndjson',
    'application/cloudevents+json',
    'application/cloudevents-batch+json',
  ];
  test.each([...types, 'text/plain'])('%s', (contentType) => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          fc.json().map((t) => Buffer.from(t)),
        ),
        fc.constantFrom(undefined, 'note.v1', 'order.v1', 'constructor', ''),
        fc.boolean(),
        (body, type, binary) => {
          const headers = { 'content-type': contentType, ...(binary ? { 'ce-id': '1', 'ce-type': 'note.v1' } : {}) };
          const bound = bind(headers, body, type);
          expect(['events', 'broken', 'unsupported']).toContain(bound.kind);
        },
      ),
      { numRuns: 150 },
    );
  });

  test.each([
    ['names of Object.prototype', '{"__proto__":{"visitor":"x"},"constructor":1,"toString":1,"order_id":"o"}'],
    ['a key that is an object with toString', '{"visitor":{"toString":1,"valueOf":1},"order_id":"o"}'],
  ])('%s: taken as plain data, under its id', (_, body) => {
    const received = oneOf(bind({ 'content-type': 'application/json' }, body, 'order.v1'));
    expect(received).toMatchObject({ kind: 'event', id: 'o', key: 'o' });
  });
});
