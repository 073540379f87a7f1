// Operators of a plan as closures over evaluated arguments. NULL in gives NULL out, but for the logic of AND, OR, IS and IN.
import {
  addDecimal,
  compareDecimal,
  divideDecimal,
  fitDecimal,
  multiplyDecimal,
  negateDecimal,
  remainderDecimal,
} from './decimal.ts';
import { DAY_MS } from './instants.ts';
import type { Decimal, SqlType, Value } from './types.ts';
import { compareValues } from './values.ts';

export type Binary = (a: Value, b: Value) => Value;
type ByKind = Readonly<Record<'INT' | 'BIGINT' | 'DOUBLE' | 'DECIMAL', Binary | null>>;

const big =
  (f: (a: bigint, b: bigint) => bigint): Binary =>
  (a, b) =>
    BigInt.asIntN(64, f(a as bigint, b as bigint));
const int =
  (f: (a: number, b: number) => number): Binary =>
  (a, b) =>
    f(a as number, b as number) | 0;
const double =
  (f: (a: number, b: number) => number): Binary =>
  (a, b) =>
    f(a as number, b as number);
const exact =
  (f: (a: Decimal, b: Decimal) => Decimal): Binary =>
  (a, b) =>
    f(a as Decimal, b as Decimal) as Value;

const nonZero = (b: Value): void => {
  if (b === 0 || b === 0n) throw new RangeError('division by zero');
};
const checked =
  (f: Binary): Binary =>
  (a, b) => {
    nonZero(b);
    return f(a, b);
  };

const ARITHMETIC: Readonly<Record<string, ByKind>> = {
  '+': {
    INT: int((a, b) => a + b),
    BIGINT: big((a, b) => a + b),
    DOUBLE: double((a, b) => a + b),
    DECIMAL: exact(addDecimal),
  },
  '-': {
    INT: int((a, b) => a - b),
    BIGINT: big((a, b) => a - b),
    DOUBLE: double((a, b) => a - b),
    DECIMAL: exact((a, b) => addDecimal(a, negateDecimal(b))),
  },
  '*': {
    INT: int(Math.imul),
    BIGINT: big((a, b) => a * b),
    DOUBLE: double((a, b) => a * b),
    DECIMAL: exact(multiplyDecimal),
  },
  '/': {
    INT: checked(int((a, b) => a / b)),
    BIGINT: checked(big((a, b) => a / b)),
    DOUBLE: double((a, b) => a / b),
    DECIMAL: exact(divideDecimal),
  },
  '%': {
    INT: checked(int((a, b) => a % b)),
    BIGINT: checked(big((a, b) => a % b)),
    DOUBLE: null,
    DECIMAL: exact(remainderDecimal),
  },
};

/**
 * + - * / % in the type of the result; integers wrap around, a DECIMAL that does not fit is NULL.
 * @throws RangeError of the closure: division of an integer or DECIMAL by zero
 */
export const arithmetic = (op: string, type: SqlType): Binary | null => {
  // A DATE moves by whole days: the hours of an interval that make none are lost, as in Flink.
  if (type.kind === 'DATE')
    return op === '+' || op === '-' ? double((a, b) => a + (op === '+' ? 1 : -1) * Math.trunc(b / DAY_MS)) : null;
  if (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ' || type.kind === 'INTERVAL')
    return op === '+' ? double((a, b) => a + b) : op === '-' ? double((a, b) => a - b) : null;
  if (type.kind !== 'INT' && type.kind !== 'BIGINT' && type.kind !== 'DOUBLE' && type.kind !== 'DECIMAL') return null;
  const run = ARITHMETIC[op]?.[type.kind] ?? null;
  if (type.kind !== 'DECIMAL' || run === null) return run;
  return (a, b) => fitDecimal(run(a, b) as Decimal, type.precision, type.scale);
};

export const negate = (type: SqlType): ((a: Value) => Value) => {
  if (type.kind === 'DECIMAL') return (a) => negateDecimal(a as Decimal);
  if (type.kind === 'BIGINT') return (a) => BigInt.asIntN(64, -(a as bigint));
  return type.kind === 'INT' ? (a) => -(a as number) | 0 : (a) => -(a as number);
};

const COMPARE: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};
/** By the language's own operators, for numbers and bigints; NaN equals nothing. */
const NATIVE: Readonly<Record<string, Binary>> = {
  '=': (a, b) => a === b,
  '<>': (a, b) => a !== b,
  '<': (a, b) => (a as number) < (b as number),
  '<=': (a, b) => (a as number) <= (b as number),
  '>': (a, b) => (a as number) > (b as number),
  '>=': (a, b) => (a as number) >= (b as number),
};

/** Both arguments are of `type`. */
export const comparison = (op: string, type: SqlType): Binary | null => {
  const decide = COMPARE[op];
  if (!decide) return null;
  if (type.kind === 'STRING')
    return op === '=' || op === '<>' ? (NATIVE[op] ?? null) : (a, b) => decide(compareValues(a, b));
  if (type.kind === 'DECIMAL') return (a, b) => decide(compareDecimal(a as Decimal, b as Decimal));
  return NATIVE[op] ?? null;
};

/** Whether two values of one type are the same to IS DISTINCT FROM and IN; NULL is not handed in. */
export const equality = (type: SqlType): ((a: Value, b: Value) => boolean) => {
  const equal = comparison('=', type);
  return (a, b) => equal?.(a, b) === true;
};
