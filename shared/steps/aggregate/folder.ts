// The queries of one aggregate, each with what it takes off the stream.
import type { Plan } from '../../query/plan.ts';
import type { SideDeps } from '../../query/side-rows.ts';
import type { Operator } from '../operators/operator.ts';
import { operatorsOf } from '../operators/operator-of.ts';
import { type EventTest, type LaneTest, laneTest, takesEvent } from '../roster.ts';

export type Folder = {
  readonly operator: Operator;
  readonly takes: EventTest;
  readonly reads: LaneTest;
};

export const foldersOf = (plan: Plan, stream: 'enriched' | 'refined', deps: SideDeps = {}): readonly Folder[] =>
  operatorsOf(plan, stream, deps).map((operator) => ({
    operator,
    takes: takesEvent(operator.query),
    reads: laneTest(operator.query, plan),
  }));
