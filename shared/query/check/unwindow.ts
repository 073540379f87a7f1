// Window columns of a row that is not grouped.
import type { Expr } from '../plan.ts';
import { INTERVAL, TIMESTAMP } from '../type-rules.ts';
import { literal } from './literals.ts';
import type { Rows } from './relation.ts';
import { call } from './scope.ts';
import { isWindowSlot, mapSlots, WINDOW_SLOT } from './slots.ts';

/** The bounds of a row's TUMBLE window from the row's own time; of other windows a row has several, which are refused before. */
export const unwindow = (rel: Rows, e: Expr): Expr => {
  const { time, window } = rel;
  if (!time || window?.spec.kind !== 'tumble') return e;
  const { size } = window.spec;
  const start = call('TUMBLE START', [time, literal(size, INTERVAL)], TIMESTAMP);
  return mapSlots(e, (s) => {
    if (!isWindowSlot(s.slot)) return s;
    const after = [0, size, size - 1][s.slot - WINDOW_SLOT] ?? 0;
    return after === 0 ? start : call('+', [start, literal(after, INTERVAL)], s.type);
  });
};
