import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonBytes, JsonWriter } from '../../shared/fold/json-bytes.ts';
import { packJson, unpackJson } from '../../shared/fold/pack.ts';

const numbers = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.integer({ min: -1e9, max: 1e9 }).map((n) => n / 100),
  fc.maxSafeInteger().map((n) => n / 100),
  fc.integer({ min: -1e6, max: 1e6 }).map((n) => n / 1000),
  fc
    .tuple(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: -3, max: 3 }))
    .map(([n, more]) => n / 100 + more * 2 ** -46),
  fc.constantFrom(
    0,
    0.01,
    0.1,
    0.005,
    0.015,
    1e13,
    1e13 - 0.01,
    9_999_999_999_999.99,
    1e21,
    1e-7,
    5e-324,
    1.7e308,
    0.29,
    1.005,
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !Object.is(x, -0)),
);

test('a number is written as JSON.stringify writes it', () => {
  const out = new JsonWriter();
  fc.assert(
    fc.property(numbers, (x) => {
      out.number(x);
      expect(Buffer.from(out.take()).toString()).toBe(JSON.stringify(x));
    }),
    { numRuns: 20_000 },
  );
});

test('texts of any length and script are put together, and packed as what they say', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 60_000 }), { maxLength: 8 }), (all) => {
      const out = new JsonWriter();
      out.ascii('[');
      for (const text of all) {
        out.put(Buffer.from(JSON.stringify(text)));
        out.byte(0x2c);
      }
      out.json('"東京"]');
      expect(unpackJson(packJson(new JsonBytes(out.take())))).toEqual([...all, '東京']);
    }),
    { numRuns: 50 },
  );
});
