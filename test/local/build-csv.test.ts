import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCsv } from '../../local/build/csv.ts';
import { readReference } from '../../local/build/references.ts';

const fields = (text: string) => readCsv(text).rows.map((r) => r.fields);

test.each([
  ['one row', 'a,b', [['a', 'b']]],
  [
    'LF and CRLF end a row',
    'a,b\r\nc,d\ne,f\n',
    [
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f'],
    ],
  ],
  [
    'quotes hold commas, quotes and line breaks',
    '"a,1","say ""hi""","two\nlines"\n',
    [['a,1', 'say "hi"', 'two\nlines']],
  ],
  [
    'empty fields stay',
    'a,,\n,"",x',
    [
      ['a', '', ''],
      ['', '', 'x'],
    ],
  ],
  ['spaces belong to the field', ' a , b ', [[' a ', ' b ']]],
  ['a byte order mark is left out', '\ufeffa,b', [['a', 'b']]],
  ['empty lines are left out', 'a\n\n\nb\n', [['a'], ['b']]],
])('%s', (_, text, rows) => {
  expect(fields(text)).toEqual(rows);
  expect(readCsv(text).mistakes).toEqual([]);
});

test('a row names the line it begins on', () => {
  expect(readCsv('a\n"x\ny"\nz').rows.map((r) => r.line)).toEqual([1, 2, 4]);
});

test('what was written is read again', () => {
  const field = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r', ' ') });
  fc.assert(
    fc.property(fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }), (rows) => {
      const text = rows.map((r) => r.map((f) => `"${f.replaceAll('"', '""')}"`).join(',')).join('\r\n');
      expect(fields(text)).toEqual(rows);
    }),
  );
});

describe('a reference table refuses', () => {
  test.each([
    ['an open quote', 'sku,name\na,"b\n', 'products.csv:2:3: this quote is never closed'],
    ['text after a quote', 'sku,name\na,"b"c\n', 'products.csv:2:6: text after a closing quote'],
    ['a ragged row', 'sku,name\na\n', 'products.csv:2:1: 1 fields, but the header names 2: sku, name'],
    ['a doubled key', 'sku,name\na,1\nb,2\na,3\n', 'products.csv:4:1: the key sku = "a" stands on line 2 already'],
    ['an empty key', 'sku,name\n,1\n', 'products.csv:2:1: the key (sku) is empty'],
    ['a doubled column', 'sku,sku\na,1\n', 'products.csv:1:1: column "sku" is named twice'],
    ['an empty file', '', 'products.csv:0:1: the file is empty'],
  ])('%s', (_, text, said) => {
    const { errors } = readReference({ path: 'reference/products.csv', text });
    expect(errors.map((e) => `products.csv:${e.line}:${e.col}: ${e.message}`).join('\n')).toContain(said);
  });
});
