// Operators: what they take and what they give.
import type { BinaryOp, ExprNode, Span } from '../ast.ts';
import type { Expr } from '../plan.ts';
import type { Problems } from '../problem.ts';
import {
  arithmeticType,
  asDecimal,
  BOOLEAN,
  commonType,
  INTERVAL,
  isInstant,
  isNested,
  isNumeric,
  STRING,
  typeText,
} from '../type-rules.ts';
import type { SqlType } from '../types.ts';
import { castTo, commonOf, refuseNull } from './coerce.ts';
import { call } from './scope.ts';

const wayToCompare = (a: SqlType, b: SqlType): string => {
  const time = isInstant(a) || isInstant(b) ? "; an instant is written TIMESTAMP '2026-03-01 12:00:00'" : '';
  return `${time}; make them alike by CAST(… AS ${typeText(isNumeric(b) || isInstant(b) ? b : a)})`;
};

/** Both sides in one type, for = < IN BETWEEN and the like. */
export const alike = (at: Span, op: string, a: Expr, b: Expr, problems: Problems): readonly [Expr, Expr] | null => {
  const type = commonOf([a, b]);
  if (type === null) {
    problems.add(
      at,
      `${op}: cannot compare ${typeText(a.type)} with ${typeText(b.type)}${wayToCompare(a.type, b.type)}`,
    );
    return null;
  }
  if (isNested(type)) {
    problems.notYet(at, `${op} on ${typeText(type)}`, 'compare the fields one by one');
    return null;
  }
  return [castTo(a, type), castTo(b, type)];
};

export const asBoolean = (at: Span, clause: string, e: Expr, problems: Problems): Expr | null => {
  if (refuseNull(at, e, problems)) return null;
  if (e.type.kind === 'BOOLEAN') return e;
  problems.add(at, `${clause}: expected a condition (BOOLEAN), found ${typeText(e.type)}`);
  return null;
};

const logic = (at: Span, op: 'AND' | 'OR', a: Expr, b: Expr, problems: Problems): Expr | null => {
  const [x, y] = [asBoolean(at, op, a, problems), asBoolean(at, op, b, problems)];
  return x && y && call(op, [x, y], BOOLEAN);
};

/** Instants and days move by intervals. */
const timeArithmetic = (op: string, a: SqlType, b: SqlType): SqlType | null => {
  if (op !== '+' && op !== '-') return null;
  if (a.kind === 'INTERVAL' && b.kind === 'INTERVAL') return INTERVAL;
  const moves = (t: SqlType): boolean => isInstant(t) || t.kind === 'DATE';
  if (moves(a) && b.kind === 'INTERVAL') return a;
  if (op === '+' && a.kind === 'INTERVAL' && moves(b)) return b;
  return null;
};

const arithmetic = (
  at: Span,
  op: '+' | '-' | '*' | '/' | '%',
  left: Expr,
  right: Expr,
  problems: Problems,
): Expr | null => {
  if (refuseNull(at, left, problems) || refuseNull(at, right, problems)) return null;
  const time = timeArithmetic(op, left.type, right.type);
  if (time) return call(op, left.type.kind === 'INTERVAL' && op === '+' ? [right, left] : [left, right], time);
  const type = arithmeticType(op, left.type, right.type);
  if (type === null) {
    const hint =
      left.type.kind === 'STRING' && right.type.kind === 'STRING' && op === '+' ? '; join texts with ||' : '';
    problems.add(at, `${op}: not for ${typeText(left.type)} and ${typeText(right.type)}${hint}`);
    return null;
  }
  // DECIMAL keeps each side's own scale; the others are brought to the wider of the two types.
  if (type.kind === 'DECIMAL')
    return call(op, [castTo(left, asDecimal(left.type)), castTo(right, asDecimal(right.type))], type);
  const wide = commonType(left.type, right.type) ?? type;
  const result = call(op, [castTo(left, wide), castTo(right, wide)], wide);
  return castTo(result, type);
};

export const checkBinary = (at: Span, op: BinaryOp, a: Expr, b: Expr, problems: Problems): Expr | null => {
  switch (op) {
    case 'AND':
    case 'OR':
      return logic(at, op, a, b, problems);
    case '||': {
      if (refuseNull(at, a, problems) || refuseNull(at, b, problems)) return null;
      if (a.type.kind === 'STRING' && b.type.kind === 'STRING') return call('||', [a, b], STRING);
      const other = a.type.kind === 'STRING' ? b.type : a.type;
      problems.add(at, `||: joins texts, found ${typeText(other)}; write CAST(… AS STRING)`);
      return null;
    }
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(at, op, a, b, problems);
    default: {
      const both = alike(at, op, a, b, problems);
      if (both && both[0].type.kind === 'BOOLEAN' && op !== '=' && op !== '<>') {
        problems.add(at, `${op}: BOOLEAN has no order; use = or <>`);
        return null;
      }
      return both && call(op, both, BOOLEAN);
    }
  }
};

export const checkUnary = (node: Extract<ExprNode, { kind: 'unary' }>, arg: Expr, problems: Problems): Expr | null => {
  if (node.op === 'NOT') {
    const condition = asBoolean(node.at, 'NOT', arg, problems);
    return condition && call('NOT', [condition], BOOLEAN);
  }
  if (isNumeric(arg.type) || arg.type.kind === 'INTERVAL') {
    if (node.op === '+') return arg;
    if (arg.kind === 'literal' && typeof arg.value === 'number') return { ...arg, value: -arg.value };
    if (arg.kind === 'literal' && typeof arg.value === 'string')
      return { ...arg, value: arg.value.startsWith('-') ? arg.value.slice(1) : `-${arg.value}` };
    return call('NEGATE', [arg], arg.type);
  }
  problems.add(node.at, `${node.op}: a sign stands before a number, found ${typeText(arg.type)}`);
  return null;
};
