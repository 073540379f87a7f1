// Operators that decide for themselves what NULL means: AND, OR, CASE, IN, IS; and those that look into values.

import { json } from './json-value.ts';
import { likeTest } from './like.ts';
import { equality } from './operators.ts';
import type { Expr } from './plan.ts';
import type { Value } from './types.ts';
import { compareValues } from './values.ts';

export type Row = readonly Value[];
export type Evaluator = (row: Row) => Value;
export type Call = Extract<Expr, { kind: 'call' }>;

export const strict1 =
  (run: (a: Value) => Value, a: Evaluator): Evaluator =>
  (row) => {
    const x = a(row);
    return x === null ? null : run(x);
  };
export const strict2 =
  (run: (a: Value, b: Value) => Value, a: Evaluator, b: Evaluator): Evaluator =>
  (row) => {
    const x = a(row);
    if (x === null) return null;
    const y = b(row);
    return y === null ? null : run(x, y);
  };

const and =
  (a: Evaluator, b: Evaluator): Evaluator =>
  (row) => {
    const x = a(row);
    if (x === false) return false;
    const y = b(row);
    return y === false ? false : x === null || y === null ? null : true;
  };
const or =
  (a: Evaluator, b: Evaluator): Evaluator =>
  (row) => {
    const x = a(row);
    if (x === true) return true;
    const y = b(row);
    return y === true ? true : x === null || y === null ? null : false;
  };

const caseOf =
  (args: readonly Evaluator[]): Evaluator =>
  (row) => {
    for (let i = 0; i + 1 < args.length; i += 2) if (args[i]?.(row) === true) return args[i + 1]?.(row) ?? null;
    return args.length % 2 === 1 ? (args[args.length - 1]?.(row) ?? null) : null;
  };

const coalesce =
  (args: readonly Evaluator[]): Evaluator =>
  (row) => {
    for (const arg of args) {
      const value = arg(row);
      if (value !== null) return value;
    }
    return null;
  };

/** TRUE when one is equal; else NULL when either side holds a NULL; else FALSE. */
const inList = (e: Call, args: readonly Evaluator[]): Evaluator => {
  const [first, ...list] = args;
  const type = e.args[0]?.type;
  const equal = type ? equality(type) : () => false;
  return (row) => {
    const x = first?.(row) ?? null;
    if (x === null) return null;
    let unknown = false;
    for (const item of list) {
      const y = item(row);
      if (y === null) unknown = true;
      else if (equal(x, y)) return true;
    }
    return unknown ? null : false;
  };
};

const extreme =
  (args: readonly Evaluator[], sign: 1 | -1): Evaluator =>
  (row) => {
    let best: Value = null;
    for (const arg of args) {
      const value = arg(row);
      if (value === null) return null;
      if (best === null || compareValues(value, best) * sign > 0) best = value;
    }
    return best;
  };

const distinct = (e: Call, a: Evaluator, b: Evaluator, not: boolean): Evaluator => {
  const type = e.args[0]?.type;
  const equal = type ? equality(type) : () => false;
  return (row) => {
    const [x, y] = [a(row), b(row)];
    const same = x === null || y === null ? x === y : equal(x, y);
    return same === not;
  };
};

export const like = (e: Call, args: readonly Evaluator[]): Evaluator => {
  const [arg, pattern] = [args[0] ?? nothing, args[1] ?? nothing];
  const by = e.args[2]?.kind === 'literal' ? String(e.args[2].value) : null;
  if (e.args[1]?.kind === 'literal' && typeof e.args[1].value === 'string') {
    const test = likeTest(e.args[1].value, by);
    return strict1((a) => test(a as string), arg);
  }
  return strict2((a, b) => likeTest(b as string, by)(a as string), arg, pattern);
};

export const element = (e: Call, of: Evaluator, index: Evaluator): Evaluator =>
  e.args[0]?.type.kind === 'MAP'
    ? strict2((map, key) => (map as ReadonlyMap<Value, Value>).get(key) ?? null, of, index)
    : strict2((list, n) => (list as readonly Value[])[(n as number) - 1] ?? null, of, index);

export const field = (e: Call, of: Evaluator): Evaluator => {
  const index = e.args[1]?.kind === 'literal' ? Number(e.args[1].value) : -1;
  return strict1((row) => (row as readonly Value[])[index] ?? null, of);
};

export const nothing: Evaluator = () => null;

/** Calls that decide for themselves what NULL means. */
export const logic = (e: Call, args: readonly Evaluator[]): Evaluator | null => {
  const [a = nothing, b = nothing] = args;
  switch (e.fn) {
    case 'AND':
      return and(a, b);
    case 'OR':
      return or(a, b);
    case 'NOT':
      return strict1((x) => x === false, a);
    case 'CASE':
      return caseOf(args);
    case 'COALESCE':
      return coalesce(args);
    case 'IN':
      return inList(e, args);
    case 'IS NULL':
      return (row) => a(row) === null;
    case 'IS NOT NULL':
      return (row) => a(row) !== null;
    case 'IS TRUE':
      return (row) => a(row) === true;
    case 'IS NOT TRUE':
      return (row) => a(row) !== true;
    case 'IS FALSE':
      return (row) => a(row) === false;
    case 'IS NOT FALSE':
      return (row) => a(row) !== false;
    case 'GREATEST':
    case 'LEAST':
      return extreme(args, e.fn === 'GREATEST' ? 1 : -1);
    case 'CONCAT_WS':
      return (row) => {
        const by = a(row);
        return by === null
          ? null
          : args
              .slice(1)
              .flatMap((arg) => arg(row) ?? [])
              .join(by as string);
      };
    case 'JSON_VALUE':
    case 'JSON_EXISTS':
      return json(e, args);
    case 'TUMBLE START':
      return strict2((time, size) => Math.floor((time as number) / (size as number)) * (size as number), a, b);
    case 'IS DISTINCT FROM':
      return distinct(e, a, b, false);
    case 'IS NOT DISTINCT FROM':
      return distinct(e, a, b, true);
    default:
      return null;
  }
};
