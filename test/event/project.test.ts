import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../shared/event/cloud-event.ts';
import { parseRfc3339 } from '../../shared/event/instant.ts';
import { parseJson } from '../../shared/event/json.ts';
import { projectorOf } from '../../shared/event/project.ts';
import { utf8 } from './given.ts';
import { documentOf } from './scan-documents.ts';

const WANTED = { attributes: ['type', 'source', 'id', 'subject'], data: ['page', 'no', 'total', 'placed', 'more'] };
const project = projectorOf(WANTED)!;

const own = (from: Record<string, Json>, names: readonly string[]) =>
  Object.fromEntries(names.filter((n) => Object.hasOwn(from, n)).map((n) => [n, from[n] as Json]));

/** What the plain way sees of the wanted fields. */
const plain = (bytes: Uint8Array) => {
  const parsed = parseJson(bytes);
  if (!parsed.ok) return undefined;
  const whole = parsed.value as Record<string, Json>;
  const event = own(whole, [...WANTED.attributes, 'time', 'data']);
  const { data } = event;
  if (typeof data === 'object' && data !== null && !Array.isArray(data))
    event.data = own(data as Record<string, Json>, WANTED.data);
  return { event, time: parseRfc3339(String(whole.time)) };
};
const event = (data: string, more = '') =>
  utf8(`{"id":"e1","source":"/s","type":"t","time":"2026-03-01T11:59:00.250Z",${more}"data":${data}}`);

describe('the wanted fields of an event', () => {
  test.each<[string, Uint8Array]>([
    ['texts, numbers, literals', event('{"page":"/a","total":-12.5e1,"no":null,"more":true,"other":[1,{"page":2}]}')],
    ['a name twice: the last counts', event('{"page":"/a","page":"/b"}', '"subject":"x","subject":"y",')],
    ['data twice', event('{"page":"/a"}', '"data":{"no":1},')],
    ['time twice', event('{}', '"time":"2027-01-01T00:00:00.000Z",')],
    ['escapes and other scripts', event('{"page":"a\\"b\\u00e9","no":"東京"}')],
    ['objects and lists whole', event('{"more":{"a":[1,2,{"b":"c"}]},"page":["x"]}')],
    ['white space anywhere', utf8('{ "time" : "2026-03-01T11:59:00Z" ,\n"data" : { "page" : "/a" } }')],
    ['data that is no object', event('[1,2]')],
    ['no data', utf8('{"time":"2026-03-01T11:59:00+02:00","id":"e"}')],
    ['a name of the prototype', event('{"__proto__":{"page":1},"constructor":2,"page":"/a"}')],
  ])('%s', (_, bytes) => {
    const found = project(bytes);
    expect(found).toBeDefined();
    expect(found).toEqual(plain(bytes));
  });

  test.each<[string, Uint8Array]>([
    ['an escape in a name', event('{"p\\u0061ge":"/a"}')],
    ['an integer beyond 15 digits', event('{"other":9007199254740993}')],
    ['a time of characters that end like digits', event('{}').map((b, i) => (i === 40 ? 0x70 : b))],
    ['bytes behind the event', utf8(`${Buffer.from(event('{}')).toString()}x`)],
    ['no UTF-8', Buffer.concat([event('{}').subarray(0, 8), Buffer.from([0xff]), event('{}').subarray(9)])],
    ['an event cut off', event('{"page":"/a"}').subarray(0, -3)],
  ])('%s is left to the plain way', (_, bytes) => expect(project(bytes)).toBeUndefined());

  test('of ten thousand bent documents are what the plain way reads', () => {
    let fast = 0;
    for (let seed = 1; seed <= 10_000; seed++) {
      const { bytes } = documentOf(seed);
      const found = project(bytes);
      if (found === undefined) continue;
      fast++;
      expect(found, `seed ${seed}: ${bytes}`).toEqual(plain(bytes));
    }
    expect(fast).toBeGreaterThan(3_000);
  });

  test('of any JSON are what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...WANTED.data, 'x', '__proto__', ''), fc.jsonValue()), (data) => {
        const bytes = event(JSON.stringify(data));
        const found = project(bytes);
        if (found !== undefined) expect(found).toEqual(plain(bytes));
      }),
    );
  });
});

test('a field of the name __proto__ is read the plain way', () =>
  expect(projectorOf({ attributes: [], data: ['__proto__'] })).toBeUndefined());
