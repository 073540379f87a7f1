// An aggregate over the whole list of its values at once, with exact numbers: what SQL says, not how we fold.
import type { Aggregate } from '../../query/plan.ts';
import type { Decimal, SqlType, Value } from '../../query/types.ts';
import { compareValues, decimalOfInteger, divideDecimal, fitDecimal, keyOf } from '../../query/values.ts';

const present = (v: Value): boolean => v !== null;

/** A finite double as a fraction over 2^1074, which every double is. */
const exactly = (x: number): bigint => {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, x);
  const all = bits.getBigUint64(0);
  const exponent = Number((all >> 52n) & 0x7ffn);
  const part = all & 0xf_ffff_ffff_ffffn;
  const size = exponent === 0 ? part : (part | 0x10_0000_0000_0000n) << BigInt(exponent - 1);
  return all >> 63n === 1n ? -size : size;
};

/** The double that is nearest to a fraction over 2^1074, ties to even. */
const nearest = (n: bigint): number => {
  const size = n < 0n ? -n : n;
  const digits = size.toString(2).length;
  const drop = BigInt(Math.max(0, digits - 53));
  let kept = size >> drop;
  if (drop > 0n) {
    const rest = size & ((1n << drop) - 1n);
    const half = 1n << (drop - 1n);
    if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
  }
  // Two steps: 2^-1074 alone is the least double.
  const scaled = Number(kept) * 2 ** (Number(drop) - 537) * 2 ** -537;
  return n < 0n ? -scaled : scaled;
};

const sumOfDoubles = (all: readonly number[]): number => {
  if (all.some((x) => !Number.isFinite(x))) return all.reduce((a, b) => a + b, 0);
  return nearest(all.reduce((sum, x) => sum + exactly(x), 0n));
};

const unscaled = (v: Value): bigint =>
  typeof v === 'number' ? BigInt(v) : typeof v === 'bigint' ? v : (v as Decimal).unscaled;
const asInteger = (n: bigint, type: SqlType): Value =>
  type.kind === 'INT' ? Number(BigInt.asIntN(32, n)) : BigInt.asIntN(64, n);

const sumOf = (type: SqlType, all: readonly Value[]): Value => {
  const n = all.reduce<bigint>((sum, v) => sum + unscaled(v), 0n);
  if (type.kind !== 'DECIMAL') return asInteger(n, type);
  return (n < 0n ? -n : n) < 10n ** 38n ? { unscaled: n, scale: type.scale } : null;
};

const averageOf = (argument: SqlType, type: SqlType, all: readonly Value[]): Value => {
  const n = all.reduce<bigint>((sum, v) => sum + unscaled(v), 0n);
  if (type.kind !== 'DECIMAL') return asInteger(BigInt.asIntN(64, n) / BigInt(all.length), type);
  const { scale } = argument as { scale: number };
  return fitDecimal(divideDecimal({ unscaled: n, scale }, decimalOfInteger(all.length)), type.precision, type.scale);
};

/** -0 counts as less than 0. */
const order = (a: Value, b: Value): number => {
  const zeros = compareValues(a, b);
  if (zeros !== 0 || typeof a !== 'number') return zeros;
  return Number(Object.is(b, -0)) - Number(Object.is(a, -0));
};

/** @param given one value for each row that FILTER keeps; COUNT(*) gives true */
export const aggregateOf = (a: Aggregate, given: readonly Value[]): Value => {
  const found = given.filter(present);
  const all = a.distinct ? [...new Map(found.map((v) => [keyOf([v]), v])).values()] : found;
  if (a.fn === 'COUNT') return BigInt(all.length);
  if (all.length === 0) return null;
  const argument: SqlType = a.arg?.type ?? { kind: 'BOOLEAN' };
  switch (a.fn) {
    case 'SUM':
      return argument.kind === 'DOUBLE' ? sumOfDoubles(all as number[]) : sumOf(a.type, all);
    case 'AVG':
      return argument.kind === 'DOUBLE' ? sumOfDoubles(all as number[]) / all.length : averageOf(argument, a.type, all);
    case 'MIN':
      return all.reduce((least, v) => (order(v, least) < 0 ? v : least));
    case 'MAX':
      return all.reduce((most, v) => (order(v, most) > 0 ? v : most));
    default:
      return a.fn satisfies never;
  }
};
