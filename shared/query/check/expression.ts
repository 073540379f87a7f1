// Expressions: names and types. Each function gives the typed expression, or null after it reported what is wrong.
import type { CallNode, ExprNode } from '../ast.ts';
import type { Expr } from '../plan.ts';
import { listed } from '../problem.ts';
import { BOOLEAN, typeText } from '../type-rules.ts';
import { checkField, checkItem } from './access.ts';
import { AGGREGATES, checkCall } from './calls.ts';
import { castTo, commonOf, refuseNull, writtenCast } from './coerce.ts';
import { checkJson } from './json.ts';
import { checkInterval, checkLiteral, isNull, literal } from './literals.ts';
import { alike, asBoolean, checkBinary, checkUnary } from './operators.ts';
import { checkBetween, checkIn, checkIs, checkLike } from './predicates.ts';
import { resolveType } from './resolve-type.ts';
import { call, type Scope } from './scope.ts';

/** All of them, or null when one has a mistake. */
export const checkAll = (nodes: readonly ExprNode[], scope: Scope): readonly Expr[] | null => {
  const checked = nodes.map((node) => checkExpr(node, scope));
  const good = checked.flatMap((e) => (e ? [e] : []));
  return good.length === nodes.length ? good : null;
};

const checkCase = (node: Extract<ExprNode, { kind: 'case' }>, scope: Scope): Expr | null => {
  const operand = node.operand && checkExpr(node.operand, scope);
  if (node.operand && !operand) return null;
  const conditions = node.whens.map(({ when }) => {
    const e = checkExpr(when, scope);
    if (!e) return null;
    if (!operand) return asBoolean(when.at, 'CASE WHEN', e, scope.problems);
    const both = alike(when.at, 'CASE', operand, e, scope.problems);
    return both && call('=', both, BOOLEAN);
  });
  const results = checkAll([...node.whens.map((w) => w.result), ...(node.otherwise ? [node.otherwise] : [])], scope);
  if (!results || conditions.includes(null)) return null;
  const type = commonOf(results);
  if (results.every(isNull) && refuseNull(node.at, literal(null, BOOLEAN), scope.problems)) return null;
  if (type === null) {
    const found = results.map((e) => typeText(e.type));
    scope.problems.add(node.at, `CASE: all its results must be of one type, found ${listed([...new Set(found)])}`);
    return null;
  }
  const args: Expr[] = [];
  for (const [i, condition] of conditions.entries()) {
    const result = results[i];
    if (condition && result) args.push(condition, castTo(result, type));
  }
  const last = results[node.whens.length];
  args.push(last ? castTo(last, type) : literal(null, type));
  return call('CASE', args, type);
};

/** OVER anywhere but as an item of SELECT. */
const refuseOver = (node: CallNode, scope: Scope): null => {
  const name = node.name.name.toUpperCase();
  const numbers = name === 'ROW_NUMBER';
  scope.problems.notYet(
    node.at,
    numbers ? `ROW_NUMBER() inside an expression or in ${scope.clause}` : `${name} OVER (…)`,
    numbers
      ? 'give it a name of its own in SELECT of a sub-query, and filter outside: WHERE rn <= 10'
      : name === 'RANK' || name === 'DENSE_RANK'
        ? 'use ROW_NUMBER() OVER (PARTITION BY … ORDER BY …) and filter outside: WHERE rn <= 10'
        : 'aggregate in a window: FROM TABLE(TUMBLE(…)) … GROUP BY window_start, window_end',
  );
  return null;
};

export const checkExpr = (node: ExprNode, scope: Scope): Expr | null => {
  const whole = scope.whole(node);
  if (whole !== undefined) return whole;
  const { problems } = scope;
  switch (node.kind) {
    case 'literal':
      return checkLiteral(node, problems);
    case 'interval':
      return checkInterval(node, problems);
    case 'name':
      return scope.name(node.parts);
    case 'field': {
      const of = checkExpr(node.of, scope);
      return of && checkField(of, node.name, scope);
    }
    case 'item': {
      const [of, index] = [checkExpr(node.of, scope), checkExpr(node.index, scope)];
      return of && index && checkItem(node, of, index, scope);
    }
    case 'unary': {
      if (node.op === '-' && node.arg.kind === 'literal' && node.arg.of === 'integer')
        return checkLiteral({ ...node.arg, text: `-${node.arg.text}`, at: node.at }, problems);
      const arg = checkExpr(node.arg, scope);
      return arg && checkUnary(node, arg, problems);
    }
    case 'binary': {
      const [left, right] = [checkExpr(node.left, scope), checkExpr(node.right, scope)];
      return left && right && checkBinary(node.at, node.op, left, right, problems);
    }
    case 'between':
      return checkBetween(node, scope);
    case 'in':
      return checkIn(node, scope);
    case 'like':
      return checkLike(node, scope);
    case 'is':
      return checkIs(node, scope);
    case 'distinct': {
      const [left, right] = [checkExpr(node.left, scope), checkExpr(node.right, scope)];
      const both = left && right && alike(node.at, 'IS DISTINCT FROM', left, right, problems);
      return both && call(node.not ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM', both, BOOLEAN);
    }
    case 'case':
      return checkCase(node, scope);
    case 'cast': {
      const [arg, type] = [checkExpr(node.arg, scope), resolveType(node.type, problems)];
      return arg && type && writtenCast(node.at, arg, type, node.safe, problems);
    }
    case 'json':
      return checkJson(node, scope);
    case 'call': {
      if (node.over) return refuseOver(node, scope);
      if (AGGREGATES.has(node.name.name.toUpperCase())) return scope.aggregate(node);
      const args = checkAll(node.args, scope);
      return args && checkCall(node, args, scope);
    }
    case 'in-query':
      scope.problems.notYet(
        node.at,
        'IN (SELECT …) or EXISTS (SELECT …) inside an expression',
        'join it by AND to the rest of WHERE',
      );
      return null;
    default:
      return node satisfies never;
  }
};
