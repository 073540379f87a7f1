// Two inputs joined by key and time.
import { type Pairs, type Rows, slotCount } from '../check/relation.ts';
import { mapSlots, slotsOf } from '../check/slots.ts';
import type { Expr, IntervalQuery, JoinSide } from '../plan.ts';
import type { Head } from './head.ts';
import { sideOf } from './side.ts';
import { slotTypes } from './slot-types.ts';

const joinSide = (rel: Rows, keys: readonly Expr[], slots: readonly number[]): JoinSide => {
  const types = slotTypes(rel);
  const row = slots.map((slot): Expr => ({ kind: 'slot', slot, type: types[slot] ?? { kind: 'STRING' } }));
  const { side, move } = sideOf(rel, [...keys, ...row]);
  return { ...side, keys: keys.map(move), row: row.map(move) };
};

/** @param row the destination's columns, over the left slots and then the right ones */
export const intervalQuery = (rel: Pairs, row: readonly Expr[], head: Head): IntervalQuery => {
  const { left, right, leftKeys, rightKeys, low, high, on } = rel;
  const width = slotCount(left);
  const used = slotsOf([...row, on]);
  const ofLeft = used.filter((slot) => slot < width);
  const ofRight = used.filter((slot) => slot >= width).map((slot) => slot - width);
  const move = (e: Expr): Expr =>
    mapSlots(e, (s) => ({
      ...s,
      slot: s.slot < width ? ofLeft.indexOf(s.slot) : ofLeft.length + ofRight.indexOf(s.slot - width),
    }));
  return {
    kind: 'interval',
    ...head,
    delay: Math.max(left.base.plan.watermark?.delay ?? 0, right.base.plan.watermark?.delay ?? 0),
    left: joinSide(left, leftKeys, ofLeft),
    right: joinSide(right, rightKeys, ofRight),
    low,
    high,
    on: on && move(on),
    select: row.map(move),
  };
};
