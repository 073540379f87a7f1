import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { scanOf } from '../../shared/event/scan.ts';
import { compileSchemas } from '../../shared/schema/compile.ts';
import { minutes } from '../../shared/time.ts';
import { load, type Types } from '../schema/given.ts';
import { ARRIVAL, at, json, utf8 } from './given.ts';
import { documentOf, SCHEMAS } from './scan-documents.ts';
import { comparer } from './scan-judge.ts';

let types: Types = {};
beforeAll(async () => {
  types = await load(SCHEMAS);
});

const event = (changes: Record<string, unknown> = {}) => ({
  specversion: '1.0',
  id: 'e1',
  source: '/shop',
  type: 'visit',
  time: '2026-03-01T11:59:00.000Z',
  data: { page: '/a' },
  ...changes,
});
const order = (changes: Record<string, unknown> = {}) =>
  event({ type: 'order', data: { no: 'o1', total: 1, toString: 1, extra: 1, ...changes } });
const ahead = () => minutes(5);
const scanned = (bytes: Uint8Array) => scanOf(types, ahead)(bytes, ARRIVAL);

describe('a scan', () => {
  test('says of an event what the plain path says of it', () => {
    const bytes = json(order({ placed: '2026-03-01T11:59:00.000Z' }));
    const found = scanned(bytes);
    expect(found).toMatchObject({
      kind: 'event',
      time: at('2026-03-01T11:59:00Z'),
      type: 'order',
      id: 'e1',
      source: '/shop',
    });
    expect(found?.bytes).toBe(bytes);
    expect(found?.event).toEqual(JSON.parse(Buffer.from(bytes).toString()));
  });

  test.each<[string, unknown]>([
    ['in any order of its members, data first', Object.fromEntries(Object.entries(event()).reverse())],
    ['with texts in other scripts', event({ subject: 'Zürich', data: { page: '東京' } })],
    ['with escapes in its data', event({ data: { page: 'a"b\n\u0001' } })],
    ['with extensions', event({ traceparent: '00-1', ext: 7, other: true })],
    ['with fields that its schema does not name', event({ data: { more: [{ a: [null] }] } })],
    [
      'with the longest texts and the greatest numbers allowed',
      order({ no: '🚲🚲🚲🚲🚲🚲', total: 999_999.999, count: 9 }),
    ],
    ['with every kind of value of an enum', order({ store: null })],
    ['with a format beyond the scan', order({ ip: '::1' })],
    ['without data to speak of', event({ type: 'reading', data: null })],
  ])('takes an event %s', (_, given) => {
    expect(scanned(json(given))).toBeDefined();
  });

  test.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['an event cut short', JSON.stringify(event()).slice(0, -1)],
    ['something behind it', `${JSON.stringify(event())} x`],
    [
      'a name twice',
      '{"specversion":"1.0","id":"a","id":"b","source":"/s","type":"visit","time":"2026-03-01T11:59:00.000Z","data":{}}',
    ],
    [
      'a field twice',
      '{"specversion":"1.0","id":"a","source":"/s","type":"visit","time":"2026-03-01T11:59:00.000Z","data":{"page":"a","page":"b"}}',
    ],
    [
      'a name in another spelling',
      '{"specversion":"1.0","id":"a","source":"/s","type":"visit","time":"2026-03-01T11:59:00.000Z","data":{"p\\u0061ge":1}}',
    ],
    ['invalid UTF-8', Buffer.from(JSON.stringify(event({ data: { page: 'é' } })), 'latin1')],
    ['a type without schema', JSON.stringify(event({ type: 'nope' }))],
    ['a time in another form, which is written anew', JSON.stringify(event({ time: '2026-03-01T12:59:00+01:00' }))],
    ['a time of its own in the data', JSON.stringify(order({ placed: '2026-03-01T11:00:00.000Z' }))],
    ['a time too far ahead', JSON.stringify(event({ time: '2026-03-01T12:05:00.001Z' }))],
    ['an attribute that is not set', JSON.stringify(event({ subject: null }))],
    ['a text that would be ours', JSON.stringify(event({ millrace: 'stamp' }))],
    [
      'an integer that may need more than a double',
      JSON.stringify(event({ data: { n: 1 } })).replace(':1}', ':1234567890123456}'),
    ],
    [
      'lists in lists',
      JSON.stringify(event({ data: { n: 1 } })).replace(':1}', `:${'['.repeat(61)}${']'.repeat(61)}}`),
    ],
    ['data that its schema refuses', JSON.stringify(order({ total: 1e6 }))],
    ['a field missing', JSON.stringify(order({ no: undefined }))],
    ['a field too many', JSON.stringify(order({ vat: 1 }))],
  ])('leaves %s to the plain path', (_, given) => {
    expect(scanned(typeof given === 'string' ? utf8(given) : given)).toBeUndefined();
  });

  test('takes nothing that the plain path would not pass on with the same bytes, and most of what it would', () => {
    const compare = comparer(types);
    const counts = { passes: 0, fast: 0 };
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { bytes } = documentOf(seed);
        const compared = compare(bytes);
        if (compared.passes) counts.passes++;
        if (compared.fast) counts.fast++;
        expect(compared.wrong, bytes.toString()).toBeUndefined();
      }),
      { numRuns: 5_000 },
    );
    expect(counts.passes).toBeGreaterThan(500);
    expect(counts.fast / counts.passes).toBeGreaterThan(0.85);
  });

  test.each<[string, object, string | null]>([
    ['a plain one', { type: 'object', properties: { a: { minLength: 1 } } }, null],
    ['a format or a choice of one text', { properties: { a: { type: 'string', format: 'email' } } }, null],
    ['a choice of objects', { oneOf: [{ required: ['a'] }, { required: ['b'] }] }, '/oneOf'],
    [
      'a reference to itself',
      { $ref: '#/$defs/a', $defs: { a: { properties: { b: { $ref: '#/$defs/a' } } } } },
      '/$defs/a/properties/b/$ref',
    ],
    ['objects as values', { properties: { a: { const: { b: 1 } } } }, '/properties/a/const'],
    [
      'a rule for names',
      { properties: { a: { type: 'object', patternProperties: {} } } },
      '/properties/a/patternProperties',
    ],
    [
      'more fields than are counted',
      { properties: Object.fromEntries(Array.from({ length: 61 }, (_, i) => [`f${i}`, {}])) },
      '/properties',
    ],
  ])('a schema with %s says whether its events are scanned', (_, schema, slow) => {
    const { types: compiled, errors } = compileSchemas([{ path: 'a.json', text: JSON.stringify(schema) }]);
    expect(errors).toEqual([]);
    expect(compiled[0]?.slow).toBe(slow);
  });
});
