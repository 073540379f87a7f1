// The operator of each kind of query.
import type { Plan, StatefulQuery, WindowQuery } from '../../query/plan.ts';
import type { SideDeps } from '../../query/side-rows.ts';
import { statefulQueries } from '../roster.ts';
import { composedOperator } from './composed.ts';
import { intervalOperator } from './interval.ts';
import type { Operator, OperatorDeps } from './operator.ts';
import { runningOperator } from './running.ts';
import { type SessionQuery, sessionOperator } from './session.ts';
import { type SlicedQuery, windowOperator } from './window.ts';

const hasSessions = (q: WindowQuery): q is SessionQuery => q.window.kind === 'session';

export const operatorOf = (query: StatefulQuery, deps: OperatorDeps = {}): Operator => {
  switch (query.kind) {
    case 'window':
      return hasSessions(query) ? sessionOperator(query, deps) : windowOperator(query as SlicedQuery, deps);
    case 'composed':
      return composedOperator(query, deps);
    case 'running':
      return runningOperator(query, deps);
    case 'interval':
      return intervalOperator(query, deps);
    default:
      return query satisfies never;
  }
};

const primaryKeyOf = (plan: Plan, into: string): Pick<OperatorDeps, 'primaryKey'> => {
  const table = plan.tables.find((t) => t.name === into);
  if (table === undefined || table.primaryKey.length === 0) return {};
  return { primaryKey: table.primaryKey.map((name) => table.columns.findIndex((c) => c.name === name)) };
};

export const operatorsOf = (plan: Plan, stream: 'enriched' | 'refined', deps: SideDeps = {}): readonly Operator[] =>
  statefulQueries(plan, stream).map((q) => operatorOf(q, { ...deps, ...primaryKeyOf(plan, q.into) }));
