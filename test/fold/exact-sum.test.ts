import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addExact, type ExactSum, mergeExact, roundExact } from '../../shared/fold/exact-sum.ts';

const sum = (xs: readonly number[]): number => roundExact(xs.reduce<ExactSum>(addExact, []));
const doubles = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e150, max: 1e150 });

/** The exact total as a fraction of 2^1074, rounded by BigInt arithmetic: a second way to the same number. */
const reference = (xs: readonly number[]): number => {
  const view = new DataView(new ArrayBuffer(8));
  let total = 0n;
  for (const x of xs) {
    view.setFloat64(0, x);
    const bits = view.getBigUint64(0);
    const exponent = Number((bits >> 52n) & 0x7ffn);
    const mantissa = (bits & 0xfffffffffffffn) | (exponent > 0 ? 1n << 52n : 0n);
    const scaled = mantissa << BigInt(Math.max(exponent, 1) - 1);
    total += bits >> 63n ? -scaled : scaled;
  }
  const negative = total < 0n;
  let m = negative ? -total : total;
  const length = m.toString(2).length;
  const shift = BigInt(Math.max(0, length - 53));
  const rest = m & ((1n << shift) - 1n);
  m >>= shift;
  const half = shift > 0n ? 1n << (shift - 1n) : 0n;
  if (shift > 0n && (rest > half || (rest === half && (m & 1n) === 1n))) m += 1n;
  const value = Number(m) * 2 ** (Number(shift) - 1074);
  return negative ? -value : value;
};

describe('an exact sum of doubles', () => {
  test.each([
    [[0.1, 0.2, 0.3], 0.6],
    [[1e100, 1, -1e100], 1],
    [Array.from({ length: 10 }, () => 0.1), 1],
    [[1, 2 ** -53, 2 ** -106], 1.0000000000000002],
    [[], 0],
  ])('%j is %d', (xs, expected) => {
    expect(sum(xs)).toBe(expected);
  });

  test('is the total rounded once', () => {
    fc.assert(fc.property(fc.array(doubles, { maxLength: 30 }), (xs) => sum(xs) + 0 === reference(xs) + 0));
  });

  test('does not depend on the order or the grouping of the rows', () => {
    fc.assert(
      fc.property(fc.array(doubles, { maxLength: 30 }), fc.nat(30), (xs, cut) => {
        const a = xs.slice(cut).reduce<ExactSum>(addExact, []);
        const b = xs.slice(0, cut).reduce<ExactSum>(addExact, []);
        return (
          Object.is(roundExact(mergeExact(a, b)), sum([...xs].reverse())) || roundExact(mergeExact(b, a)) === sum(xs)
        );
      }),
    );
  });

  test('of infinities and NaN is what IEEE 754 says', () => {
    expect(sum([1, Infinity, 2])).toBe(Infinity);
    expect(sum([Infinity, -Infinity])).toBeNaN();
    expect(sum([NaN, 1])).toBeNaN();
    expect(sum([1e308, 1e308])).toBe(Infinity);
  });
});
