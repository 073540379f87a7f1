// The rows that a query reads out of an event, on each of its inputs. An event on which one of them fails counts on none.
import type { UserFunctions } from '../../query/evaluate.ts';
import type { Aggregate, IntervalQuery, KeyedFold, Query, Side } from '../../query/plan.ts';
import { type SideDeps, type SideReader, sideReader, type TimedEvent } from '../../query/side-rows.ts';
import { inputsOf, sidesOf } from '../../query/sides.ts';
import type { Value } from '../../query/types.ts';
import { type EventTest, takesInput } from '../roster.ts';
import { type Evaluate, evaluating, type Row } from './relation-rows.ts';

export type SideRow = { readonly side: number; readonly element: number; readonly values: readonly Value[] };

export type Reader = {
  readonly query: Query;
  readonly sides: readonly SideReader[];
  readonly takes: readonly EventTest[];
  /** Empty when the event is rejected for this query. */
  rowsOf(event: TimedEvent): readonly SideRow[];
};

const probeAggregate = (a: Aggregate, row: Row, value: Evaluate): void => {
  if ((a.filter === null || value(a.filter, row) === true) && a.arg !== null) value(a.arg, row);
};

/** Evaluates what is evaluated when a row is folded. `window-rows.ts` does so itself. @throws what that throws */
const probe = (q: Query, side: Side, row: Row, value: Evaluate): void => {
  if (q.kind === 'interval') {
    const { keys, row: slots } = side as IntervalQuery['left'];
    for (const e of [...keys, ...slots]) value(e, row);
  }
  if (q.kind !== 'composed' && q.kind !== 'running') return;
  const { keys, keep } = side as KeyedFold;
  for (const e of keys) value(e, row);
  if (keep.kind === 'aggregates') for (const a of keep.aggregates) probeAggregate(a, row, value);
  else for (const e of keep.row) value(e, row);
};

export const readerOf = (q: Query, deps: SideDeps, functions: UserFunctions): Reader => {
  const plans = sidesOf(q);
  const sides = plans.map((s) => sideReader(s, deps));
  const takes = inputsOf(q).map(takesInput);
  const value = evaluating(functions);
  return {
    query: q,
    sides,
    takes,
    rowsOf({ event, time }) {
      try {
        const all = sides.flatMap((reader, side) =>
          takes[side]?.(event)
            ? reader.rows(event, time).map((values) => ({ side, element: reader.elementOf(values), values }))
            : [],
        );
        for (const { side, values } of all) probe(q, plans[side] as Side, values, value);
        return all;
      } catch {
        return [];
      }
    },
  };
};
