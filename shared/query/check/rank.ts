// ROW_NUMBER() OVER (PARTITION BY … ORDER BY …) in a sub-query, and the WHERE outside of it that says how many rows are kept.
import type { CallNode, ExprNode } from '../ast.ts';
import type { Expr, Order } from '../plan.ts';
import type { Problems } from '../problem.ts';
import { BIGINT, isNested, typeText } from '../type-rules.ts';
import { checkExpr } from './expression.ts';
import { RANK_SLOT, type Ranked } from './relation.ts';
import type { Scope } from './scope.ts';

export const RANK: Expr = { kind: 'slot', slot: RANK_SLOT, type: BIGINT };

/** The call, when an item of SELECT is ROW_NUMBER() OVER (…). */
export const rankCall = (node: ExprNode): CallNode | null =>
  node.kind === 'call' && node.over !== null && node.name.name.toUpperCase() === 'ROW_NUMBER' ? node : null;

/** @returns what it sorts and parts by, over the row that SELECT reads; null after a report */
export const checkOver = (node: CallNode, scope: Scope): Pick<Ranked, 'partition' | 'order'> | null => {
  const { problems } = scope;
  const { over } = node;
  if (!over) return null;
  const before = problems.count();
  if (node.args.length > 0 || node.star) problems.add(node.at, 'ROW_NUMBER(): takes nothing in its brackets');
  const plain = (e: ExprNode, clause: string): readonly Expr[] => {
    const expr = checkExpr(e, { ...scope, clause });
    if (expr && isNested(expr.type))
      problems.add(e.at, `${clause}: ${typeText(expr.type)} has no order; name one of its fields`);
    return expr ? [expr] : [];
  };
  const partition = over.partitionBy.flatMap((e) => plain(e, 'PARTITION BY'));
  const order = over.orderBy.flatMap((o) =>
    plain(o.expr, 'ORDER BY').map(
      (expr): Order => ({
        expr,
        descending: o.descending,
        nullsFirst: o.nulls === null ? !o.descending : o.nulls === 'first',
      }),
    ),
  );
  if (over.orderBy.length === 0)
    problems.add(over.at, 'ROW_NUMBER(): OVER needs ORDER BY, which says which row is the first');
  return problems.count() === before ? { partition, order } : null;
};

/** Where ranked rows are read without a bound of the rank. */
export const unbounded = (rel: Ranked, problems: Problems): void =>
  problems.notYet(
    rel.at,
    'ROW_NUMBER() OVER (…) without a bound of it in the WHERE of the query outside',
    'name it and filter: SELECT … FROM (SELECT …, ROW_NUMBER() OVER (PARTITION BY … ORDER BY …) AS rn FROM …) WHERE rn <= 10',
  );
