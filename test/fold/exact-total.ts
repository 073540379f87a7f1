// The sum of doubles by whole numbers of 2^-1074, rounded once: a second way to the number that exact sums must give.

const unitsOf = (x: number): bigint => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const mantissa = (bits & 0xfffffffffffffn) | (exponent > 0 ? 1n << 52n : 0n);
  const scaled = mantissa << BigInt(Math.max(exponent, 1) - 1);
  return bits >> 63n ? -scaled : scaled;
};

/** The first double with at least so many units, found by halving: no arithmetic on doubles can be wrong here. */
const nearest = (units: bigint): number => {
  const view = new DataView(new ArrayBuffer(8));
  const double = (bits: bigint): number => {
    view.setBigUint64(0, bits);
    return view.getFloat64(0);
  };
  const [zero, infinite] = [0n, 0x7ff0000000000000n];
  const beyond = unitsOf(Number.MAX_VALUE) + (unitsOf(Number.MAX_VALUE) - unitsOf(double(infinite - 2n)));
  const at = (bits: bigint): bigint => (bits >= infinite ? beyond : unitsOf(double(bits)));
  let [low, high] = [zero, infinite];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (at(middle) <= units) low = middle;
    else high = middle;
  }
  const [down, up] = [units - at(low), at(high) - units];
  return double(down < up || (down === up && low % 2n === 0n) ? low : high);
};

export const exactTotal = (xs: readonly number[]): number => {
  if (xs.some((x) => !Number.isFinite(x))) return xs.filter((x) => !Number.isFinite(x)).reduce((a, b) => a + b);
  if (xs.length > 0 && xs.every((x) => Object.is(x, -0))) return -0;
  const units = xs.reduce((sum, x) => sum + unitsOf(x), 0n);
  return units < 0n ? -nearest(-units) : nearest(units);
};
