// [NOT] EXISTS (SELECT …) and x [NOT] IN (SELECT …) in WHERE: semi and anti joins of windows.
import type { ExprNode, QueryNode } from '../ast.ts';
import type { Expr } from '../plan.ts';
import { type Problems, quietly } from '../problem.ts';
import { isNested, typeText } from '../type-rules.ts';
import { checkExpr } from './expression.ts';
import { checkFrom, type Open } from './from.ts';
import { condition } from './group.ts';
import { inputScope } from './input-scope.ts';
import { resolveJoined } from './join.ts';
import { type Condition, numbered } from './join-scope.ts';
import { type Names, withQueries } from './names.ts';
import { alike } from './operators.ts';
import { project } from './project.ts';
import { isWindowed, type Relation, type Shown } from './relation.ts';
import { call, type Scope } from './scope.ts';
import { mapSlots } from './slots.ts';
import { windowJoin } from './window-join.ts';

export type SubQuery = Extract<ExprNode, { kind: 'in-query' }>;

/** WHERE in two: the sub-queries that AND joins to the rest, and the rest. */
export const partWhere = (
  where: ExprNode | null,
): { readonly plain: readonly ExprNode[]; readonly queries: readonly SubQuery[] } => {
  if (!where) return { plain: [], queries: [] };
  if (where.kind === 'binary' && where.op === 'AND') {
    const [l, r] = [partWhere(where.left), partWhere(where.right)];
    if (l.queries.length + r.queries.length === 0) return { plain: [where], queries: [] };
    return { plain: [...l.plain, ...r.plain], queries: [...l.queries, ...r.queries] };
  }
  if (where.kind === 'in-query') return { plain: [], queries: [where] };
  if (where.kind === 'unary' && where.op === 'NOT' && where.arg.kind === 'in-query')
    return { plain: [], queries: [{ ...where.arg, not: !where.arg.not }] };
  return { plain: [where], queries: [] };
};

const WAY =
  'read both in the same windows: … FROM (SELECT * FROM TABLE(TUMBLE(TABLE a, …))) AS l WHERE EXISTS (SELECT 1 FROM (SELECT * FROM TABLE(TUMBLE(TABLE b, …))) AS r WHERE l.k = r.k AND l.window_start = r.window_start AND l.window_end = r.window_end)';

/** Names of the sub-query first, then those around it; as slots of their numbers, the outer ones first. */
const bothScopes = (outer: Shown, inner: Shown, problems: Problems): Scope => {
  const width = outer.columns.length;
  const own = { ...numbered([inner]), name: inner.name };
  const [within, around] = [inputScope(own, 'WHERE', problems), inputScope(numbered([outer]), 'WHERE', problems)];
  const quiet = quietly(problems);
  return {
    ...within,
    name(parts) {
      const found = inputScope(own, 'WHERE', quiet).name(parts);
      if (found) return mapSlots(found, (s) => ({ ...s, slot: s.slot + width }));
      if (inputScope(numbered([outer]), 'WHERE', quiet).name(parts)) return around.name(parts);
      return within.name(parts);
    },
  };
};

/** The rows of a plain SELECT … FROM … WHERE, and its conditions, which may name columns of the query around it. */
const correlated = (
  query: QueryNode,
  outer: Relation,
  names: Names,
  open: Open,
  problems: Problems,
): { readonly rel: Relation; readonly conditions: readonly Condition[]; readonly scope: Scope } | null => {
  const [select, second] = query.parts;
  if (!select) return null;
  if (second || select.groupBy || select.having || select.distinct) {
    problems.notYet(
      select.at,
      'UNION, GROUP BY, HAVING or DISTINCT in a sub-query in WHERE',
      'write them in a sub-query of its FROM, and the conditions of both sides in its WHERE',
    );
    return null;
  }
  const from = checkFrom(select.from, withQueries(query, names, problems), open, problems);
  const rel = from?.kind === 'joined' ? resolveJoined(from, [], problems) : from;
  if (!rel) return null;
  const scope = bothScopes(outer, rel, problems);
  const before = problems.count();
  project(select.items, rel, { ...scope, clause: 'SELECT' }, false);
  if (problems.count() > before) return null;
  if (!select.where) return { rel, conditions: [], scope };
  const expr = condition(select.where, scope);
  return expr && { rel, conditions: [{ expr, at: select.where.at }], scope };
};

/** The one column that `x IN (SELECT y …)` compares with. */
const itemOf = (node: SubQuery, scope: Scope, problems: Problems): Expr | null => {
  const [item, second] = node.query.parts[0]?.items ?? [];
  if (item?.kind === 'expr' && !second) return checkExpr(item.expr, scope);
  problems.add(node.query.at, 'IN (SELECT …): the sub-query gives one column');
  return null;
};

/** @returns the rows of `rel` that the sub-query keeps; null after a report */
export const keepBySubQuery = (
  node: SubQuery,
  rel: Relation,
  names: Names,
  open: Open,
  problems: Problems,
): Relation | null => {
  const found = correlated(node.query, rel, names, open, problems);
  if (!found) return null;
  if (!isWindowed(rel) || !isWindowed(found.rel)) {
    problems.notYet(node.at, `${node.arg ? 'IN' : 'EXISTS'} (SELECT …) without windows`, WAY);
    return null;
  }
  const conditions = [...found.conditions];
  let nulls: Expr | null = null;
  if (node.arg) {
    const arg = checkExpr(node.arg, inputScope(numbered([rel]), 'WHERE', problems));
    const item = itemOf(node, found.scope, problems);
    const both = arg && item && alike(node.at, 'IN', arg, item, problems);
    if (!both) return null;
    if (isNested(both[0].type)) problems.add(node.at, `IN: ${typeText(both[0].type)} is compared field by field`);
    const equal = call('=', both, { kind: 'BOOLEAN' });
    // NOT IN keeps no row where an answer is unknown: a NULL on either side counts as a partner.
    if (node.not) nulls = equal;
    else conditions.push({ expr: equal, at: node.at });
  }
  return windowJoin(node.not ? 'anti' : 'semi', rel, found.rel, conditions, node.at, problems, nulls);
};
