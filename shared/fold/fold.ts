// Aggregate functions as commutative monoids: any split of the rows and any grouping of the parts gives the same result.
import type { Aggregate } from '../query/plan.ts';
import type { Decimal, SqlType, Value } from '../query/types.ts';
import { compareValues, decimalOfInteger, divideDecimal, fitDecimal } from '../query/values.ts';
import { addDouble, type DoubleSum, mergeDoubles, roundDoubles } from './double-sum.ts';
import { decodeValue, encodeValue } from './value-code.ts';

/** A state is plain JSON, so that a partial is written as it is. null: no row yet. */
export type State = null | boolean | number | string | readonly State[];

export type Fold = {
  /** Adds one value; may give back `s` itself. NULL arguments are left out before (COUNT(*) gets `true`). */
  add(s: State, v: Value): State;
  merge(a: State, b: State): State;
  /** SQL's result: NULL for no row, 0 for COUNT. */
  result(s: State): Value;
};

const count: Fold = {
  add: (s) => ((s as number | null) ?? 0) + 1,
  merge: (a, b) => ((a as number | null) ?? 0) + ((b as number | null) ?? 0),
  result: (s) => BigInt((s as number | null) ?? 0),
};

/** Integers as numbers while exact, else as decimal text. */
const fromBig = (n: bigint): number | string =>
  n >= BigInt(Number.MIN_SAFE_INTEGER) && n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : n.toString();

const addInt = (a: number | string, b: number | string): number | string => {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return fromBig(BigInt(a) + BigInt(b));
};

/** The integer that stands for an INT, BIGINT or DECIMAL value (unscaled). */
const intOf = (v: Value): number | string => {
  if (typeof v === 'number') return v;
  return fromBig(typeof v === 'bigint' ? v : (v as Decimal).unscaled);
};

const orElse =
  <A extends State>(merge: (a: A, b: A) => State) =>
  (a: State, b: State): State =>
    a === null ? b : b === null ? a : merge(a as A, b as A);

const wrap = (n: bigint, type: SqlType): Value =>
  type.kind === 'INT' ? Number(BigInt.asIntN(32, n)) : BigInt.asIntN(64, n);

const tooWide = (n: bigint): boolean => (n < 0n ? -n : n) >= 10n ** 38n;

/** SUM of INT and BIGINT wraps as Flink's does; of DECIMAL it is NULL beyond 38 digits. */
const intSum = (type: SqlType): Fold => {
  const merge = orElse<number | string>(addInt);
  return {
    add: (s, v) => (s === null ? intOf(v) : addInt(s as number | string, intOf(v))),
    merge,
    result: (s) => {
      if (s === null) return null;
      const n = BigInt(s as number | string);
      if (type.kind !== 'DECIMAL') return wrap(n, type);
      return tooWide(n) ? null : { unscaled: n, scale: type.scale };
    },
  };
};

const doubleSum: Fold = {
  add: (s, v) => addDouble(s as DoubleSum, v as number),
  merge: (a, b) => mergeDoubles(a as DoubleSum, b as DoubleSum),
  result: (s) => (s === null ? null : roundDoubles(s as Exclude<DoubleSum, null>)),
};

/** [sum, count] */
const average = (sum: Fold, argument: SqlType, type: SqlType): Fold => ({
  add: (s, v) => {
    const [total, n] = (s as readonly [State, number] | null) ?? [null, 0];
    return [sum.add(total, v), n + 1];
  },
  merge: orElse<readonly [State, number]>(([x, n], [y, m]) => [sum.merge(x, y), n + m]),
  result: (s) => {
    if (s === null) return null;
    const [total, n] = s as readonly [State, number];
    if (argument.kind === 'DOUBLE') return (sum.result(total) as number) / n;
    const unscaled = BigInt(total as number | string);
    if (type.kind !== 'DECIMAL') return wrap(BigInt.asIntN(64, unscaled) / BigInt(n), type);
    const { scale } = argument as { scale: number };
    return fitDecimal(divideDecimal({ unscaled, scale }, decimalOfInteger(n)), type.precision, type.scale);
  },
});

/** Keeps the least (sign 1) or greatest (sign -1) value, in its coded form. */
const extreme = (sign: 1 | -1, type: SqlType): Fold => {
  const order = (a: State, b: State): number => {
    // -0 and 0 compare as equal, and are two results: -0 counts as the lesser, whichever came first.
    if (type.kind === 'DOUBLE' && a !== b && Number(a) === 0 && Number(b) === 0) return a === '-0' ? -1 : 1;
    return compareValues(decodeValue(type, a), decodeValue(type, b));
  };
  const pick = (a: State, b: State): State => (sign * order(a, b) <= 0 ? a : b);
  const merge = orElse<State>(pick);
  return {
    add: (s, v) => merge(s, encodeValue(type, v) as State),
    merge,
    result: (s) => (s === null ? null : decodeValue(type, s)),
  };
};

/** Sorted texts of the distinct values; `inner` is applied to each once at the end. */
const distinct = (inner: Fold, type: SqlType): Fold => ({
  add: (s, v) => {
    const text = JSON.stringify(encodeValue(type, v));
    const all = (s as readonly string[] | null) ?? [];
    const at = lowerBound(all, text);
    return all[at] === text ? all : [...all.slice(0, at), text, ...all.slice(at)];
  },
  merge: orElse<readonly string[]>(union),
  result: (s) =>
    inner.result(
      ((s as readonly string[] | null) ?? []).reduce<State>(
        (acc, t) => inner.add(acc, decodeValue(type, JSON.parse(t))),
        null,
      ),
    ),
});

const lowerBound = (sorted: readonly string[], text: string): number => {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((sorted[mid] as string) < text) low = mid + 1;
    else high = mid;
  }
  return low;
};

const union = (a: readonly string[], b: readonly string[]): readonly string[] => {
  const out: string[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const x = a[i] as string;
    const y = b[j] as string;
    out.push(x <= y ? x : y);
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return [...out, ...a.slice(i), ...b.slice(j)];
};

const plain = (a: Aggregate, argument: SqlType): Fold => {
  switch (a.fn) {
    case 'COUNT':
      return count;
    case 'SUM':
      return argument.kind === 'DOUBLE' ? doubleSum : intSum(a.type);
    case 'AVG':
      return average(argument.kind === 'DOUBLE' ? doubleSum : intSum(a.type), argument, a.type);
    case 'MIN':
      return extreme(1, argument);
    case 'MAX':
      return extreme(-1, argument);
    default:
      return a.fn satisfies never;
  }
};

/** The fold of an aggregate of a plan. */
export const foldOf = (a: Aggregate): Fold => {
  const argument: SqlType = a.arg?.type ?? { kind: 'BOOLEAN' };
  return a.distinct ? distinct(plain(a, argument), argument) : plain(a, argument);
};
