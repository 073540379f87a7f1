// A query of a plan as a graph of operators.
import type { Expr, Plan, Query } from '../../shared/query/plan.ts';
import { showAggregate, showDuration, showExpr, showWindow } from '../../shared/query/show.ts';
import { type Graph, type GraphBuilder, graphBuilder, namesOf, type Slot } from './graph.ts';
import { drawFold, drawRel, slotsOf, WINDOW } from './relations.ts';
import { drawSide } from './sides.ts';

/** What comes out of the operators before SELECT, and SELECT itself, which is absent where a relation gave the columns. */
type End = { readonly at: number; readonly having: Expr | null; readonly select: readonly Expr[] | null };

const closes = (delay: number): string => `sent when the watermark, ${showDuration(delay)} behind, has passed`;

const operatorsOf = (b: GraphBuilder, q: Query): End => {
  switch (q.kind) {
    case 'stateless':
      return { at: drawSide(b, q), having: null, select: q.select };
    case 'window': {
      const from = drawSide(b, q);
      const names = namesOf(b.rowOf(from));
      const keys = slotsOf(q.keys, names);
      const results = q.aggregates.map((a): Slot => ({ name: showAggregate(a, names), type: a.type }));
      const each = keys.length > 0 ? [`for each ${namesOf(keys).join(', ')}`] : [];
      const does = [showWindow(q.window), ...each, closes(q.delay)];
      const at = b.add({ kind: 'operator', title: 'group', does, row: [...keys, ...WINDOW, ...results], from: [from] });
      return { at, having: q.having, select: q.select };
    }
    case 'composed': {
      const window = showWindow(q.window);
      const folds = q.folds.map((fold) => drawFold(b, fold, window));
      return { at: drawRel(b, q.rel, folds), having: null, select: null };
    }
    case 'interval': {
      const sides = [q.left, q.right].map((side) => {
        const from = drawSide(b, side);
        return { from, names: namesOf(b.rowOf(from)), side };
      });
      const [l, r] = sides;
      const key = q.left.keys.map(
        (e, i) =>
          `${showExpr(e, l?.names ?? [])} = ${q.right.keys[i] ? showExpr(q.right.keys[i], r?.names ?? []) : '?'}`,
      );
      const row = sides.flatMap(({ side, names }) => slotsOf(side.row, names));
      const time = `left time - right time from ${showDuration(q.low)} to ${showDuration(q.high)}`;
      const on = q.on === null ? [] : [showExpr(q.on, namesOf(row))];
      const does = [...key, time, ...on, closes(q.delay)];
      const at = b.add({ kind: 'operator', title: 'interval join', does, row, from: sides.map((s) => s.from) });
      return { at, having: null, select: q.select };
    }
    case 'running': {
      const at = drawFold(b, q.fold, null);
      return { at, having: q.having, select: q.select };
    }
    default:
      return q satisfies never;
  }
};

/** @throws Error when the plan does not hold the query's destination */
export const graphOfQuery = (plan: Plan, q: Query): Graph => {
  const table = plan.tables.find((t) => t.name === q.into);
  if (table === undefined) throw new Error(`the plan has no table ${q.into}`);
  const b = graphBuilder();
  const { at: rows, having, select } = operatorsOf(b, q);
  let at = rows;
  if (having !== null)
    at = b.add({
      kind: 'operator',
      title: 'having',
      does: [showExpr(having, namesOf(b.rowOf(at)))],
      row: b.rowOf(at),
      from: [at],
    });
  if (select !== null) {
    const row = slotsOf(select, namesOf(b.rowOf(at)));
    at = b.add({ kind: 'operator', title: 'select', does: [], row, from: [at] });
  }
  const key = table.primaryKey.length > 0 ? [`one row for each ${table.primaryKey.join(', ')}`] : [];
  b.add({ kind: 'destination', title: q.into, does: [table.connector, ...key], row: table.columns, from: [at] });
  return b.graph;
};
