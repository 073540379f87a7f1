// Conditions of WHERE and ON, put as near to the events as they may stand.
import { allOf, conjuncts, shifted, slotsOf } from '../check/slots.ts';
import type { Expr } from '../plan.ts';
import { type Tree, widthOf } from './tree.ts';

const narrowed = (tree: Tree, where: readonly Expr[]): Tree => {
  const all = allOf(where);
  return all === null ? tree : filterTree(tree, all);
};

/** The tree's rows that a condition keeps: it is put as near to the events as it may stand. */
export const filterTree = (tree: Tree, where: Expr): Tree => {
  const parts = conjuncts(where);
  const over = (of: Tree, rest: readonly Expr[]): Tree => {
    const all = allOf(rest);
    return all === null ? of : { kind: 'filter', of, where: all };
  };
  if (tree.kind === 'leaf' && tree.leaf.keep.kind === 'rows') {
    const { leaf } = tree;
    const first = leaf.keys.length + 3;
    const own = parts.filter((e) => slotsOf([e]).every((slot) => slot >= first));
    const rest = parts.filter((e) => !own.includes(e));
    const feed = { ...leaf.feed, where: allOf([leaf.feed.where, ...own.map((e) => shifted(e, -first))]) };
    return over(own.length > 0 ? { ...tree, leaf: { ...leaf, feed } } : tree, rest);
  }
  if (tree.kind === 'filter') return { ...tree, where: allOf([tree.where, where]) ?? where };
  if (tree.kind === 'join') {
    const width = widthOf(tree.left);
    const within = (e: Expr, from: number, to: number): boolean =>
      slotsOf([e]).length > 0 && slotsOf([e]).every((slot) => slot >= from && slot < to);
    const [toLeft, toRight] = [
      tree.type !== 'right' && tree.type !== 'full',
      tree.type === 'inner' || tree.type === 'right',
    ];
    const left = parts.filter((e) => toLeft && within(e, 0, width));
    const right = parts.filter((e) => toRight && within(e, width, Number.POSITIVE_INFINITY));
    const rest = parts.filter((e) => !left.includes(e) && !right.includes(e));
    const joined: Tree = {
      ...tree,
      left: narrowed(tree.left, left),
      right: narrowed(
        tree.right,
        right.map((e) => shifted(e, -width)),
      ),
    };
    return over(joined, rest);
  }
  return over(tree, parts);
};
