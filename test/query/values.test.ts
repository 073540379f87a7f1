import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decimal, Value } from '../../shared/query/types.ts';
import {
  addDecimal,
  compareDecimal,
  compareValues,
  decimalText,
  divideDecimal,
  fitDecimal,
  keyOf,
  multiplyDecimal,
  parseDecimal,
  remainderDecimal,
  rescale,
} from '../../shared/query/values.ts';

const d = (text: string): Decimal => parseDecimal(text) ?? { unscaled: 0n, scale: 0 };
const decimals = fc.record({ unscaled: fc.bigInt(-(10n ** 38n), 10n ** 38n), scale: fc.nat(38) });

describe('DECIMAL', () => {
  it.each([
    ['0.1', '+', '0.2', '0.3'],
    ['1.50', '*', '-2.5', '-3.750'],
    ['7', '%', '-4', '3'],
    ['-7.5', '%', '2', '-1.5'],
    ['1', '/', '8', '0.125'],
    ['2', '/', '3', '0.66666666666666666666666666666666666667'],
    ['-2', '/', '3', '-0.66666666666666666666666666666666666667'],
    ['1e30', '/', '1', '1000000000000000000000000000000'],
  ])('%s %s %s = %s', (a, op, b, expected) => {
    const run = { '+': addDecimal, '*': multiplyDecimal, '%': remainderDecimal, '/': divideDecimal }[op];
    expect(compareDecimal(run?.(d(a), d(b)) ?? d('0'), d(expected))).toBe(0);
  });

  it.each([
    ['0.005', 2, '0.01'],
    ['-0.005', 2, '-0.01'],
    ['0.00499', 2, '0.00'],
    ['1.5', 3, '1.500'],
    ['-2.5', 0, '-3'],
  ])('%s with %i decimals is %s: half up', (text, scale, expected) => {
    expect(decimalText(rescale(d(text), scale))).toBe(expected);
  });

  it('has no value when it has too many digits', () => {
    expect(fitDecimal(d('99.995'), 4, 2)).toBeNull();
    expect(fitDecimal(d('99.994'), 4, 2)).toEqual({ unscaled: 9999n, scale: 2 });
  });

  it('reads the text it prints', () => {
    fc.assert(
      fc.property(decimals, (x) => {
        expect(parseDecimal(decimalText(x))).toEqual(x);
      }),
    );
  });

  it('keeps the laws of addition and of order', () => {
    fc.assert(
      fc.property(decimals, decimals, decimals, (a, b, c) => {
        expect(addDecimal(a, b)).toEqual(addDecimal(b, a));
        expect(compareDecimal(addDecimal(addDecimal(a, b), c), addDecimal(a, addDecimal(b, c)))).toBe(0);
        expect(Math.sign(compareDecimal(a, b))).toBe(-Math.sign(compareDecimal(b, a)) + 0);
      }),
    );
  });

  it('divides back to within the 38th digit', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        fc.pre(b.unscaled !== 0n && a.unscaled !== 0n);
        const back = multiplyDecimal(divideDecimal(a, b), b);
        const off = addDecimal(back, { unscaled: -a.unscaled, scale: a.scale });
        const bound = multiplyDecimal(
          { unscaled: a.unscaled < 0n ? -a.unscaled : a.unscaled, scale: a.scale },
          d('1e-37'),
        );
        const size = { unscaled: off.unscaled < 0n ? -off.unscaled : off.unscaled, scale: off.scale };
        // Below 10^-(38 + scales) nothing is left of the quotient but its first digit's place.
        expect(compareDecimal(size, bound)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('order', () => {
  it.each<[Value, Value]>([
    [null, false],
    [false, true],
    [-1, 0],
    [1, Number.NaN],
    [9007199254740992n, 9007199254740993n],
    ['a', 'b'],
    ['a', 'aa'],
    ['Z', 'a'],
    ['\uffff', '😀'],
    [d('1.9'), d('10')],
    [
      [1, null],
      [1, 2],
    ],
  ])('%o comes before %o', (a, b) => {
    expect(compareValues(a, b)).toBeLessThan(0);
    expect(compareValues(b, a)).toBeGreaterThan(0);
    expect(compareValues(a, a)).toBe(0);
  });

  it('of texts is the order of their UTF-8 bytes', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareValues(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});

describe('keys', () => {
  it.each<[string, readonly Value[], string]>([
    ['a text and a number', ['north', 3], '"north",3'],
    ['BIGINT is not INT', [1n], '1n'],
    ['NULL has a text of its own', [null, 'null'], 'null,"null"'],
    ['-0 is 0', [-0], '0'],
    ['DECIMAL by value', [d('1.00'), d('100'), d('-0.50')], '1d,100d,-0.5d'],
    ['no key at all', [], ''],
  ])('%s', (_, values, text) => {
    expect(keyOf(values)).toBe(text);
  });

  it('are equal exactly for equal values', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.bigInt(), fc.boolean(), fc.constant(null));
    const row = fc.array(value, { maxLength: 3 });
    fc.assert(
      fc.property(row, row, (a, b) => {
        const same = a.length === b.length && a.every((x, i) => Object.is(x, b[i]) || x === b[i]);
        expect(keyOf(a) === keyOf(b)).toBe(same);
      }),
    );
  });
});
