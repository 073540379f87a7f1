// The folds that a tree stands on: identical ones are one, and each keeps the columns that are read of it.
import { mapSlots, shifted, slotsOf } from '../check/slots.ts';
import type { Table } from '../check/tables.ts';
import type { Expr, Keep, KeyedFold, Order } from '../plan.ts';
import { sideOf } from './side.ts';
import { slotTypes } from './slot-types.ts';
import { type Leaf, ofWindow, type Tree, widthOf } from './tree.ts';

/** The order of a Top-N that stands directly on the rows of a leaf, over the leaf's slots. */
type Best = { readonly order: readonly Order[]; readonly limit: number; readonly latestFirst: boolean };

export type Use = {
  readonly leaf: Leaf;
  readonly best: Best | null;
  /** Over the input's slots: what the rows are parted by. */
  keys: readonly Expr[] | null;
  readonly slots: Set<number>;
};

const FIRST = 3; // slots of window_start, window_end and window_time before those of a leaf's rows

export const nameOf = (leaf: Leaf, best: Best | null): string => {
  const { feed, keys, keep } = leaf;
  const { name, types } = feed.base.plan;
  const { lookups, unnest, where } = feed;
  return JSON.stringify([name, types, feed.base.columns, lookups, unnest, where, keys, keep, best]);
};

/** Expressions over a leaf's row as those over its input; null when they read the window's columns too. */
const onInput = (exprs: readonly Expr[]): readonly Expr[] | null =>
  exprs.every((e) => slotsOf([e]).every((slot) => slot >= FIRST)) ? exprs.map((e) => shifted(e, -FIRST)) : null;

/** What a Top-N lets the fold below it throw away; null when it must keep all rows. */
export const bestOf = (
  tree: Extract<Tree, { kind: 'rank' }>,
): { readonly best: Best; readonly keys: readonly Expr[] } | null => {
  if (tree.of.kind !== 'leaf' || tree.of.leaf.keep.kind !== 'rows') return null;
  const keys = onInput(tree.partition);
  const order = onInput(tree.order.map((o) => o.expr));
  if (!keys || !order) return null;
  return {
    keys,
    best: {
      order: tree.order.map((o, i) => ({ ...o, expr: order[i] ?? o.expr })),
      limit: tree.to,
      latestFirst: tree.latestFirst,
    },
  };
};

const useOf = (uses: Map<string, Use>, leaf: Leaf, best: Best | null, keys: readonly Expr[] | null): Use => {
  const name = nameOf(leaf, best);
  const use = uses.get(name) ?? { leaf, best, keys: null, slots: new Set<number>() };
  use.keys ??= keys && keys.length > 0 ? keys : null;
  uses.set(name, use);
  return use;
};

/** Walks down with the slots that are read of each row, and the keys by which those above meet. */
export const collect = (
  tree: Tree,
  needed: ReadonlySet<number>,
  hint: readonly Expr[] | null,
  uses: Map<string, Use>,
): void => {
  const slots = (exprs: readonly (Expr | null)[], more: Iterable<number> = []): Set<number> =>
    new Set([...slotsOf(exprs), ...more]);
  switch (tree.kind) {
    case 'leaf': {
      const use = useOf(uses, tree.leaf, null, hint && onInput(hint));
      for (const slot of needed) use.slots.add(slot);
      return;
    }
    case 'filter':
      collect(tree.of, slots([tree.where], needed), hint, uses);
      return;
    case 'group': {
      const keys = tree.keys.filter((e) => !ofWindow(tree.of, e));
      collect(tree.of, slots([...tree.keys, ...tree.aggregates.flatMap((a) => [a.arg, a.filter])]), keys, uses);
      return;
    }
    case 'rank': {
      const own = slots([...tree.partition, ...tree.order.map((o) => o.expr)], needed);
      own.delete(widthOf(tree.of));
      const found = bestOf(tree);
      if (found && tree.of.kind === 'leaf') {
        const use = useOf(uses, tree.of.leaf, found.best, found.keys);
        for (const slot of own) use.slots.add(slot);
        return;
      }
      collect(tree.of, own, tree.partition, uses);
      return;
    }
    case 'join': {
      const width = widthOf(tree.left);
      const all = [...slots([tree.on], needed)];
      const left = all.filter((slot) => slot < width);
      const right = all.filter((slot) => slot >= width).map((slot) => slot - width);
      const under = hint?.every((e) => slotsOf([e]).every((slot) => slot < width)) ? hint : null;
      collect(tree.left, slots(tree.leftKeys, left), tree.leftKeys.length > 0 ? tree.leftKeys : under, uses);
      collect(tree.right, slots(tree.rightKeys, right), tree.rightKeys, uses);
      return;
    }
    case 'union':
      for (const part of tree.of) {
        const keys = hint?.map((e) => mapSlots(e, (s) => part.select[s.slot] ?? s)) ?? null;
        collect(part.tree, slots(part.select), keys, uses);
      }
      return;
    default:
      tree satisfies never;
  }
};

export type Fold = {
  readonly fold: KeyedFold;
  readonly table: Table;
  readonly place: ReadonlyMap<number, number>;
  readonly width: number;
};

export const foldOf = ({ leaf, best, keys: wanted, slots }: Use): Fold => {
  const place = new Map<number, number>();
  if (leaf.keep.kind === 'aggregates') {
    const { aggregates } = leaf.keep;
    const first = leaf.keys.length + FIRST;
    const kept = aggregates.flatMap((a, i) => (slots.has(first + i) ? [{ a, slot: first + i }] : []));
    const { side, move } = sideOf(leaf.feed, [...leaf.keys, ...kept.flatMap(({ a }) => [a.arg, a.filter])]);
    for (let i = 0; i < first; i++) place.set(i, i);
    for (const [i, { slot }] of kept.entries()) place.set(slot, first + i);
    const moved = kept.map(({ a }) => ({ ...a, arg: a.arg && move(a.arg), filter: a.filter && move(a.filter) }));
    const fold = { ...side, keys: leaf.keys.map(move), keep: { kind: 'aggregates' as const, aggregates: moved } };
    return { fold, table: leaf.feed.base, place, width: first + kept.length };
  }
  const keys = wanted ?? [];
  const first = keys.length + FIRST;
  for (let i = 0; i < FIRST; i++) place.set(i, keys.length + i);
  // A column that is a key stands in the row already; one that a Top-N orders by is kept.
  const ordering = new Set(slotsOf((best?.order ?? []).map((o) => o.expr)));
  const own = [...slots].filter((slot) => slot >= FIRST).sort((a, b) => a - b);
  const row: number[] = [];
  for (const slot of own) {
    const key = keys.findIndex((k) => k.kind === 'slot' && k.slot === slot - FIRST);
    place.set(slot, key >= 0 ? key : first + row.length);
    if (key < 0 || ordering.has(slot - FIRST)) row.push(slot - FIRST);
    if (key >= 0 && ordering.has(slot - FIRST)) place.set(slot, first + row.length - 1);
  }
  const types = slotTypes(leaf.feed);
  const exprs = row.map((slot): Expr => ({ kind: 'slot', slot, type: types[slot] ?? { kind: 'STRING' } }));
  const { side, move } = sideOf(leaf.feed, [...keys, ...exprs, ...(best?.order ?? []).map((o) => o.expr)]);
  const onRow = (e: Expr): Expr => mapSlots(e, (s) => ({ ...s, slot: row.indexOf(s.slot) }));
  const keep: Keep = {
    kind: 'rows',
    row: exprs.map(move),
    best: best && { ...best, order: best.order.map((o) => ({ ...o, expr: onRow(o.expr) })) },
  };
  return { fold: { ...side, keys: keys.map(move), keep }, table: leaf.feed.base, place, width: first + row.length };
};
