// Queries without a window whose rows change: groups, and the first rows of each key.

import type { Ms } from '../../time.ts';
import type { Running } from '../check/relation.ts';
import { mapSlots, slotsOf } from '../check/slots.ts';
import type { Expr, Keep, RunningQuery } from '../plan.ts';
import type { Head } from './head.ts';
import { sideOf } from './side.ts';
import { slotTypes } from './slot-types.ts';

/** @param row the destination's columns, over the result row */
export const runningQuery = (rel: Running, row: readonly Expr[], ttl: Ms, head: Head): RunningQuery => {
  const { of, keys, keep, emit } = rel;
  const delay = of.base.plan.watermark?.delay ?? 0;
  const common = { kind: 'running' as const, ...head, delay, ttl, emit };
  if (keep.kind === 'aggregates') {
    const { aggregates } = keep;
    const { side, move } = sideOf(of, [...keys, ...aggregates.flatMap((a) => [a.arg, a.filter])]);
    const moved = aggregates.map((a) => ({ ...a, arg: a.arg && move(a.arg), filter: a.filter && move(a.filter) }));
    return {
      ...common,
      fold: { ...side, keys: keys.map(move), keep: { kind: 'aggregates', aggregates: moved } },
      having: rel.having,
      select: row,
    };
  }
  const { order, to, latestFirst } = keep.best;
  const first = keys.length + 1;
  const read = slotsOf([...row, rel.having]).flatMap((slot) => (slot >= first ? [slot - first] : []));
  const kept = [...new Set([...read, ...slotsOf(order.map((o) => o.expr))])].sort((a, b) => a - b);
  const types = slotTypes(of);
  const slots = kept.map((slot): Expr => ({ kind: 'slot', slot, type: types[slot] ?? { kind: 'STRING' } }));
  const { side, move } = sideOf(of, [...keys, ...slots]);
  const onRow = (e: Expr, by: number): Expr =>
    mapSlots(e, (s) => (s.slot < by ? s : { ...s, slot: by + kept.indexOf(s.slot - by) }));
  const best: Keep = {
    kind: 'rows',
    row: slots.map(move),
    best: { order: order.map((o) => ({ ...o, expr: onRow(o.expr, 0) })), limit: to, latestFirst },
  };
  return {
    ...common,
    fold: { ...side, keys: keys.map(move), keep: best },
    having: rel.having && onRow(rel.having, first),
    select: row.map((e) => onRow(e, first)),
  };
};
