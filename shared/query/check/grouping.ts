// The rules of GROUP BY: its sets, its keys, and those of a window.
import type { ExprNode, GroupNode, Span } from '../ast.ts';
import type { Expr } from '../plan.ts';
import type { Problems } from '../problem.ts';
import { isNested, typeText } from '../type-rules.ts';
import { checkExpr } from './expression.ts';
import { inputScope } from './input-scope.ts';
import { type Relation, type Rows, WINDOW_COLUMNS, type WindowColumn } from './relation.ts';
import type { Grouping } from './result-scope.ts';
import { sameExpr } from './scope.ts';
import { isWindowSlot, ofWindowOnly, readsWindow, WINDOW_SLOT } from './slots.ts';

export const GROUPED = 'GROUP BY window_start, window_end and the keys';
const MOST_SETS = 32;

type KeySet = readonly ExprNode[];

/** What one element of GROUP BY may be: GROUPING SETS is one of its sets, ROLLUP a beginning of its list, CUBE a part of it. */
const choices = (node: GroupNode): readonly KeySet[] => {
  switch (node.kind) {
    case 'expr':
      return [[node.expr]];
    case 'list':
      return [node.exprs];
    case 'sets':
      return node.sets.flatMap(choices);
    case 'rollup':
      return [...node.lists, []].map((_, i) => node.lists.slice(0, node.lists.length - i).flat());
    case 'cube':
      // Bit i of n: whether the i-th list is left out. More than six lists are too many sets in any case.
      return Array.from({ length: 2 ** Math.min(node.lists.length, 6) }, (_, n) =>
        node.lists.flatMap((list, i) => (n & (1 << i) ? [] : list)),
      );
    default:
      return node satisfies never;
  }
};

/** The sets that GROUP BY asks for; null after a report. */
const setsOf = (groupBy: readonly GroupNode[], at: Span, problems: Problems): readonly KeySet[] | null => {
  let sets: readonly KeySet[] = [[]];
  for (const more of groupBy.map(choices))
    if (sets.length <= MOST_SETS) sets = sets.flatMap((set) => more.map((one) => [...set, ...one]));
  if (sets.length <= MOST_SETS) return sets;
  problems.notYet(at, `GROUP BY with more than ${MOST_SETS} sets`, 'name those that are needed by GROUPING SETS');
  return null;
};

const checkKey = (node: ExprNode, rel: Relation, problems: Problems): Expr | null => {
  if (node.kind === 'literal') {
    problems.add(node.at, `GROUP BY: ${node.text} is a constant; name the column`);
    return null;
  }
  const expr = checkExpr(node, inputScope(rel, 'GROUP BY', problems));
  if (!expr || !isNested(expr.type)) return expr;
  problems.notYet(node.at, `grouping by ${typeText(expr.type)}`, 'group by its fields');
  return null;
};

/** A key's number, of those that are alike one. */
const numberOf = (keys: Expr[], expr: Expr): number => {
  const known = keys.findIndex((k) => sameExpr(k, expr));
  return known >= 0 ? known : keys.push(expr) - 1;
};

const checkTwice = (numbers: readonly (readonly number[])[], at: Span, problems: Problems): void => {
  if (new Set(numbers.map((n) => n.join())).size < numbers.length)
    problems.notYet(at, 'the same grouping set twice', 'write it once');
};

/** @param at of GROUP BY */
export const checkWindowGroupBy = (
  groupBy: readonly GroupNode[],
  rel: Rows,
  at: Span,
  problems: Problems,
): Grouping | null => {
  const before = problems.count();
  const sets = setsOf(groupBy, at, problems);
  if (!sets) return null;
  const window = new Set<WindowColumn>(WINDOW_COLUMNS);
  const keys: Expr[] = [];
  const numbers = sets.map((set) => {
    const named = new Set<WindowColumn>();
    const own = new Set<number>();
    for (const node of set) {
      const expr = checkKey(node, rel, problems);
      if (!expr) continue;
      const column =
        expr.kind === 'slot' && isWindowSlot(expr.slot) ? WINDOW_COLUMNS[expr.slot - WINDOW_SLOT] : undefined;
      if (column) named.add(column);
      // Within one window a function of its bounds is a constant: it parts no group.
      else if (ofWindowOnly(expr)) continue;
      else if (readsWindow(expr) && rel.window?.spec.kind !== 'tumble')
        problems.notYet(
          node.at,
          `grouping by a column of a ${rel.window?.fn} window and another`,
          'group by both apart',
        );
      else own.add(numberOf(keys, expr));
    }
    for (const column of WINDOW_COLUMNS) if (!named.has(column)) window.delete(column);
    return [...own].sort((a, b) => a - b);
  });
  if (problems.count() > before) return null;
  const missing = ['window_start', 'window_end'].filter((name) => !window.has(name as WindowColumn));
  if (missing.length > 0)
    problems.notYet(at, `a window without ${missing.join(' and ')} in GROUP BY`, `write ${GROUPED}`);
  else checkTwice(numbers, at, problems);
  return problems.count() === before ? { keys, sets: numbers, window, aggregates: [] } : null;
};

/** GROUP BY of rows whose window columns, if they have any, are columns as all others. */
export const checkGroupBy = (
  groupBy: readonly GroupNode[],
  rel: Relation,
  at: Span,
  problems: Problems,
): Grouping | null => {
  const before = problems.count();
  const sets = setsOf(groupBy, at, problems);
  if (!sets) return null;
  const keys: Expr[] = [];
  const numbers = sets.map((set) => {
    const own = new Set<number>();
    for (const node of set) {
      const expr = checkKey(node, rel, problems);
      if (expr) own.add(numberOf(keys, expr));
    }
    return [...own].sort((a, b) => a - b);
  });
  checkTwice(numbers, at, problems);
  return problems.count() === before ? { keys, sets: numbers, window: null, aggregates: [] } : null;
};

/** A session belongs to the keys it is parted by: GROUP BY must name the same. */
export const checkSession = (grouping: Grouping, rel: Rows, at: Span, problems: Problems): boolean => {
  const parts = rel.window?.partitionBy ?? [];
  const { keys, sets } = grouping;
  if (sets.length > 1) {
    problems.notYet(at, 'GROUPING SETS of sessions', 'write one query for each set of keys');
    return false;
  }
  if (parts.length === keys.length && parts.every((p) => keys.some((k) => sameExpr(k, p.expr)))) return true;
  const names = keys.map((k) => rel.columns.find((c) => sameExpr(c.expr, k))?.name ?? 'an expression');
  problems.notYet(
    at,
    `a session parted by ${parts.length ? parts.map((p) => p.name).join(', ') : 'nothing'} and grouped by ${names.length ? names.join(', ') : 'no key'}`,
    'write the same columns in PARTITION BY and in GROUP BY',
  );
  return false;
};
