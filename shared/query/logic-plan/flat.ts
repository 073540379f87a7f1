// Queries over one input: event by event, or one group of a window.
import type { Grouped, Rows, Windowed } from '../check/relation.ts';
import { oneSet } from '../check/sets.ts';
import { allOf } from '../check/slots.ts';
import { unwindow } from '../check/unwindow.ts';
import { partWhere } from '../check/windows.ts';
import type { Aggregate, Expr, StatelessQuery, WindowQuery } from '../plan.ts';
import type { Head } from './head.ts';
import { sideOf } from './side.ts';

/** @param row the destination's columns, over the input's slots and the window's columns */
export const stateless = (rel: Rows, row: readonly Expr[], head: Head): StatelessQuery => {
  const select = row.map((e) => unwindow(rel, e));
  const { side, move } = sideOf({ ...rel, where: rel.where && unwindow(rel, rel.where) }, select);
  return { kind: 'stateless', ...head, ...side, select: select.map(move) };
};

export type Windowing = Pick<WindowQuery, 'lateness' | 'early' | 'tellsEnds'>;

/** @param row the destination's columns, over the result row */
export const windowed = (
  rel: Rows,
  window: Windowed,
  grouped: Grouped,
  set: readonly number[],
  row: readonly Expr[],
  head: Head,
  windowing: Windowing,
): WindowQuery => {
  const { keys, place } = oneSet(grouped, set);
  const { where, having } = partWhere(rel, keys.length);
  const moved = keys.map((e) => unwindow(rel, e));
  const aggregates = grouped.aggregates.map((a) => ({
    ...a,
    arg: a.arg && unwindow(rel, a.arg),
    filter: a.filter && unwindow(rel, a.filter),
  }));
  const { side, move } = sideOf({ ...rel, where }, [...moved, ...aggregates.flatMap((a) => [a.arg, a.filter])]);
  return {
    kind: 'window',
    ...head,
    ...side,
    window: window.spec,
    delay: rel.base.plan.watermark?.delay ?? 0,
    ...windowing,
    keys: moved.map(move),
    aggregates: aggregates.map(
      (a): Aggregate => ({ ...a, arg: a.arg && move(a.arg), filter: a.filter && move(a.filter) }),
    ),
    having: allOf([...having, grouped.having && place(grouped.having)]),
    select: row.map(place),
  };
};
