// Exact sums of doubles: a sum is kept as non-overlapping doubles whose exact total it is, so that any order and any grouping
// gives the same result, correctly rounded. J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust
// Geometric Predicates", 1997, section 2.4 (grow-expansion).

/** Non-overlapping, smallest first; or one of NaN, Infinity, -Infinity alone. */
export type ExactSum = readonly number[];

export const addExact = (sum: ExactSum, x: number): ExactSum => {
  const special = sum.length === 1 && !Number.isFinite(sum[0]);
  if (special || !Number.isFinite(x)) return [(special ? (sum[0] as number) : 0) + (Number.isFinite(x) ? 0 : x)];
  const out: number[] = [];
  let carry = x;
  for (const y of sum) {
    const [big, small] = Math.abs(carry) < Math.abs(y) ? [y, carry] : [carry, y];
    const high = big + small;
    const low = small - (high - big);
    if (low !== 0) out.push(low);
    carry = high;
  }
  out.push(carry);
  return Number.isFinite(carry) ? out : [carry];
};

export const mergeExact = (a: ExactSum, b: ExactSum): ExactSum => b.reduce(addExact, a);

/** The double nearest to the exact total, ties to even. */
export const roundExact = (sum: ExactSum): number => {
  let i = sum.length - 1;
  if (i < 0) return 0;
  let high = sum[i] as number;
  let low = 0;
  while (i > 0) {
    const x = high;
    const y = sum[--i] as number;
    high = x + y;
    low = y - (high - x);
    if (low !== 0) break;
  }
  // Half-way cases: the rest decides which way (as in CPython's math.fsum).
  const next = i > 0 ? (sum[i - 1] as number) : 0;
  if (low !== 0 && next !== 0 && low < 0 === next < 0) {
    const twice = low * 2;
    const rounded = high + twice;
    if (twice === rounded - high) high = rounded;
  }
  return high;
};
