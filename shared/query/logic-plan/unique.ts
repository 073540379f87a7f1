// What tells the rows of one window apart.
import type { Expr } from '../plan.ts';
import { ofWindow, type Tree, widthOf } from './tree.ts';

/** The slots of expressions that are slots; null when one is not. */
const slotsAlone = (exprs: readonly Expr[]): readonly number[] | null => {
  const slots = exprs.flatMap((e) => (e.kind === 'slot' ? [e.slot] : []));
  return slots.length === exprs.length ? slots : null;
};

/** Keys of a join: those of one side where each of its rows has at most one partner, and those of both together. */
const keysOfJoin = (tree: Extract<Tree, { kind: 'join' }>): readonly (readonly number[])[] => {
  const { type } = tree;
  const [left, right] = [uniqueOf(tree.left), uniqueOf(tree.right)];
  if (type === 'semi' || type === 'anti') return left;
  const width = widthOf(tree.left);
  const moved = right.map((key) => key.map((slot) => slot + width));
  const one = (keys: readonly (readonly number[])[], equal: readonly Expr[]): boolean => {
    const held = new Set(equal.flatMap((e) => (e.kind === 'slot' ? [e.slot] : [])));
    return keys.some((key) => key.every((slot) => held.has(slot)));
  };
  const byLeft = one(right, tree.rightKeys) && (type === 'inner' || type === 'left') ? left : [];
  const byRight = one(left, tree.leftKeys) && (type === 'inner' || type === 'right') ? moved : [];
  return [...byLeft, ...byRight, ...left.flatMap((l) => moved.map((r) => [...l, ...r]))];
};

/** Sets of slots, each of which no two rows of one window have alike; window columns are left out. */
export const uniqueOf = (tree: Tree): readonly (readonly number[])[] => {
  switch (tree.kind) {
    case 'leaf':
      return tree.leaf.keep.kind === 'rows' ? [] : [tree.leaf.keys.map((_, i) => i)];
    case 'filter':
      return uniqueOf(tree.of);
    case 'group':
      return [tree.keys.flatMap((e, i) => (ofWindow(tree.of, e) ? [] : [i]))];
    case 'rank': {
      const keys = slotsAlone(tree.partition.filter((e) => !ofWindow(tree.of, e)));
      const own = keys && (tree.from === tree.to ? keys : [...keys, widthOf(tree.of)]);
      return own ? [own, ...uniqueOf(tree.of)] : uniqueOf(tree.of);
    }
    case 'join':
      return keysOfJoin(tree);
    case 'union':
      return [];
    default:
      return tree satisfies never;
  }
};
