// GROUP BY and SELECT DISTINCT: groups of a window, groups of groups, and groups that grow without a window.
import type { ExprNode, GroupNode, Select } from '../ast.ts';
import { filterTree } from '../logic-plan/filter-tree.ts';
import type { Tree } from '../logic-plan/tree.ts';
import { rolesOf } from '../logic-plan/tree.ts';
import type { Expr } from '../plan.ts';
import { type Problems, quietly } from '../problem.ts';
import { checkExpr } from './expression.ts';
import { checkGroupBy, checkSession, checkWindowGroupBy } from './grouping.ts';
import { asBoolean } from './operators.ts';
import { type Projected, project } from './project.ts';
import type { Rows, Shown, Windows } from './relation.ts';
import { isWindowed, type Relation } from './relation.ts';
import { type Grouping, resultScope } from './result-scope.ts';
import { runningBase } from './running.ts';
import type { Scope } from './scope.ts';
import { oneSet } from './sets.ts';
import { topicOf } from './topic.ts';
import { sideBySide } from './union-windows.ts';
import { treeOf } from './windows.ts';

/** What a grouped SELECT gives: the relation before its columns are named, those columns, and ROW_NUMBER if it is among them. */
export type Grouped = { readonly rel: Relation; readonly projected: Projected };

export const condition = (node: ExprNode, scope: Scope): Expr | null => {
  const e = checkExpr(node, scope);
  return e && asBoolean(node.at, scope.clause, e, scope.problems);
};

/** SELECT DISTINCT is GROUP BY all that is selected. */
export const distinctOf = (select: Select, problems: Problems): readonly GroupNode[] | null => {
  const at = select.distinct;
  if (!at) return select.groupBy;
  const exprs = select.items.flatMap((item) => (item.kind === 'expr' ? [item] : []));
  if (select.groupBy) problems.notYet(at, 'SELECT DISTINCT with GROUP BY', 'group by what is selected');
  else if (exprs.length < select.items.length) problems.notYet(at, 'SELECT DISTINCT *', 'name the columns');
  else return exprs.map((item) => ({ kind: 'expr', expr: item.expr, at: item.at }));
  return null;
};

type Result = { readonly projected: Projected; readonly having: Expr | null };

/** SELECT and HAVING over a group's row. */
const resultOf = (select: Select, rel: Relation, grouping: Grouping, problems: Problems): Result | null => {
  const scope = (clause: string) => resultScope(rel, grouping, clause, problems);
  const projected = project(select.items, rel, scope('SELECT'), true);
  const having = select.having && condition(select.having, scope('HAVING'));
  return projected && (!select.having || having) ? { projected, having } : null;
};

const shownOf = ({ name, broken }: Shown): Omit<Shown, 'columns'> => ({ name, broken });

/** Groups of the rows of a window: a fold of its own. */
const inWindow = (select: Select, groupBy: readonly GroupNode[], rel: Rows, problems: Problems): Grouped | null => {
  const grouping = checkWindowGroupBy(groupBy, rel, groupBy[0]?.at ?? select.at, problems);
  if (!grouping) return null;
  const sound = rel.window?.spec.kind !== 'session' || checkSession(grouping, rel, select.from.at, problems);
  const result = resultOf(select, rel, grouping, problems);
  if (!sound || !result) return null;
  const { keys, sets, aggregates } = grouping;
  const { parts: _, ...plain } = rel;
  return {
    rel: { ...plain, columns: result.projected.columns, grouped: { keys, sets, aggregates, having: result.having } },
    projected: result.projected,
  };
};

/** Groups of what windows gave. */
const overWindows = (
  select: Select,
  groupBy: readonly GroupNode[],
  grouping: Grouping,
  rel: Windows,
  problems: Problems,
): Grouped | null => {
  const roles = rolesOf(rel.tree);
  const at = groupBy[0]?.at ?? select.at;
  const roleOf = (e: Expr | undefined): string | undefined => (e?.kind === 'slot' ? roles[e.slot] : undefined);
  for (const role of ['window_start', 'window_end'])
    if (!grouping.sets.every((set) => set.some((i) => roleOf(grouping.keys[i]) === role))) {
      problems.notYet(
        at,
        `GROUP BY over the rows of windows without ${role}`,
        'write GROUP BY window_start, window_end and the keys; the sub-query must select both',
      );
      return null;
    }
  const result = resultOf(select, rel, grouping, problems);
  if (!result) return null;
  const { aggregates } = grouping;
  const trees = grouping.sets.map((set) => {
    const { keys: own, place } = oneSet(grouping, set);
    const tree: Tree = { kind: 'group', of: rel.tree, keys: own, aggregates };
    return { tree: result.having ? filterTree(tree, place(result.having)) : tree, place };
  });
  const base = { ...rel, ...shownOf(rel) };
  const { parts: _, ...plain } = base;
  const [only] = trees;
  if (only && trees.length === 1) {
    // All keys in one set stand in their order: the slots are those of the group.
    return { rel: { ...plain, columns: result.projected.columns, tree: only.tree }, projected: result.projected };
  }
  const { columns, rank } = result.projected;
  if (rank) {
    problems.notYet(rank.at, 'ROW_NUMBER in a SELECT with GROUPING SETS', 'number the rows in a query around it');
    return null;
  }
  const both = sideBySide(
    trees.map(({ tree, place }) => ({ tree, columns: columns.map((c) => ({ ...c, expr: place(c.expr) })) })),
  );
  const union: Tree = { kind: 'union', of: both.of };
  const numbered = both.columns;
  return { rel: { ...plain, columns: numbered, tree: union }, projected: { columns: numbered, rank: null } };
};

const running = (
  select: Select,
  grouping: Grouping,
  rel: Rows,
  what: string,
  at: Select['at'],
  problems: Problems,
): Grouped | null => {
  const result = resultOf(select, rel, grouping, problems);
  if (grouping.sets.length > 1) {
    problems.notYet(
      at,
      'GROUPING SETS without a window',
      'write one INSERT INTO for each set, each into a table with its keys as PRIMARY KEY',
    );
    return null;
  }
  const of = runningBase(rel, what, at, problems);
  if (!result || !of) return null;
  const { keys, aggregates } = grouping;
  const { columns } = result.projected;
  return {
    rel: {
      kind: 'running',
      ...shownOf(rel),
      what,
      at,
      columns,
      of,
      keys,
      keep: { kind: 'aggregates', aggregates },
      emit: 'updates',
      having: result.having,
    },
    projected: result.projected,
  };
};

/** @param rel of FROM and WHERE; null after a report */
export const checkGrouped = (
  select: Select,
  groupBy: readonly GroupNode[],
  rel: Relation,
  problems: Problems,
): Grouped | null => {
  const at = groupBy[0]?.at ?? select.at;
  const what = select.distinct ? 'SELECT DISTINCT' : 'GROUP BY';
  if (rel.kind === 'rows' && rel.window && !rel.grouped) return inWindow(select, groupBy, rel, problems);
  if (rel.kind === 'running' || rel.kind === 'ranked') {
    problems.notYet(
      at,
      `${what} over ${rel.kind === 'ranked' ? 'ROW_NUMBER' : `the rows of ${rel.what}`} without a window, which change as events come`,
      'compute both in windows: FROM TABLE(TUMBLE(…)), grouped by window_start, window_end',
    );
    return null;
  }
  if (isWindowed(rel)) {
    // Without a window column among the keys, it is a group that grows.
    const silent = checkGroupBy(groupBy, rel, at, quietly(problems));
    const session = rel.kind === 'rows' && rel.window?.spec.kind === 'session';
    const named = silent?.keys.some((key) => isWindowKey(rel, key)) ?? true;
    if (named && session) {
      treeOf(rel, what, at, problems);
      return null;
    }
    if (named) {
      const treed = treeOf(rel, what, at, problems);
      const grouping = treed && checkGroupBy(groupBy, treed.rel, at, problems);
      return treed && grouping && overWindows(select, groupBy, grouping, treed.rel, problems);
    }
  }
  const rows = rel.kind === 'rows' && !rel.grouped ? rel : topicOf(rel, at, problems);
  const grouping = rows && checkGroupBy(groupBy, rows, at, problems);
  return grouping && rows && running(select, grouping, rows, what, at, problems);
};

const isWindowKey = (rel: Windows | Rows, key: Expr): boolean => {
  if (key.kind !== 'slot') return false;
  if (rel.kind === 'windows') return rolesOf(rel.tree)[key.slot] !== undefined;
  const first = rel.grouped?.keys.length ?? 0;
  return key.slot >= first && key.slot < first + 3;
};
