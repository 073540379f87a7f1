// Relations over windows as a tree, before it is known which columns are needed: what becomes Rel and its folds (plan.ts).
import type { Feed, WindowColumn } from '../check/relation.ts';
import { slotsOf } from '../check/slots.ts';
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
