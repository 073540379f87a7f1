// Expressions: names and types. Each function gives the typed expression, or null after it reported what is wrong.
import type { ExprNode } from '../ast.ts';
import type { Expr } from '../plan.ts';
import { didYouMean, listed } from '../problem.ts';
import { BOOLEAN, INT, STRING, typeText } from '../type-rules.ts';
import { AGGREGATES, checkCall } from './calls.ts';
import { castTo, commonOf, refuseNull, writtenCast } from './coerce.ts';
import { checkInterval, checkLiteral, isNull, literal } from './literals.ts';
import { alike, asBoolean, checkBinary, checkUnary } from './operators.ts';
import { resolveType } from './resolve-type.ts';
import { call, type Scope } from './scope.ts';

const all = (nodes: readonly ExprNode[], scope: Scope): readonly Expr[] | null => {
  const checked = nodes.map((node) => checkExpr(node, scope));
  const good = checked.flatMap((e) => (e ? [e] : []));
  return good.length === nodes.length ? good : null;
};

const negated = (not: boolean, e: Expr | null): Expr | null => (e && not ? call('NOT', [e], BOOLEAN) : e);

/** A field of a ROW. */
export const checkField = (
  of: Expr,
  name: { readonly name: string; readonly at: ExprNode['at'] },
  scope: Scope,
): Expr | null => {
  const fields = of.type.kind === 'ROW' ? of.type.fields : [];
  const index = fields.findIndex((f) => f.name === name.name);
  const field = fields[index];
  if (field) return call('FIELD', [of, literal(index, INT)], field.type);
  scope.problems.add(
    name.at,
    of.type.kind === 'ROW'
      ? `${scope.clause}: no field "${name.name}" in ${typeText(of.type)}.${didYouMean(
          name.name,
          fields.map((f) => f.name),
        )}`
      : `${scope.clause}: ".${name.name}" reads a field of a ROW, found ${typeText(of.type)}`,
  );
  return null;
};

const checkItem = (node: Extract<ExprNode, { kind: 'item' }>, of: Expr, index: Expr, scope: Scope): Expr | null => {
  if (of.type.kind === 'ARRAY' && index.type.kind === 'INT') {
    if (index.kind !== 'literal' || Number(index.value) >= 1) return call('ITEM', [of, index], of.type.element);
    scope.problems.add(node.index.at, `${scope.clause}: the elements of an array count from 1`);
    return null;
  }
  if (of.type.kind === 'MAP' && index.type.kind === 'STRING') return call('ITEM', [of, index], of.type.value);
  scope.problems.add(
    node.at,
    `${scope.clause}: […] takes an element of an ARRAY by INT or of a MAP by text, found ${typeText(of.type)}[${typeText(index.type)}]`,
  );
  return null;
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
  const results = all([...node.whens.map((w) => w.result), ...(node.otherwise ? [node.otherwise] : [])], scope);
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

const checkIn = (node: Extract<ExprNode, { kind: 'in' }>, scope: Scope): Expr | null => {
  const args = all([node.arg, ...node.list], scope);
  const [arg, ...list] = args ?? [];
  if (!arg) return null;
  const type = commonOf([arg, ...list]);
  if (type !== null && alike(node.at, 'IN', castTo(arg, type), castTo(arg, type), scope.problems))
    return negated(
      node.not,
      call(
        'IN',
        [arg, ...list].map((e) => castTo(e, type)),
        BOOLEAN,
      ),
    );
  if (type === null)
    for (const [i, e] of list.entries()) alike(node.list[i]?.at ?? node.at, 'IN', arg, e, scope.problems);
  return null;
};

const checkLike = (node: Extract<ExprNode, { kind: 'like' }>, scope: Scope): Expr | null => {
  const args = all([node.arg, node.pattern, ...(node.escape ? [node.escape] : [])], scope);
  if (!args) return null;
  if (args.some((e) => refuseNull(node.at, e, scope.problems))) return null;
  const wrong = args.find((e) => e.type.kind !== 'STRING');
  if (wrong) {
    scope.problems.add(node.at, `LIKE: compares texts, found ${typeText(wrong.type)}; write CAST(… AS STRING)`);
    return null;
  }
  const escapeBy = args[2];
  if (escapeBy && !(escapeBy.kind === 'literal' && typeof escapeBy.value === 'string' && escapeBy.value.length === 1)) {
    scope.problems.add(node.at, "LIKE: ESCAPE takes one constant character, such as '!'");
    return null;
  }
  return negated(
    node.not,
    call(
      'LIKE',
      args.map((e) => castTo(e, STRING)),
      BOOLEAN,
    ),
  );
};

const checkIs = (node: Extract<ExprNode, { kind: 'is' }>, scope: Scope): Expr | null => {
  const arg = checkExpr(node.arg, scope);
  const operand = arg && node.what !== 'NULL' ? asBoolean(node.at, `IS ${node.what}`, arg, scope.problems) : arg;
  const what = node.what === 'UNKNOWN' ? 'NULL' : node.what;
  return operand && call(`IS ${node.not ? 'NOT ' : ''}${what}`, [operand], BOOLEAN);
};

const checkBetween = (node: Extract<ExprNode, { kind: 'between' }>, scope: Scope): Expr | null => {
  const args = all([node.arg, node.low, node.high], scope);
  const [arg, low, high] = args ?? [];
  if (!arg || !low || !high) return null;
  const inside = (from: Expr, to: Expr): Expr | null => {
    const least = checkBinary(node.at, '>=', arg, from, scope.problems);
    const most = checkBinary(node.at, '<=', arg, to, scope.problems);
    return least && most && call('AND', [least, most], BOOLEAN);
  };
  const straight = inside(low, high);
  const turned = node.symmetric ? inside(high, low) : null;
  return negated(node.not, straight && turned ? call('OR', [straight, turned], BOOLEAN) : straight);
};

export const checkExpr = (node: ExprNode, scope: Scope): Expr | null => {
  const whole = scope.whole(node);
  if (whole) return whole;
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
    case 'call': {
      if (AGGREGATES.has(node.name.name.toUpperCase())) return scope.aggregate(node);
      const args = all(node.args, scope);
      return args && checkCall(node, args, scope);
    }
    default:
      return node satisfies never;
  }
};
