// Exact sums of doubles so large that adding them as doubles would overflow: an integer number of 2^-1074, the smallest double.
// Slow and long (up to 530 characters), for totals beyond 1e308 that almost nobody has.

/** `x`, perhaps `-`, and the hex digits of the total / 2^-1074. */
export type WideSum = `x${string}`;

const MANTISSA = (1n << 52n) - 1n;
const FRACTION_BITS = 1074;

const unitsOf = (x: number): bigint => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const whole = exponent === 0n ? bits & MANTISSA : ((bits & MANTISSA) | (1n << 52n)) << (exponent - 1n);
  return bits >> 63n === 0n ? whole : -whole;
};

const read = (s: WideSum): bigint => (s[1] === '-' ? -BigInt(`0x${s.slice(2)}`) : BigInt(`0x${s.slice(1)}`));
const write = (units: bigint): WideSum => `x${units.toString(16)}`;

/** @param parts finite doubles */
export const wideOf = (parts: readonly number[]): WideSum => write(parts.reduce((sum, x) => sum + unitsOf(x), 0n));

export const addWide = (a: WideSum, b: WideSum): WideSum => write(read(a) + read(b));

export const roundWide = (s: WideSum): number => {
  const units = read(s);
  const whole = units < 0n ? -units : units;
  const excess = BigInt(Math.max(0, whole.toString(2).length - 53));
  const half = excess > 0n ? 1n << (excess - 1n) : 0n;
  const rest = whole & ((1n << excess) - 1n);
  let mantissa = whole >> excess;
  if (excess > 0n && (rest > half || (rest === half && mantissa % 2n === 1n))) mantissa += 1n;
  // In two steps: 2^-1074 alone is a double, 2^1074 is none.
  const exponent = Number(excess) - FRACTION_BITS;
  const value = Number(mantissa) * 2 ** Math.trunc(exponent / 2) * 2 ** (exponent - Math.trunc(exponent / 2));
  return units < 0n ? -value : value;
};
