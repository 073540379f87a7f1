// The operator of each kind of query.
import type { Plan, StatefulQuery, WindowQuery } from '../../query/plan.ts';
import type { SideDeps } from '../../query/side-rows.ts';
import { statefulQueries } from '../roster.ts';
import type { Operator } from './operator.ts';
import { type SessionQuery, sessionOperator } from './session.ts';
import { type SlicedQuery, windowOperator } from './window.ts';

const hasSessions = (q: WindowQuery): q is SessionQuery => q.window.kind === 'session';

/** @throws Error when the plan holds a kind of query that this version does not run */
export const operatorOf = (query: StatefulQuery, deps: SideDeps = {}): Operator => {
  if (query.kind !== 'window') throw new Error(`query ${query.name}: ${query.kind} is not run by this version`);
  return hasSessions(query) ? sessionOperator(query, deps) : windowOperator(query as SlicedQuery, deps);
};

export const operatorsOf = (plan: Plan, stream: 'enriched' | 'refined', deps: SideDeps = {}): readonly Operator[] =>
  statefulQueries(plan, stream).map((q) => operatorOf(q, deps));
