// IN, LIKE, IS and BETWEEN. NULL is decided when they run (evaluate.ts); BETWEEN is two comparisons, as in Flink.
import type { ExprNode } from '../ast.ts';
import { constantText } from '../functions/define.ts';
import { escapesWell } from '../like.ts';
import type { Expr } from '../plan.ts';
import { BOOLEAN, typeText } from '../type-rules.ts';
import { castTo, commonOf, refuseNull } from './coerce.ts';
import { checkAll, checkExpr } from './expression.ts';
import { alike, asBoolean, checkBinary } from './operators.ts';
import { call, type Scope } from './scope.ts';

const negated = (not: boolean, e: Expr | null): Expr | null => (e && not ? call('NOT', [e], BOOLEAN) : e);

export const checkIn = (node: Extract<ExprNode, { kind: 'in' }>, scope: Scope): Expr | null => {
  const args = checkAll([node.arg, ...node.list], scope);
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

export const checkLike = (node: Extract<ExprNode, { kind: 'like' }>, scope: Scope): Expr | null => {
  const args = checkAll([node.arg, node.pattern, ...(node.escape ? [node.escape] : [])], scope);
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
  const [pattern, by] = [constantText(args[1]), constantText(escapeBy)];
  if (pattern !== null && by !== null && !escapesWell(pattern, by)) {
    scope.problems.add(node.at, `LIKE '${pattern}' ESCAPE '${by}': the escape must stand before %, _ or itself`);
    return null;
  }
  return negated(node.not, call('LIKE', args, BOOLEAN));
};

export const checkIs = (node: Extract<ExprNode, { kind: 'is' }>, scope: Scope): Expr | null => {
  const arg = checkExpr(node.arg, scope);
  const operand = arg && node.what !== 'NULL' ? asBoolean(node.at, `IS ${node.what}`, arg, scope.problems) : arg;
  const what = node.what === 'UNKNOWN' ? 'NULL' : node.what;
  return operand && call(`IS ${node.not ? 'NOT ' : ''}${what}`, [operand], BOOLEAN);
};

export const checkBetween = (node: Extract<ExprNode, { kind: 'between' }>, scope: Scope): Expr | null => {
  const args = checkAll([node.arg, node.low, node.high], scope);
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
