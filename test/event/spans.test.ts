import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../shared/event/cloud-event.ts';
import { parseJson } from '../../shared/event/json.ts';
import { NO_ANSWER, quoteFinder } from '../../shared/event/quotes.ts';
import { type SpanReader, spanReader } from '../../shared/event/spans.ts';
import { utf8 } from './given.ts';
import { documentOf } from './scan-documents.ts';

const WANTED = { attributes: ['time', 'type', 'subject'], data: ['page', 'no', 'total', 'placed', '__proto__'] };
const readers = { 'by quotes': spanReader(WANTED)!, 'byte by byte': spanReader(WANTED, false)! };

/** The wanted values where they stand; null: the walk is not sure. */
const foundBy =
  (reader: SpanReader) =>
  (bytes: Uint8Array): readonly (Json | undefined)[] | null => {
    const spans = new Int32Array(2 * reader.width).fill(7);
    if (!reader.read(bytes, spans)) return null;
    return Array.from({ length: reader.width }, (_, i) => {
      const [at, end] = [spans[2 * i] as number, spans[2 * i + 1] as number];
      if (at === end) return undefined;
      const parsed = parseJson(bytes.subarray(at, end));
      if (!parsed.ok) throw new Error(`${parsed.cause}: ${Buffer.from(bytes.subarray(at, end))}`);
      return parsed.value;
    });
  };

const field = (json: Json | undefined, name: string): Json | undefined =>
  typeof json === 'object' && json !== null && !Array.isArray(json) && Object.hasOwn(json, name)
    ? (json as Record<string, Json>)[name]
    : undefined;
/** The same by parsing the whole event; null: it is no JSON. */
const plain = (bytes: Uint8Array): readonly (Json | undefined)[] | null => {
  const parsed = parseJson(bytes);
  if (!parsed.ok) return null;
  const data = field(parsed.value, 'data');
  return [...WANTED.attributes.map((n) => field(parsed.value, n)), ...WANTED.data.map((n) => field(data, n))];
};
const event = (data: string, more = '') => utf8(`{"type":"t","time":"2026-03-01T11:59:00.250Z",${more}"data":${data}}`);

describe.each(Object.entries(readers))('the places of wanted fields, %s,', (_name, reader) => {
  const found = foundBy(reader);
  test.each<[string, Uint8Array]>([
    ['texts, numbers, literals', event('{"page":"/a","total":-12.5e1,"no":null,"placed":true,"other":[1,{"page":2}]}')],
    ['a name twice: the last counts', event('{"page":"/a","page":"/b"}', '"subject":"x","subject":"y",')],
    ['data twice: nothing of the first is left', event('{"page":"/a"}', '"data":{"no":1},')],
    ['data twice, the second no object', event('7', '"data":{"no":1},')],
    ['brackets and quotes inside texts', event('{"x":"}],\\"{[","page":"a\\\\","no":"\\"","y":["]\\"["],"total":1}')],
    ['other scripts', event('{"page":"東京","наме":"é"}')],
    ['objects and lists whole', event('{"no":{"a":[1,2,{"b":"c"}]},"page":["x"],"z":{}}')],
    ['white space anywhere', utf8('{ "time" : "x" ,\n"data" : { "page" : 1 , "no" :\t2 } }')],
    ['data that is no object', event('[1,2]')],
    ['no data', utf8('{"time":"t"}')],
    ['nothing', utf8('{}')],
    ['a name of the prototype', event('{"__proto__":{"page":1},"page":"/a"}')],
    ['long numbers', event('{"no":12345678901234567890,"total":0.1234567890123456789}')],
  ])('%s', (_, bytes) => {
    expect(found(bytes)).not.toBeNull();
    expect(found(bytes)).toEqual(plain(bytes));
  });

  test.each<[string, Uint8Array]>([
    ['an escape in a name', event('{"p\\u0061ge":"/a"}')],
    ['bytes behind the event', utf8(`${Buffer.from(event('{}')).toString()}x`)],
    ['an event cut off', event('{"page":"/a"}').subarray(0, -3)],
    ['an event cut off in a text', event('{"page":"/a"}').subarray(0, -5)],
    ['a list', utf8('[1]')],
  ])('%s is left to the plain way', (_, bytes) => expect(found(bytes)).toBeNull());

  test('of ten thousand bent documents, where they are JSON, are those of JSON.parse', () => {
    let sure = 0;
    for (let seed = 1; seed <= 10_000; seed++) {
      const { bytes } = documentOf(seed);
      const expected = plain(bytes);
      // What is no JSON does not stand in a stream of ours.
      const places = expected === null ? null : found(bytes);
      if (places === null) continue;
      sure++;
      expect(places, `seed ${seed}: ${bytes}`).toEqual(expected);
    }
    expect(sure).toBeGreaterThan(3_000);
  });

  test('of any JSON are those of JSON.parse', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...WANTED.data, 'x', '', 'y\\"'), fc.jsonValue()), (data) => {
        const bytes = event(JSON.stringify(data));
        const places = found(bytes);
        if (places !== null) expect(places).toEqual(plain(bytes));
      }),
    );
  });
});

test('too many names, and data as an attribute, are read the plain way', () => {
  expect(spanReader({ attributes: ['data'], data: [] })).toBeUndefined();
  expect(spanReader({ attributes: [], data: Array.from({ length: 101 }, (_, i) => `f${i}`) })).toBeUndefined();
});

test('the quotes of any event without backslashes are found', () => {
  const finder = quoteFinder();
  if (finder === null) throw new Error('this Node has no vectors');
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('"', '"', 'a', '東', '{', '\\'), maxLength: 200 }), (text) => {
      const bytes = utf8(text);
      const expected = [...bytes].flatMap((c, i) => (c === 0x22 ? [i] : []));
      const n = finder.find(bytes);
      if (text === '' || text.includes('\\')) expect(n).toBe(NO_ANSWER);
      else expect([...finder.places.subarray(0, n)]).toEqual(expected);
    }),
    { numRuns: 1_000 },
  );
  expect(finder.find(utf8('"'.repeat(32_768)))).toBe(32_768);
  expect(finder.find(utf8('"'.repeat(32_769)))).toBe(NO_ANSWER);
});

test('a long event and one with escapes are walked byte by byte', () => {
  const reader = readers['by quotes'];
  for (const page of ['a'.repeat(40_000), '\\"'])
    expect(foundBy(reader)(event(`{"page":"${page}","no":1}`))).toEqual(plain(event(`{"page":"${page}","no":1}`)));
});
