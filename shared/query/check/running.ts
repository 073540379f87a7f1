// What a query without a window stands on: the rows of one input with an event time.
import type { Span } from '../ast.ts';
import type { Problems } from '../problem.ts';
import type { Rows } from './relation.ts';

/** The rows themselves; null after a report when they have no event time, by which a key's state ends. */
export const runningBase = (rel: Rows, what: string, at: Span, problems: Problems): Rows | null => {
  if (rel.time) return rel;
  const { plan, node } = rel.base;
  if (node.watermarks.length === 0)
    problems.notYet(
      at,
      `${what} without a window over ${plan.name}, which has no event time`,
      `add WATERMARK FOR to its CREATE TABLE: the state of a key ends when the event time is 'millrace.ttl' past its last row`,
    );
  return null;
};
