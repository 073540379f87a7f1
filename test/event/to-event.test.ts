import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../shared/event/cloud-event.ts';
import { parseJson } from '../../shared/event/json.ts';
import { MAX_EVENT_BYTES } from '../../shared/event/limits.ts';
import { toEvent } from '../../shared/event/to-event.ts';
import { ARRIVAL, at, context, json, utf8 } from './given.ts';

const event = (changes: Record<string, unknown> = {}) => ({
  specversion: '1.0',
  id: 'e1',
  source: '/shop/berlin',
  type: 'visit.v1',
  time: '2026-03-01T11:59:00.000Z',
  data: { page: '/a' },
  ...changes,
});
const passed = (input: unknown) => {
  const result = toEvent(json(input), context);
  if (result.kind !== 'event') throw new Error(`${result.rule}: ${result.cause}`);
  return result;
};
const door = (bytes: Uint8Array) => {
  const result = toEvent(bytes, context);
  return result.kind === 'event' ? 'passed' : `${result.rule} ${result.field ?? ''}`.trim();
};

describe('a CloudEvent', () => {
  test('that is complete goes on with the bytes that came', () => {
    const bytes = json(event());
    expect(toEvent(bytes, context)).toEqual({ kind: 'event', event: event(), time: at('2026-03-01T11:59:00Z'), bytes });
    const result = toEvent(bytes, context);
    expect(result.kind === 'event' && result.bytes).toBe(bytes);
  });

  test('with time in another form is written anew: attributes first, extensions kept, data last', () => {
    const result = passed({ zone: 'eu', ...event({ time: '2026-03-01T12:59:00+01:00' }) });
    expect(Buffer.from(result.bytes).toString()).toBe(
      '{"specversion":"1.0","id":"e1","source":"/shop/berlin","type":"visit.v1","time":"2026-03-01T11:59:00.000Z","zone":"eu","data":{"page":"/a"}}',
    );
    expect(result.event).toEqual(JSON.parse(Buffer.from(result.bytes).toString()));
  });

  test.each([
    ['its own time', {}, '2026-03-01T11:59:00.000Z'],
    ['its arrival when it has none', { time: undefined }, '2026-03-01T12:00:00.000Z'],
    ['its arrival when it is null', { time: null }, '2026-03-01T12:00:00.000Z'],
    ['the marked field', { type: 'order.v1', data: { placed_at: '2026-02-28 23:00:00' } }, '2026-02-28T23:00:00.000Z'],
    ['milliseconds', { type: 'order.v1', data: { placed_at: 1_772_366_340_000 } }, '2026-03-01T11:59:00.000Z'],
    ['its own time when the marked field is missing', { type: 'order.v1', data: {} }, '2026-03-01T11:59:00.000Z'],
    [
      'its own time when the marked field is null',
      { type: 'order.v1', data: { placed_at: null } },
      '2026-03-01T11:59:00.000Z',
    ],
    [
      'a nested field',
      { type: 'reading.v1', data: { meta: { ts: '2026-03-01T00:00:00Z' } } },
      '2026-03-01T00:00:00.000Z',
    ],
    ['the last instant allowed ahead', { time: '2026-03-01T12:05:00Z' }, '2026-03-01T12:05:00.000Z'],
    ['the first year', { time: '0001-01-01T00:00:00Z' }, '0001-01-01T00:00:00.000Z'],
  ])('takes %s as event time', (_, changes, time) => {
    const result = passed(event(changes));
    expect(result.event.time).toBe(time);
    expect(result.time).toBe(at(time));
  });

  test('with data in base64 has JSON data afterwards', () => {
    const coded = Buffer.from('{"big":12345678901234567890}').toString('base64');
    const result = passed({
      ...event(),
      data: undefined,
      data_base64: coded,
      datacontenttype: 'application/x+json; charset=utf-8',
    });
    expect(result.event.data).toEqual({ big: 12345678901234567890n });
    expect(Buffer.from(result.bytes).toString()).toContain('"data":{"big":12345678901234567890}');
    expect(result.event.data_base64).toBeUndefined();
  });

  test('leaves out attributes that are null', () => {
    expect(passed(event({ subject: null })).event).toEqual(event());
  });

  test('cannot pass for a record of the streams inside', () => {
    const text = `{"millrace":"mark",${JSON.stringify(event()).slice(1)}`;
    const result = toEvent(utf8(text), context);
    expect(result.kind === 'event' && Buffer.from(result.bytes).toString()).toMatch(/^\{"specversion"/);
  });

  test('keeps a name __proto__ in its data, and harms nobody', () => {
    const text = JSON.stringify(event({ time: '2026-03-01T11:59:00Z' })).replace(
      '"page"',
      '"__proto__":{"admin":true},"page"',
    );
    const result = toEvent(utf8(text), context);
    expect(result.kind === 'event' && Buffer.from(result.bytes).toString()).toContain(
      '{"__proto__":{"admin":true},"page":"/a"}',
    );
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('a plain event', () => {
  const plain = (type: string, data: unknown) => ({ plain: 1, type, source: '/app', data });
  test.each([
    ['the marked field', plain('order.v1', { order_no: 'A-1' }), 'A-1'],
    ['a number as text', plain('order.v1', { order_no: 17 }), '17'],
    ['its position when nothing is marked', plain('visit.v1', {}), 'shard-0:49:0'],
    ['its position when the field is missing', plain('order.v1', {}), 'shard-0:49:0'],
    ['its position when the field is empty', plain('order.v1', { order_no: '' }), 'shard-0:49:0'],
  ])('takes %s for its id', (_, input, id) => {
    expect(passed(input).event).toMatchObject({
      specversion: '1.0',
      id,
      type: input.type,
      source: '/app',
      data: input.data,
    });
  });
  test('of more digits than a double holds keeps them in its id', () => {
    const result = toEvent(
      utf8('{"plain":1,"type":"order.v1","source":"/app","data":{"order_no":12345678901234567890}}'),
      context,
    );
    expect(result.kind === 'event' && result.event.id).toBe('12345678901234567890');
  });
  test.each([
    ['a field more', { ...plain('visit.v1', {}), id: 'x' }, 'event.not-an-event'],
    ['no source', { plain: 1, type: 'visit.v1', data: {} }, 'event.not-an-event'],
    ['an empty type', plain('', {}), 'event.bad-attribute /type'],
    ['a source that is no URI', { ...plain('visit.v1', {}), source: 'a b' }, 'event.bad-attribute /source'],
    ['an unknown type', plain('visit.v2', {}), 'event.unknown-type /type'],
    ['a control character as id', plain('order.v1', { order_no: '\u0000' }), 'event.bad-attribute /id'],
  ])('with %s is rejected', (_, input, expected) => {
    expect(door(json(input))).toBe(expected);
  });
});

describe('rejected', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['no id', { id: undefined }, 'event.no-id /id'],
    ['an empty id', { id: '' }, 'event.no-id /id'],
    ['a null id', { id: null }, 'event.no-id /id'],
    ['a numeric id', { id: 7 }, 'event.bad-attribute /id'],
    ['a version to come', { specversion: '2.0' }, 'event.bad-attribute /specversion'],
    ['no source', { source: undefined }, 'event.bad-attribute /source'],
    ['an empty source', { source: '' }, 'event.bad-attribute /source'],
    ['a source with a broken escape', { source: '/a%zz' }, 'event.bad-attribute /source'],
    ['a source with two fragments', { source: '/a#b#c' }, 'event.bad-attribute /source'],
    ['no type', { type: undefined }, 'event.bad-attribute /type'],
    ['a relative dataschema', { dataschema: '/schema' }, 'event.bad-attribute /dataschema'],
    ['a content type that is none', { datacontenttype: 'json' }, 'event.bad-attribute /datacontenttype'],
    ['an empty subject', { subject: '' }, 'event.bad-attribute /subject'],
    ['an empty partition key', { partitionkey: '' }, 'event.bad-attribute /partitionkey'],
    ['a capital in a name', { traceParent: 'x' }, 'event.bad-attribute /traceParent'],
    ['an object as extension', { ext: {} }, 'event.bad-attribute /ext'],
    ['a fraction as extension', { ext: 1.5 }, 'event.bad-attribute /ext'],
    ['2^31 as extension', { ext: 2147483648 }, 'event.bad-attribute /ext'],
    ['a control character', { subject: 'a\u0007' }, 'event.bad-attribute /subject'],
    ['half a surrogate pair', { subject: '\ud800' }, 'event.bad-attribute /subject'],
    ['data twice', { data_base64: 'e30=' }, 'event.bad-attribute /data_base64'],
    ['base64 that is none', { data: undefined, data_base64: '@@' }, 'event.bad-attribute /data_base64'],
    ['base64 of no JSON', { data: undefined, data_base64: 'e3t7' }, 'body.not-json /data_base64'],
    [
      'binary data',
      { data: undefined, data_base64: 'e30=', datacontenttype: 'image/png' },
      'event.bad-attribute /datacontenttype',
    ],
    ['an unknown type', { type: 'visit.v2' }, 'event.unknown-type /type'],
    ['a type named like an inherited member', { type: 'toString' }, 'event.unknown-type /type'],
    ['a time that is none', { time: 'yesterday' }, 'event.bad-time /time'],
    ["SQL's form as attribute", { time: '2026-03-01 11:59:00' }, 'event.bad-time /time'],
    [
      'a marked field that is no time',
      { type: 'order.v1', data: { placed_at: '1.3.2026' } },
      'event.bad-time /data/placed_at',
    ],
    ['a fraction of a millisecond', { type: 'order.v1', data: { placed_at: 1.5 } }, 'event.bad-time /data/placed_at'],
    ['a list as time', { type: 'order.v1', data: { placed_at: [] } }, 'event.bad-time /data/placed_at'],
    ['a time ahead of its arrival', { time: '2026-03-01T12:05:00.001Z' }, 'event.future /time'],
    [
      'a time in 2099',
      { type: 'order.v1', data: { placed_at: '2099-01-01T00:00:00Z' } },
      'event.future /data/placed_at',
    ],
    [
      'microseconds for milliseconds',
      { type: 'order.v1', data: { placed_at: 1772366340000000 } },
      'event.future /data/placed_at',
    ],
    ['a time before year 1', { time: '0001-01-01T00:00:00+00:01' }, 'event.ancient /time'],
    ['data that its schema refuses', { type: 'order.v1', data: { total: 'ten' } }, 'schema.mismatch /data/total'],
  ])('%s', (_, changes, expected) => {
    expect(door(json(event(changes)))).toBe(expected);
  });

  test.each<[string, Uint8Array, string]>([
    ['nothing', utf8(''), 'body.empty'],
    ['white space', utf8(' \n'), 'body.empty'],
    ['half an event', utf8('{"specversion":"1.0",'), 'body.not-json'],
    ['invalid UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'body.not-utf8'],
    ['65 lists in one another', utf8('['.repeat(65) + ']'.repeat(65)), 'body.too-deep'],
    ['half a million lists in one another', utf8('['.repeat(500_000)), 'body.too-deep'],
    ['a text', utf8('"hello"'), 'event.not-an-event'],
    ['null', utf8('null'), 'event.not-an-event'],
    ['a list of events', json([event()]), 'event.not-an-event'],
    ['plain JSON without its wrapper', json({ page: '/a' }), 'event.not-an-event'],
    [
      'an event of 1 MiB and a byte',
      utf8(`${JSON.stringify(event())}${' '.repeat(1_048_577 - JSON.stringify(event()).length)}`),
      'body.too-large',
    ],
    ['gzip that breaks off', gzipSync(json(event())).subarray(0, 40), 'body.bad-gzip'],
    ['gzip inside gzip', gzipSync(json(event())), 'body.bad-gzip'],
  ])('%s', (_, bytes, expected) => {
    expect(door(bytes)).toBe(expected);
  });

  test('with what it said of itself, what stood there, and what would work', () => {
    expect(toEvent(json(event({ type: 'vist.v1' })), context)).toEqual({
      kind: 'reject',
      rule: 'event.unknown-type',
      field: '/type',
      value: '"vist.v1"',
      cause: 'no schema for "vist.v1"; did you mean "visit.v1"? known: order.v1, visit.v1, reading.v1',
      id: 'e1',
      source: '/shop/berlin',
      type: 'vist.v1',
    });
    const long = toEvent(json(event({ type: 'order.v1', data: { total: 'x'.repeat(1000) } })), context);
    expect(long).toMatchObject({ rule: 'schema.mismatch', value: `"${'x'.repeat(255)}`, cause: 'must be number' });
  });

  test('when it grows beyond what the next stream takes', () => {
    const input = event({ time: undefined, data: '' });
    const room = MAX_EVENT_BYTES - passed(input).bytes.length;
    expect(door(json({ ...input, data: 'x'.repeat(room) }))).toBe('passed');
    expect(door(json({ ...input, data: 'x'.repeat(room + 1) }))).toBe('body.too-large');
  });
});

test('no bytes make it throw, and what passes is an event again', () => {
  const value = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof({ maxDepth: 3 }, fc.jsonValue(), fc.array(tie('any'), { maxLength: 3 })),
  })).any;
  const attributes = fc.record(
    {
      specversion: fc.constantFrom('1.0', '1.0', '1.0', 1),
      id: fc.oneof(fc.string(), fc.constant('e')),
      source: fc.oneof(fc.webUrl(), fc.string()),
      type: fc.constantFrom('order.v1', 'visit.v1', 'reading.v1', 'nope'),
      time: fc.oneof(
        fc.date({ noInvalidDate: true, max: new Date(ARRIVAL) }).map((d) => d.toISOString()),
        fc.string(),
      ),
      subject: fc.string({ unit: 'binary' }),
      data: value,
      ext: value,
    },
    { requiredKeys: ['specversion', 'id', 'source', 'type'] },
  );
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), attributes.map(json), fc.json().map(utf8)), (bytes) => {
      const result = toEvent(bytes, context);
      if (result.kind === 'reject') return;
      expect(result.time).toBeLessThanOrEqual(ARRIVAL + 300_000);
      expect(parseJson(result.bytes)).toEqual({ ok: true, value: { ...(result.event as JsonObject) } });
      const again = toEvent(result.bytes, context);
      if (again.kind === 'event' && again.time === result.time) expect(again.bytes).toBe(result.bytes);
    }),
    { numRuns: 2_000 },
  );
});
