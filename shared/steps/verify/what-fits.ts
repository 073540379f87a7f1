// Which queries can be computed again from the archive, and how far back what they count may lie.
import type { Plan, Query, StatefulQuery } from '../../query/plan.ts';
import { readsOf, streamOf } from '../../query/sides.ts';
import type { Ms } from '../../time.ts';

export class CannotVerify extends Error {}

/** Whether its rows hang on the order in which the rows that it reads came. */
const asksForOrder = (q: Query): boolean =>
  q.kind === 'interval' || (q.kind === 'composed' && q.folds.some((f) => f.keep.kind === 'rows'));

/** Why a query cannot be computed again from the archive; null when it can. */
export const whyNot = (q: Query, plan: Plan): string | null => {
  if (q.kind === 'stateless') return `${q.name} has no windows: each of its rows follows from one event`;
  if (streamOf(q) === 'refined' && q.kind === 'running')
    return `${q.name} has no windows, and reads rows of another query: which of them were counted, the archive does not say`;
  if (streamOf(q) === 'refined' && asksForOrder(q))
    return `${q.name} joins or ranks rows of another query: in which order they came, the archive does not say`;
  for (const id of readsOf(q)) {
    const read = plan.queries.find((r) => r.id === id);
    if (read === undefined) return `${q.name} reads ${id}, which is not in this build`;
    if (read.kind !== 'stateless' && whyNot(read, plan) !== null) return `${q.name} reads ${whyNot(read, plan)}`;
    if (read.kind === 'stateless' && streamOf(read) !== 'enriched') return `${q.name} reads rows of rows`;
  }
  return null;
};

/** How far the times of what one row of a query counts may lie apart. */
export const spanOf = (q: Query): Ms => {
  switch (q.kind) {
    case 'window':
    case 'composed':
      return q.window.kind === 'session' ? q.window.gap : q.window.size;
    case 'interval':
      return Math.max(Math.abs(q.low), Math.abs(q.high));
    case 'running':
      return q.ttl;
    case 'stateless':
      return 0;
    default:
      return q satisfies never;
  }
};
export const isSession = (q: Query): boolean => q.kind === 'window' && q.window.kind === 'session';

/** The query and all that it reads, those before that read nothing of ours. */
export const chainOf = (q: Query, plan: Plan): readonly Query[] => {
  const before = readsOf(q).flatMap((id) => plan.queries.filter((r) => r.id === id));
  return [...new Set([...before.flatMap((r) => chainOf(r, plan)), q])];
};

/** How far before a window what it counts may lie, over all queries in between. */
export const reachBack = (q: Query, plan: Plan): Ms => {
  return (
    spanOf(q) + Math.max(0, ...readsOf(q).map((id) => reachBack(plan.queries.find((r) => r.id === id) as Query, plan)))
  );
};

export const latenessOf = (q: StatefulQuery): Ms => (q.kind === 'window' ? q.lateness : 0);
