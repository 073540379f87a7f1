// Typed expressions to closures over a row. Compiled once for a query, run for every event.
import { castTo, tryCastTo } from './casts.ts';
import { parseDecimal } from './decimal.ts';
import { FUNCTIONS } from './functions/index.ts';
import {
  type Call,
  type Evaluator,
  element,
  field,
  like,
  logic,
  nothing,
  type Row,
  strict1,
  strict2,
} from './logic.ts';
import { arithmetic, comparison, negate } from './operators.ts';
import type { Expr } from './plan.ts';
import type { Value } from './types.ts';

export type { Evaluator, Row } from './logic.ts';

/** The user's functions by name (CREATE FUNCTION), each over SQL values, with its rule for NULL applied. */
export type UserFunctions = ReadonlyMap<string, (args: readonly Value[]) => Value>;

const USER = 'UDF ';

const userCall = (e: Call, args: readonly Evaluator[], functions: UserFunctions | undefined): Evaluator => {
  const run = functions?.get(e.fn.slice(USER.length));
  if (run === undefined)
    throw new TypeError(`the plan calls the function ${e.fn.slice(USER.length)}, which is not here`);
  return (row) => run(args.map((arg) => arg(row)));
};

const literalValue = (e: Extract<Expr, { kind: 'literal' }>): Value => {
  if (e.value === null || typeof e.value !== 'string') return e.value;
  if (e.type.kind === 'BIGINT') return BigInt(e.value);
  return e.type.kind === 'DECIMAL' ? parseDecimal(e.value) : e.value;
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

const compileCall = (e: Call, args: readonly Evaluator[], functions: UserFunctions | undefined): Evaluator => {
  const [a = nothing, b = nothing] = args;
  if (e.fn.startsWith(USER)) return userCall(e, args, functions);
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
export const evaluator = (e: Expr, functions?: UserFunctions): Evaluator => {
  if (e.kind === 'slot') {
    const { slot } = e;
    return (row) => row[slot] ?? null;
  }
  if (e.kind === 'literal') {
    const value = literalValue(e);
    return () => value;
  }
  const args = e.args.map((arg) => evaluator(arg, functions));
  return folded(e, compileCall(e, args, functions));
};

/** Whether a row passes; NULL does not. No condition: every row passes. */
export const predicate = (e: Expr | null, functions?: UserFunctions): ((row: Row) => boolean) => {
  if (e === null) return () => true;
  const evaluate = evaluator(e, functions);
  return (row) => evaluate(row) === true;
};
