// Folds of a window and the relations over them.
import type { Expr, KeyedFold, Order, Rel } from '../../shared/query/plan.ts';
import { showAggregate, showExpr } from '../../shared/query/show.ts';
import { type GraphBuilder, namesOf, type Slot } from './graph.ts';
import { drawSide } from './sides.ts';

const TIMESTAMP = { kind: 'TIMESTAMP' } as const;
const BIGINT = { kind: 'BIGINT' } as const;
export const WINDOW: readonly Slot[] = ['window_start', 'window_end', 'window_time'].map((name) => ({
  name,
  type: TIMESTAMP,
}));

export const slotsOf = (exprs: readonly Expr[], names: readonly string[]): readonly Slot[] =>
  exprs.map((e) => ({ name: showExpr(e, names), type: e.type }));

const showOrder = (order: readonly Order[], names: readonly string[], latestFirst: boolean): string => {
  const by = order.map((o) => `${showExpr(o.expr, names)}${o.descending ? ' DESC' : ''}`).join(', ');
  return `${by}; of equals the ${latestFirst ? 'later' : 'earlier'} arrival first`;
};

/** The side of a fold and what is kept of its rows. @param window in words; null for a fold without one */
export const drawFold = (b: GraphBuilder, fold: KeyedFold, window: string | null): number => {
  const from = drawSide(b, fold);
  const names = namesOf(b.rowOf(from));
  const keys = slotsOf(fold.keys, names);
  const each = keys.length > 0 ? [`for each ${namesOf(keys).join(', ')}`] : [];
  const does = [...(window === null ? [] : [window]), ...each];
  const spans = window === null ? [] : WINDOW;
  if (fold.keep.kind === 'aggregates') {
    const results = fold.keep.aggregates.map((a): Slot => ({ name: showAggregate(a, names), type: a.type }));
    return b.add({ kind: 'operator', title: 'group', does, row: [...keys, ...spans, ...results], from: [from] });
  }
  const kept = slotsOf(fold.keep.row, names);
  const { best } = fold.keep;
  const first = best === null ? [] : [showOrder(best.order, namesOf(kept), best.latestFirst)];
  const rank = window === null ? [{ name: 'rank', type: BIGINT }] : [];
  return b.add({
    kind: 'operator',
    title: best === null ? 'keep rows' : `keep the first ${best.limit}`,
    does: [...does, ...first],
    row: [...keys, ...rank, ...spans, ...kept],
    from: [from],
  });
};

/** @param folds places of the folds */
export const drawRel = (b: GraphBuilder, rel: Rel, folds: readonly number[]): number => {
  if (rel.kind === 'fold') return folds[rel.fold] ?? 0;
  if (rel.kind === 'join') {
    const [left, right] = [drawRel(b, rel.left, folds), drawRel(b, rel.right, folds)];
    const [l, r] = [b.rowOf(left), b.rowOf(right)];
    const keys = rel.leftKeys.map(
      (key, i) => `${showExpr(key, namesOf(l))} = ${rel.rightKeys[i] ? showExpr(rel.rightKeys[i], namesOf(r)) : '?'}`,
    );
    const on = rel.on === null ? [] : [showExpr(rel.on, [...namesOf(l), ...namesOf(r)])];
    const one = rel.type === 'semi' || rel.type === 'anti';
    return b.add({
      kind: 'operator',
      title: `${rel.type} join`,
      does: [...keys, ...on],
      row: one ? l : [...l, ...r],
      from: [left, right],
    });
  }
  if (rel.kind === 'union') {
    const parts = rel.of.map((part) => drawRel(b, part, folds));
    return b.add({ kind: 'operator', title: 'union all', does: [], row: b.rowOf(parts[0] ?? 0), from: parts });
  }
  const from = drawRel(b, rel.of, folds);
  const row = b.rowOf(from);
  const names = namesOf(row);
  switch (rel.kind) {
    case 'filter':
      return b.add({ kind: 'operator', title: 'where', does: [showExpr(rel.where, names)], row, from: [from] });
    case 'project':
      return b.add({ kind: 'operator', title: 'select', does: [], row: slotsOf(rel.select, names), from: [from] });
    case 'group': {
      const keys = slotsOf(rel.keys, names);
      const results = rel.aggregates.map((a): Slot => ({ name: showAggregate(a, names), type: a.type }));
      const does = keys.length > 0 ? [`for each ${namesOf(keys).join(', ')}`] : [];
      return b.add({ kind: 'operator', title: 'group', does, row: [...keys, ...results], from: [from] });
    }
    case 'rank': {
      const each = rel.partition.map((e) => showExpr(e, names)).join(', ');
      const does = [...(each === '' ? [] : [`for each ${each}`]), showOrder(rel.order, names, rel.latestFirst)];
      const title = rel.from === rel.to ? `rank ${rel.from}` : `ranks ${rel.from} to ${rel.to}`;
      return b.add({ kind: 'operator', title, does, row: [...row, { name: 'rank', type: BIGINT }], from: [from] });
    }
    default:
      return rel satisfies never;
  }
};
