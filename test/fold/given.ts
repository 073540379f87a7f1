// Aggregates over every type of argument, values of each, and what SQL says of them, computed from all rows at once.
import fc from 'fast-check';
import type { Aggregate } from '../../shared/query/plan.ts';
import { averageType, sumType, typeText } from '../../shared/query/type-rules.ts';
import type { Decimal, SqlType, Value } from '../../shared/query/types.ts';
import { compareValues } from '../../shared/query/values.ts';
import { exactTotal } from './exact-total.ts';

const decimal = (precision: number, scale: number): SqlType => ({ kind: 'DECIMAL', precision, scale });
const NUMBERS: readonly SqlType[] = [
  { kind: 'INT' },
  { kind: 'BIGINT' },
  { kind: 'DOUBLE' },
  decimal(10, 2),
  decimal(38, 0),
  decimal(38, 10),
];
const OTHERS: readonly SqlType[] = [
  { kind: 'BOOLEAN' },
  { kind: 'STRING' },
  { kind: 'TIMESTAMP' },
  { kind: 'TIMESTAMP_LTZ' },
  { kind: 'DATE' },
];

const argument = (type: SqlType): Aggregate['arg'] => ({ kind: 'slot', slot: 0, type });
const over = (fn: Aggregate['fn'], distinct: boolean, type: SqlType, gives: SqlType): Aggregate => ({
  fn,
  distinct,
  arg: argument(type),
  filter: null,
  type: gives,
});

export const COUNT_ALL: Aggregate = { fn: 'COUNT', distinct: false, arg: null, filter: null, type: { kind: 'BIGINT' } };

/** Every aggregate of every type it takes, plain and DISTINCT, with its name. */
export const AGGREGATES: readonly (readonly [string, Aggregate])[] = [
  ['COUNT(*)', COUNT_ALL] as const,
  ...[false, true]
    .flatMap((distinct) => [
      ...[...NUMBERS, ...OTHERS].map((t) => over('COUNT', distinct, t, { kind: 'BIGINT' })),
      ...NUMBERS.map((t) => over('SUM', distinct, t, sumType(t))),
      ...NUMBERS.map((t) => over('AVG', distinct, t, averageType(t))),
      ...(distinct ? [] : [...NUMBERS, ...OTHERS].flatMap((t) => [over('MIN', false, t, t), over('MAX', false, t, t)])),
    ])
    .map((a) => [`${a.fn}(${a.distinct ? 'DISTINCT ' : ''}${a.arg ? typeText(a.arg.type) : '*'})`, a] as const),
];

const unscaled = (precision: number) => {
  const most = 10n ** BigInt(precision) - 1n;
  return fc.oneof(
    fc.bigInt({ min: -most, max: most }),
    fc.bigInt({ min: -20n, max: 20n }),
    fc.constantFrom(most, -most),
  );
};

/** Values of a type, often equal ones and often those at its ends. Never NULL. */
export const valuesOf = (type: SqlType): fc.Arbitrary<Value> => {
  switch (type.kind) {
    case 'BOOLEAN':
      return fc.boolean();
    case 'INT':
      return fc.oneof(fc.integer(), fc.integer({ min: -5, max: 5 }), fc.constantFrom(2 ** 31 - 1, -(2 ** 31)));
    case 'BIGINT':
      return fc.oneof(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.bigInt({ min: -5n, max: 5n }),
        fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n, 2n ** 53n + 1n),
      );
    case 'DOUBLE':
      return fc.oneof(
        { weight: 6, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
        { weight: 3, arbitrary: fc.constantFrom(0, -0, 0.1, -0.1, 1e16, 1, 5e-324) },
        { weight: 2, arbitrary: fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, 1e308, -1e308) },
        { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity) },
      );
    case 'DECIMAL':
      return unscaled(type.precision).map((n) => ({ unscaled: n, scale: type.scale }));
    case 'STRING':
      return fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '-0', '0', 'a', 'Z', '\u{1f6b2}', '\uffee'));
    default:
      return fc.oneof(fc.integer({ min: -(10 ** 12), max: 10 ** 13 }), fc.integer({ min: -3, max: 3 }));
  }
};

const same = (a: Value, b: Value): boolean =>
  typeof a === 'object' || typeof a === 'bigint' ? compareValues(a, b) === 0 : Object.is(a, b);

const asDecimal = (v: Value): Decimal => v as Decimal;
const half = (a: bigint, b: bigint): bigint => {
  const [x, y] = [a < 0n ? -a : a, b];
  const q = (2n * x + y) / (2n * y);
  return a < 0n ? -q : q;
};
const within = (n: bigint, scale: number): Value => ((n < 0n ? -n : n) < 10n ** 38n ? { unscaled: n, scale } : null);

/** Java's order of doubles where -0 is below 0; NaN above all. */
const least = (values: readonly Value[], sign: 1 | -1): Value =>
  values.reduce((a, b) => {
    const order = sign * compareValues(a, b);
    if (order !== 0) return order < 0 ? a : b;
    return Object.is(a, sign > 0 ? -0 : 0) ? a : b;
  });

/** The result over all rows, NULLs left out: the SQL standard, with Flink's wrapping, truncation and overflow to NULL. */
export const reference = (a: Aggregate, rows: readonly Value[]): Value => {
  const present = rows.filter((v) => v !== null);
  const values = a.distinct ? present.filter((v, i) => present.findIndex((w) => same(v, w)) === i) : present;
  const type = a.arg?.type ?? { kind: 'BOOLEAN' };
  if (a.fn === 'COUNT') return BigInt(values.length);
  if (values.length === 0) return null;
  if (a.fn === 'MIN') return least(values, 1);
  if (a.fn === 'MAX') return least(values, -1);
  if (type.kind === 'DOUBLE') {
    const total = exactTotal(values as number[]);
    return a.fn === 'SUM' ? total : total / values.length;
  }
  if (type.kind === 'DECIMAL') {
    const total = values.reduce((sum: bigint, v) => sum + asDecimal(v).unscaled, 0n);
    if (a.fn === 'SUM') return within(total, type.scale);
    const { scale } = a.type as { scale: number };
    return within(half(total * 10n ** BigInt(scale - type.scale), BigInt(values.length)), scale);
  }
  const total = values.reduce((sum: bigint, v) => sum + BigInt(v as number | bigint), 0n);
  const of = (n: bigint): Value => (a.type.kind === 'INT' ? Number(BigInt.asIntN(32, n)) : BigInt.asIntN(64, n));
  return a.fn === 'SUM' ? of(total) : of(BigInt.asIntN(64, total) / BigInt(values.length));
};

/** Whether two results are the same to a reader of rows: -0 and 0 are not, a decimal's scale counts. */
export const sameResult = (a: Value, b: Value): boolean => {
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return Object.is(a, b);
  return asDecimal(a).unscaled === asDecimal(b).unscaled && asDecimal(a).scale === asDecimal(b).scale;
};
