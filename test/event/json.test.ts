import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../shared/event/cloud-event.ts';
import { MAX_DEPTH, parseJson, stringifyJson } from '../../shared/event/json.ts';
import { utf8 } from './given.ts';

const value = (text: string): Json => {
  const parsed = parseJson(utf8(text));
  if (!parsed.ok) throw new Error(`${parsed.rule}: ${parsed.cause}`);
  return parsed.value;
};
const rule = (bytes: Uint8Array): string => {
  const parsed = parseJson(bytes);
  return parsed.ok ? 'ok' : parsed.rule;
};
const nested = (depth: number, open = '[', close = ']') => open.repeat(depth) + close.repeat(depth);

describe('numbers', () => {
  test.each<[string, Json]>([
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['-9007199254740993', -9007199254740993n],
    ['12345678901234567890', 12345678901234567890n],
    ['0.1234567890123456789', 0.12345678901234568],
    ['1e21', 1e21],
    ['1234567890123456', 1234567890123456],
    ['"12345678901234567890"', '12345678901234567890'],
    ['{"a":[1,{"b":12345678901234567890}]}', { a: [1, { b: 12345678901234567890n }] }],
    ['[1234567890123456789,"x 1234567890123456789",1.5]', [1234567890123456789n, 'x 1234567890123456789', 1.5]],
    [`${'9'.repeat(309)}`, BigInt('9'.repeat(309))],
  ])('%s', (text, expected) => {
    expect(value(text)).toEqual(expected);
    expect(value(`  ${text} `)).toEqual(expected);
  });

  test('of more digits than a double ever has are refused in no time', () => {
    expect(rule(utf8('9'.repeat(1_000_000)))).toBe('body.not-json');
  });

  test('keep all their digits beside texts of digits, whatever stands before them', () => {
    const n = '12345678901234567890';
    for (let before = 0; before < 40; before++) {
      const source = `{"${'r'.repeat(before)}":"${n}","n":${n},"minus":-${n},"list":["${n}",${n}],"quoted":"\\"${n}"}`;
      expect(value(source)).toEqual({
        ['r'.repeat(before)]: n,
        n: BigInt(n),
        minus: -BigInt(n),
        list: [n, BigInt(n)],
        quoted: `"${n}`,
      });
    }
  });

  test('keep all their digits wherever they stand', () => {
    for (let before = 0; before < 40; before++)
      expect(value(`${' '.repeat(before)}9007199254740993`)).toBe(9007199254740993n);
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), fc.nat({ max: 40 }), (n, before) => {
        const read = value(`${' '.repeat(before)}[${n}]`) as readonly (number | bigint)[];
        expect(String(read[0])).toBe(String(n));
      }),
    );
  });
});

describe('the body is refused', () => {
  test.each<[string, Uint8Array, string]>([
    ['empty', utf8(''), 'body.empty'],
    ['white space', utf8(' \t\r\n'), 'body.empty'],
    ['no JSON', utf8('{a:1}'), 'body.not-json'],
    ['half', utf8('{"a":'), 'body.not-json'],
    ['two values', utf8('{}{}'), 'body.not-json'],
    ['NaN', utf8('NaN'), 'body.not-json'],
    ['a raw control character', utf8('"\n"'), 'body.not-json'],
    ['a lone continuation byte', Uint8Array.of(0x22, 0x80, 0x22), 'body.not-utf8'],
    ['an overlong slash', Uint8Array.of(0x22, 0xc0, 0xaf, 0x22), 'body.not-utf8'],
    ['a surrogate in UTF-8', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), 'body.not-utf8'],
    ['UTF-16', Buffer.from('"ab"', 'utf16le'), 'body.not-json'],
    ['lists too deep', utf8(nested(MAX_DEPTH + 1)), 'body.too-deep'],
    ['objects too deep', utf8(`${'{"a":'.repeat(MAX_DEPTH + 1)}1${'}'.repeat(MAX_DEPTH + 1)}`), 'body.too-deep'],
    ['a million brackets', utf8('[{"a":'.repeat(170_000)), 'body.too-deep'],
    ['brackets behind an escaped quote', utf8(`["\\"",${nested(MAX_DEPTH)}]`), 'body.too-deep'],
  ])('%s', (_, bytes, expected) => {
    expect(rule(bytes)).toBe(expected);
  });
  test.each([
    ['lists as deep as allowed', nested(MAX_DEPTH)],
    ['many lists side by side', `[${Array(500).fill('[]').join()}]`],
    ['brackets inside a text', JSON.stringify('['.repeat(500))],
    ['brackets and quotes inside a text', JSON.stringify({ a: `"${'[{'.repeat(200)}\\`, b: [] })],
  ])('but not %s', (_, text) => {
    expect(value(text)).toEqual(JSON.parse(text));
  });
});

test('a byte order mark is ignored', () => {
  expect(value('\ufeff{"a":1}')).toEqual({ a: 1 });
});

test('__proto__ is a name like any other, through copies too', () => {
  for (const text of ['{"__proto__":{"admin":true}}', '{"__proto__":{"admin":12345678901234567890}}']) {
    const parsed = value(text) as { readonly admin?: unknown };
    expect(Object.keys(parsed)).toEqual(['__proto__']);
    expect(parsed.admin).toBeUndefined();
    expect(stringifyJson({ ...parsed } as Json)).toBe(text);
  }
});

test('what JSON.parse reads is read alike, and what is written reads back', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const big = (_: string, part: unknown) => (typeof part === 'bigint' ? Number(part) : part);
      expect(JSON.stringify(value(text), big)).toBe(JSON.stringify(JSON.parse(text)));
    }),
  );
  const json = fc.letrec<{ any: Json }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 90n }),
      fc.string({ unit: 'binary' }).map((s) => s.toWellFormed()),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('any'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).any;
  fc.assert(
    fc.property(json, (given) => {
      expect(stringifyJson(value(stringifyJson(given)))).toBe(stringifyJson(given));
    }),
  );
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      expect(rule(bytes)).toMatch(/^ok$|^body\./);
    }),
    { numRuns: 2_000 },
  );
});
