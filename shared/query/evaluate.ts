// Typed expressions to closures over a row. Compiled once for a query, run for every event.

import { castTo, tryCastTo } from './casts.ts';
import { parseDecimal } from './decimal.ts';
import { FUNCTIONS } from './functions/index.ts';
import { likeTest } from './like.ts';
import { arithmetic, comparison, equality, negate } from './operators.ts';
import type { Expr } from './plan.ts';
import type { Value } from './types.ts';

export type Row = readonly Value[];
export type Evaluator = (row: Row) => Value;
type Call = Extract<Expr, { kind: 'call' }>;

const literalValue = (e: Extract<Expr, { kind: 'literal' }>): Value => {
  if (e.value === null || typeof e.value !== 'string') return e.value;
  if (e.type.kind === 'BIGINT') return BigInt(e.value);
  return e.type.kind === 'DECIMAL' ? parseDecimal(e.value) : e.value;
};

const strict1 =
  (run: (a: Value) => Value, a: Evaluator): Evaluator =>
  (row) => {
    const x = a(row);
    return x === null ? null : run(x);
  };
const strict2 =
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

const distinct = (e: Call, a: Evaluator, b: Evaluator, not: boolean): Evaluator => {
  const type = e.args[0]?.type;
  const equal = type ? equality(type) : () => false;
  return (row) => {
    const [x, y] = [a(row), b(row)];
    const same = x === null || y === null ? x === y : equal(x, y);
    return same === not;
  };
};

const like = (e: Call, args: readonly Evaluator[]): Evaluator => {
  const [arg, pattern] = [args[0] ?? nothing, args[1] ?? nothing];
  const by = e.args[2]?.kind === 'literal' ? String(e.args[2].value) : null;
  if (e.args[1]?.kind === 'literal' && typeof e.args[1].value === 'string') {
    const test = likeTest(e.args[1].value, by);
    return strict1((a) => test(a as string), arg);
  }
  return strict2((a, b) => likeTest(b as string, by)(a as string), arg, pattern);
};

const element = (e: Call, of: Evaluator, index: Evaluator): Evaluator =>
  e.args[0]?.type.kind === 'MAP'
    ? strict2((map, key) => (map as ReadonlyMap<Value, Value>).get(key) ?? null, of, index)
    : strict2((list, n) => (list as readonly Value[])[(n as number) - 1] ?? null, of, index);

const field = (e: Call, of: Evaluator): Evaluator => {
  const index = e.args[1]?.kind === 'literal' ? Number(e.args[1].value) : -1;
  return strict1((row) => (row as readonly Value[])[index] ?? null, of);
};

const nothing: Evaluator = () => null;

/** Calls that decide for themselves what NULL means. */
const logic = (e: Call, args: readonly Evaluator[]): Evaluator | null => {
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
    case 'IS DISTINCT FROM':
      return distinct(e, a, b, false);
    case 'IS NOT DISTINCT FROM':
      return distinct(e, a, b, true);
    default:
      return null;
  }
};

const builtIn = (e: Call, args: readonly Evaluator[]): Evaluator | null => {
  const unit = e.fn.split(' ').pop() ?? '';
  const def = FUNCTIONS.get(e.fn) ?? FUNCTIONS.get(e.fn.slice(0, -unit.length - 1));
  if (!def) return null;
  const run = def.run(e, unit);
  const [a = nothing, b = nothing, c = nothing, d = nothing] = args;
  if (def.variadic)
    return (row) => {
      const values: Value[] = [];
      for (const arg of args) {
        const value = arg(row);
        if (value === null) return null;
        values.push(value);
      }
      return run(values, null, null, null);
    };
  if (args.length === 1) return strict1((x) => run(x, null, null, null), a);
  if (args.length === 2) return strict2((x, y) => run(x, y, null, null), a, b);
  return (row) => {
    const [x, y, z, w] = [a(row), b(row), c(row), args.length > 3 ? d(row) : 0];
    return x === null || y === null || z === null || w === null ? null : run(x, y, z, w);
  };
};

const compileCall = (e: Call, args: readonly Evaluator[]): Evaluator => {
  const [a = nothing, b = nothing] = args;
  const decided = logic(e, args);
  if (decided) return decided;
  const from = e.args[0]?.type ?? e.type;
  switch (e.fn) {
    case 'CAST':
      return strict1(castTo(from, e.type), a);
    case 'TRY_CAST':
      return strict1(tryCastTo(from, e.type), a);
    case 'FIELD':
      return field(e, a);
    case 'ITEM':
      return element(e, a, b);
    case 'LIKE':
      return like(e, args);
    case '||':
      return strict2((x, y) => (x as string) + (y as string), a, b);
    case 'NEGATE':
      return strict1(negate(e.type), a);
    default: {
      const binary = comparison(e.fn, from) ?? arithmetic(e.fn, e.type);
      const evaluator = binary && args.length === 2 ? strict2(binary, a, b) : builtIn(e, args);
      if (evaluator) return evaluator;
      throw new TypeError(`the plan calls ${e.fn}, which this version does not know`);
    }
  }
};

/** A constant is computed once; one that fails fails for each event, as its row would. */
const folded = (e: Call, evaluate: Evaluator): Evaluator => {
  if (!e.args.every((arg) => arg.kind === 'literal')) return evaluate;
  try {
    const value = evaluate([]);
    return () => value;
  } catch {
    return evaluate;
  }
};

/**
 * The value of an expression for each row; the row has the slots the expression names.
 * @throws TypeError at once, when the plan holds a function this version does not know
 * @throws CastError, RangeError of the closure: a CAST that cannot be made, a division by zero. The event fails for this query.
 */
export const evaluator = (e: Expr): Evaluator => {
  if (e.kind === 'slot') {
    const { slot } = e;
    return (row) => row[slot] ?? null;
  }
  if (e.kind === 'literal') {
    const value = literalValue(e);
    return () => value;
  }
  return folded(e, compileCall(e, e.args.map(evaluator)));
};

/** Whether a row passes; NULL does not. No condition: every row passes. */
export const predicate = (e: Expr | null): ((row: Row) => boolean) => {
  if (e === null) return () => true;
  const evaluate = evaluator(e);
  return (row) => evaluate(row) === true;
};
