// A tree of relations over windows to Rel and its folds (plan.ts).
import { mapSlots, slotsOf } from '../check/slots.ts';
import type { Table } from '../check/tables.ts';
import type { Expr, KeyedFold, Rel } from '../plan.ts';
import { bestOf, collect, foldOf, nameOf, type Use } from './folds.ts';
import { type Tree, widthOf } from './tree.ts';

type Lowered = { readonly rel: Rel; readonly place: (slot: number) => number; readonly width: number };

export type Composed = { readonly folds: readonly KeyedFold[]; readonly tables: readonly Table[]; readonly rel: Rel };

/** @param row what is given of each row of the tree */
export const lower = (tree: Tree, row: readonly Expr[]): Composed => {
  const uses = new Map<string, Use>();
  collect(tree, new Set(slotsOf(row)), null, uses);
  const names = [...uses.keys()];
  const folds = [...uses.values()].map(foldOf);
  const leaf = (name: string): Lowered => {
    const fold = names.indexOf(name);
    const found = folds[fold];
    return { rel: { kind: 'fold', fold }, place: (slot) => found?.place.get(slot) ?? slot, width: found?.width ?? 0 };
  };
  const on = (e: Expr, place: (slot: number) => number): Expr => mapSlots(e, (s) => ({ ...s, slot: place(s.slot) }));
  const build = (t: Tree): Lowered => {
    switch (t.kind) {
      case 'leaf':
        return leaf(nameOf(t.leaf, null));
      case 'filter': {
        const { rel, place, width } = build(t.of);
        return { rel: { kind: 'filter', of: rel, where: on(t.where, place) }, place, width };
      }
      case 'group': {
        const { rel, place } = build(t.of);
        const keys = t.keys.map((e) => on(e, place));
        const aggregates = t.aggregates.map((a) => ({
          ...a,
          arg: a.arg && on(a.arg, place),
          filter: a.filter && on(a.filter, place),
        }));
        return {
          rel: { kind: 'group', of: rel, keys, aggregates },
          place: (slot) => slot,
          width: keys.length + aggregates.length,
        };
      }
      case 'rank': {
        const found = bestOf(t);
        const of = found && t.of.kind === 'leaf' ? leaf(nameOf(t.of.leaf, found.best)) : build(t.of);
        const number = widthOf(t.of);
        const { latestFirst, from, to } = t;
        const rel: Rel = {
          kind: 'rank',
          of: of.rel,
          partition: t.partition.map((e) => on(e, of.place)),
          order: t.order.map((o) => ({ ...o, expr: on(o.expr, of.place) })),
          latestFirst,
          from,
          to,
        };
        return { rel, place: (slot) => (slot === number ? of.width : of.place(slot)), width: of.width + 1 };
      }
      case 'join': {
        const [left, right] = [build(t.left), build(t.right)];
        const width = widthOf(t.left);
        const own = t.type === 'semi' || t.type === 'anti';
        const both = (slot: number): number =>
          slot < width ? left.place(slot) : left.width + right.place(slot - width);
        const rel: Rel = {
          kind: 'join',
          type: t.type,
          left: left.rel,
          right: right.rel,
          leftKeys: t.leftKeys.map((e) => on(e, left.place)),
          rightKeys: t.rightKeys.map((e) => on(e, right.place)),
          on: t.on && on(t.on, both),
          widths: [left.width, right.width],
        };
        return own
          ? { rel, place: left.place, width: left.width }
          : { rel, place: both, width: left.width + right.width };
      }
      case 'union': {
        const of = t.of.map((part): Rel => {
          const { rel, place } = build(part.tree);
          return { kind: 'project', of: rel, select: part.select.map((e) => on(e, place)) };
        });
        return { rel: { kind: 'union', of }, place: (slot) => slot, width: widthOf(t) };
      }
      default:
        return t satisfies never;
    }
  };
  const { rel, place } = build(tree);
  const select = row.map((e) => on(e, place));
  return {
    folds: folds.map((f) => f.fold),
    tables: folds.map((f) => f.table),
    rel: { kind: 'project', of: rel, select },
  };
};
