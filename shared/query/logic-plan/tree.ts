// Relations over windows as a tree, before it is known which columns are needed: what becomes Rel and its folds (plan.ts).
import type { Feed, WindowColumn } from '../check/relation.ts';
import { allOf, conjuncts, shifted, slotsOf } from '../check/slots.ts';
import type { Aggregate, Expr, Order } from '../plan.ts';

/** One fold. Row: keys, window_start, window_end, window_time, then the aggregates, or all slots of the input. */
export type Leaf = {
  readonly feed: Feed;
  readonly keys: readonly Expr[];
  readonly keep: { readonly kind: 'aggregates'; readonly aggregates: readonly Aggregate[] } | { readonly kind: 'rows' };
  /** Slots of the input. */
  readonly width: number;
};

export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti';

/** Rows as those of Rel (plan.ts). */
export type Tree =
  | { readonly kind: 'leaf'; readonly leaf: Leaf }
  | { readonly kind: 'filter'; readonly of: Tree; readonly where: Expr }
  | {
      readonly kind: 'group';
      readonly of: Tree;
      readonly keys: readonly Expr[];
      readonly aggregates: readonly Aggregate[];
    }
  | {
      readonly kind: 'join';
      readonly type: JoinType;
      readonly left: Tree;
      readonly right: Tree;
      readonly leftKeys: readonly Expr[];
      /** Over the right row. */
      readonly rightKeys: readonly Expr[];
      /** Over the left row, then the right one. */
      readonly on: Expr | null;
    }
  | {
      readonly kind: 'rank';
      readonly of: Tree;
      readonly partition: readonly Expr[];
      readonly order: readonly Order[];
      readonly latestFirst: boolean;
      readonly from: number;
      readonly to: number;
    }
  | { readonly kind: 'union'; readonly of: readonly { readonly tree: Tree; readonly select: readonly Expr[] }[] };

export const leavesOf = (tree: Tree): readonly Leaf[] => {
  switch (tree.kind) {
    case 'leaf':
      return [tree.leaf];
    case 'join':
      return [...leavesOf(tree.left), ...leavesOf(tree.right)];
    case 'union':
      return tree.of.flatMap((part) => leavesOf(part.tree));
    default:
      return leavesOf(tree.of);
  }
};

export const widthOf = (tree: Tree): number => rolesOf(tree).length;

type Roles = readonly (WindowColumn | undefined)[];
const known = new WeakMap<Tree, Roles>();

const roles = (tree: Tree): Roles => {
  switch (tree.kind) {
    case 'leaf': {
      const { keys, keep, width } = tree.leaf;
      const rest = keep.kind === 'rows' ? width : keep.aggregates.length;
      return [
        ...keys.map(() => undefined),
        'window_start',
        'window_end',
        'window_time',
        ...Array.from({ length: rest }, () => undefined),
      ];
    }
    case 'filter':
      return rolesOf(tree.of);
    case 'group':
      return [...rolesOfExprs(tree.of, tree.keys), ...tree.aggregates.map(() => undefined)];
    case 'rank':
      return [...rolesOf(tree.of), undefined];
    case 'join': {
      const [left, right] = [rolesOf(tree.left), rolesOf(tree.right)];
      if (tree.type === 'semi' || tree.type === 'anti') return left;
      // Where a partner is missing, its window columns are NULL.
      const [keepsLeft, keepsRight] = [
        tree.type === 'inner' || tree.type === 'left',
        tree.type === 'inner' || tree.type === 'right',
      ];
      return [...left.map((r) => (keepsLeft ? r : undefined)), ...right.map((r) => (keepsRight ? r : undefined))];
    }
    case 'union': {
      const [first, ...rest] = tree.of.map((part) => rolesOfExprs(part.tree, part.select));
      return (first ?? []).map((role, i) => (rest.every((r) => r[i] === role) ? role : undefined));
    }
    default:
      return tree satisfies never;
  }
};

const rolesOfExprs = (tree: Tree, exprs: readonly Expr[]): Roles =>
  exprs.map((e) => (e.kind === 'slot' ? rolesOf(tree)[e.slot] : undefined));

/** Which slots of its row are the window's columns. */
export const rolesOf = (tree: Tree): Roles => {
  const found = known.get(tree) ?? roles(tree);
  if (tree.kind !== 'union') known.set(tree, found);
  return found;
};

/** Whether it reads the window's columns and nothing else: the same for all rows of a window. */
export const ofWindow = (tree: Tree, e: Expr): boolean =>
  e.kind !== 'literal' && slotsOf([e]).every((slot) => rolesOf(tree)[slot] !== undefined);

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
