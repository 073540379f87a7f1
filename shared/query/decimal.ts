// Exact decimals: unscaled / 10^scale, rounded half up (away from zero), as Java's BigDecimal does for Flink.
import type { Decimal } from './types.ts';

const POWERS: bigint[] = Array.from({ length: 80 }, (_, i) => 10n ** BigInt(i));
const pow10 = (n: number): bigint => POWERS[n] ?? 10n ** BigInt(n);

const abs = (x: bigint): bigint => (x < 0n ? -x : x);

/** x / y to the nearest integer, halves away from zero. y must not be 0. */
const divideHalfUp = (x: bigint, y: bigint): bigint => {
  const [a, b] = [abs(x), abs(y)];
  const q = (2n * a + b) / (2n * b);
  return x < 0n === y < 0n ? q : -q;
};

/** Digits of the unscaled value; 1 for zero. */
export const digitsOf = (x: bigint): number => abs(x).toString().length;

/** The same number, or the nearest to it, with another scale. */
export const rescale = (d: Decimal, scale: number): Decimal => {
  if (d.scale === scale) return d;
  return scale > d.scale
    ? { unscaled: d.unscaled * pow10(scale - d.scale), scale }
    : { unscaled: divideHalfUp(d.unscaled, pow10(d.scale - scale)), scale };
};

/** As a value of DECIMAL(precision, scale): rounded, or null when it has too many digits (Flink's overflow). */
export const fitDecimal = (d: Decimal, precision: number, scale: number): Decimal | null => {
  const fitted = rescale(d, scale);
  return abs(fitted.unscaled) < pow10(precision) ? fitted : null;
};

export const addDecimal = (a: Decimal, b: Decimal): Decimal => {
  const scale = Math.max(a.scale, b.scale);
  return { unscaled: rescale(a, scale).unscaled + rescale(b, scale).unscaled, scale };
};
export const negateDecimal = (a: Decimal): Decimal => ({ unscaled: -a.unscaled, scale: a.scale });
export const absDecimal = (a: Decimal): Decimal => (a.unscaled < 0n ? negateDecimal(a) : a);
export const multiplyDecimal = (a: Decimal, b: Decimal): Decimal => ({
  unscaled: a.unscaled * b.unscaled,
  scale: a.scale + b.scale,
});

/** Flink divides to 38 significant digits, half up. @throws RangeError when b is zero */
export const divideDecimal = (a: Decimal, b: Decimal): Decimal => {
  if (b.unscaled === 0n) throw new RangeError('division by zero');
  if (a.unscaled === 0n) return { unscaled: 0n, scale: 0 };
  // Enough digits that the quotient has at least 38, then cut to 38 significant ones.
  const shift = Math.max(0, 39 + digitsOf(b.unscaled) - digitsOf(a.unscaled));
  const scale = a.scale - b.scale + shift;
  const numerator = a.unscaled * pow10(shift);
  const whole = abs(numerator / b.unscaled);
  const drop = digitsOf(whole) - 38;
  const unscaled = drop > 0 ? divideHalfUp(numerator, b.unscaled * pow10(drop)) : divideHalfUp(numerator, b.unscaled);
  const at = drop > 0 ? scale - drop : scale;
  return at >= 0 ? { unscaled, scale: at } : { unscaled: unscaled * pow10(-at), scale: 0 };
};

/** The remainder, with the sign of a. @throws RangeError when b is zero */
export const remainderDecimal = (a: Decimal, b: Decimal): Decimal => {
  if (b.unscaled === 0n) throw new RangeError('division by zero');
  const scale = Math.max(a.scale, b.scale);
  return { unscaled: rescale(a, scale).unscaled % rescale(b, scale).unscaled, scale };
};

export const compareDecimal = (a: Decimal, b: Decimal): number => {
  const scale = Math.max(a.scale, b.scale);
  const [x, y] = [rescale(a, scale).unscaled, rescale(b, scale).unscaled];
  return x < y ? -1 : x > y ? 1 : 0;
};

/** The integer part, cut towards zero. */
export const truncateDecimal = (d: Decimal): bigint => d.unscaled / pow10(d.scale);

export const floorDecimal = (d: Decimal): Decimal => {
  const whole = truncateDecimal(d);
  return { unscaled: d.unscaled < whole * pow10(d.scale) ? whole - 1n : whole, scale: 0 };
};
export const ceilDecimal = (d: Decimal): Decimal => negateDecimal(floorDecimal(negateDecimal(d)));

/** `12.50`, never with an exponent; as many decimals as the scale. */
export const decimalText = (d: Decimal): string => {
  const digits = abs(d.unscaled)
    .toString()
    .padStart(d.scale + 1, '0');
  const sign = d.unscaled < 0n ? '-' : '';
  return d.scale === 0
    ? sign + digits
    : `${sign}${digits.slice(0, digits.length - d.scale)}.${digits.slice(digits.length - d.scale)}`;
};

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/** Reads `12.5`, `-.5`, `1e3`, spaces around it allowed; null for anything else. */
export const parseDecimal = (text: string): Decimal | null => {
  const found = DECIMAL.exec(text.trim());
  if (!found) return null;
  const [, sign = '', whole = '', part = '', exponent = '0'] = found;
  if (whole === '' && part === '') return null;
  const unscaled = BigInt(sign + whole + part === sign ? '0' : whole + part) * (sign === '-' ? -1n : 1n);
  const scale = part.length - Number(exponent);
  return scale >= 0 ? { unscaled, scale } : { unscaled: unscaled * pow10(-scale), scale: 0 };
};

export const decimalOfInteger = (x: number | bigint): Decimal => ({ unscaled: BigInt(x), scale: 0 });
/** By the shortest text of the double, so that 1.005 is exactly 1.005. null for NaN and infinities. */
export const decimalOfDouble = (x: number): Decimal | null => (Number.isFinite(x) ? parseDecimal(String(x)) : null);
export const doubleOfDecimal = (d: Decimal): number => Number(decimalText(d));
