// WHERE: the relation with those of its rows that a condition keeps.
import type { Span } from '../ast.ts';
import { filterTree } from '../logic-plan/filter-tree.ts';
import type { Expr } from '../plan.ts';
import type { Problems } from '../problem.ts';
import { keepRanked } from './keep-ranked.ts';
import { type Relation, type Rows, slotCount } from './relation.ts';
import { allOf, conjuncts, ofWindowOnly, readsWindow, shifted, slotsOf } from './slots.ts';

/** In a HOP a row is in several windows: a condition must be one of the row or one of the window. */
const checkMixed = (rel: Rows, where: Expr, at: Span, problems: Problems): boolean => {
  const { window } = rel;
  const mixed = conjuncts(where).some((e) => readsWindow(e) && !ofWindowOnly(e));
  if (!mixed || !window || window.spec.kind === 'tumble') return true;
  problems.notYet(
    at,
    `a condition on the columns of a row and of its ${window.fn} window at once`,
    'write two conditions joined by AND, or filter in HAVING',
  );
  return false;
};

const withWhere = (rel: Rows, more: readonly Expr[]): Rows =>
  more.length === 0 ? rel : { ...rel, where: allOf([rel.where, ...more]) };

/** null after a report */
export const filterRel = (rel: Relation, where: Expr, at: Span, problems: Problems): Relation | null => {
  switch (rel.kind) {
    case 'rows':
      if (rel.grouped) return { ...rel, grouped: { ...rel.grouped, having: allOf([rel.grouped.having, where]) } };
      return checkMixed(rel, where, at, problems) ? { ...rel, where: allOf([rel.where, where]) } : null;
    case 'windows':
      return { ...rel, tree: filterTree(rel.tree, where) };
    case 'pairs': {
      const width = slotCount(rel.left);
      const parts = conjuncts(where);
      const left = parts.filter((e) => slotsOf([e]).every((s) => s < width));
      const right = parts.filter((e) => !left.includes(e) && slotsOf([e]).every((s) => s >= width));
      const rest = parts.filter((e) => !left.includes(e) && !right.includes(e));
      return {
        ...rel,
        left: withWhere(rel.left, left),
        right: withWhere(
          rel.right,
          right.map((e) => shifted(e, -width)),
        ),
        on: allOf([rel.on, ...rest]),
      };
    }
    case 'running':
      return { ...rel, having: allOf([rel.having, where]) };
    case 'ranked':
      return keepRanked(rel, where, problems);
    default:
      return rel satisfies never;
  }
};
