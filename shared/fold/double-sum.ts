// SUM of DOUBLE as a state of plain JSON: the total is exact, so any order and any grouping of the rows gives the same result.
import { addExact, type ExactSum, mergeExact, roundExact } from './exact-sum.ts';
import { addWide, roundWide, type WideSum, wideOf } from './wide-sum.ts';

/**
 * null: no row yet; an exact sum of finite numbers; or a text for what JSON numbers do not say: `NaN`, `Infinity`, `-Infinity`,
 * `-0`, and `x…`, a total whose parts would overflow on the way, in hex.
 */
export type DoubleSum = null | string | ExactSum;

const isWide = (s: DoubleSum): s is WideSum => typeof s === 'string' && s.startsWith('x');

const coded = (s: ExactSum): DoubleSum => {
  if (s.length !== 1) return s;
  const [x] = s;
  if (Object.is(x, -0)) return '-0';
  return Number.isFinite(x) ? s : String(x);
};

const partsOf = (s: Exclude<DoubleSum, null>): ExactSum => (typeof s === 'string' ? [Number(s)] : s);
const isSpecial = (parts: ExactSum): boolean => parts.length === 1 && !Number.isFinite(parts[0]);
const widened = (s: Exclude<DoubleSum, null>): WideSum => (isWide(s) ? s : wideOf(partsOf(s)));

export const mergeDoubles = (a: DoubleSum, b: DoubleSum): DoubleSum => {
  if (a === null || b === null) return a ?? b;
  if (!isWide(a) && !isWide(b)) {
    const [x, y] = [partsOf(a), partsOf(b)];
    const sum = mergeExact(x, y);
    // Two finite totals never make an infinite one: their sum overflowed on the way, and later rows may bring it back.
    if (isSpecial(sum) && !isSpecial(x) && !isSpecial(y)) return addWide(widened(a), widened(b));
    return coded(sum);
  }
  // Infinity and NaN swallow all finite numbers.
  if (!isWide(a) && isSpecial(partsOf(a))) return a;
  if (!isWide(b) && isSpecial(partsOf(b))) return b;
  return addWide(widened(a), widened(b));
};

export const addDouble = (s: DoubleSum, x: number): DoubleSum => {
  if (s === null || typeof s === 'string' || !Number.isFinite(x)) return mergeDoubles(s, coded([x]));
  const sum = addExact(s, x);
  return isSpecial(sum) ? mergeDoubles(s, [x]) : coded(sum);
};

/** The double nearest to the exact total, ties to even; infinite when it lies beyond all doubles. */
export const roundDoubles = (s: Exclude<DoubleSum, null>): number =>
  isWide(s) ? roundWide(s) : roundExact(partsOf(s));
