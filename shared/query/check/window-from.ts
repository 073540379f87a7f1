// FROM TABLE(TUMBLE|HOP|CUMULATE|SESSION(TABLE …)): the rows of a relation in windows.
import type { From } from '../ast.ts';
import { listed, type Problems } from '../problem.ts';
import { inputScope } from './input-scope.ts';
import { inWindow, isTime, type Relation, type Rows, WINDOW_COLUMNS } from './relation.ts';
import { topicOf } from './topic.ts';
import type { WindowCall } from './window-call.ts';

/** The column that DESCRIPTOR names must be the one whose watermark closes the windows. */
const checkTime = (window: WindowCall, rel: Rows, problems: Problems): boolean => {
  const { name, at } = window.time;
  const times = rel.columns.filter((c) => isTime(rel, c)).map((c) => c.name);
  if (times.includes(name)) return true;
  if (rel.broken.has(name)) return false;
  const plain = rel.name === rel.base.plan.name;
  if (times.length > 0)
    problems.add(
      at,
      `DESCRIPTOR: the event time of ${rel.name} is "${listed(times)}" (its WATERMARK FOR), found "${name}"`,
    );
  else if (rel.time && !plain)
    problems.add(
      at,
      `DESCRIPTOR: ${rel.name} does not select the event time of ${rel.base.plan.name} as it is, so it has none`,
    );
  else if (rel.base.node.watermarks.length === 0)
    problems.add(
      at,
      `DESCRIPTOR: ${rel.base.plan.name} has no event time; add WATERMARK FOR ${name} AS ${name} - INTERVAL '10' SECOND to its CREATE TABLE`,
    );
  return false;
};

/** Rows that windows can be made of: those of a window, or joined by time, come out of a topic between the two. */
const rowsOf = (
  node: Extract<From, { kind: 'window' }>,
  window: WindowCall,
  rel: Relation,
  problems: Problems,
): Rows | null => {
  if (rel.kind === 'rows' && !rel.window) return rel;
  if (rel.kind === 'running' || rel.kind === 'pairs') {
    problems.notYet(
      node.at,
      rel.kind === 'pairs'
        ? 'a window over a join by time in one statement'
        : `a window over the rows of ${rel.what} without a window, which change as events come`,
      rel.kind === 'pairs'
        ? 'write the join into a kinesis table with WATERMARK FOR, filled with GREATEST(l.ts, r.ts), and read that table'
        : 'compute both in windows',
    );
    return null;
  }
  const times = rel.columns.filter((c) => isTime(rel, c)).map((c) => c.name);
  const { name, at } = window.time;
  if (rel.kind !== 'ranked' && !times.includes(name)) {
    problems.add(
      at,
      times.length > 0
        ? `DESCRIPTOR: the event time of ${rel.name} is "${listed(times)}" (its window_time), found "${name}"`
        : `DESCRIPTOR: ${rel.name} does not select window_time, the event time of its windows, so it has none`,
    );
    return null;
  }
  return topicOf(rel, node.at, problems);
};

/** @param given what the window function reads */
export const windowFrom = (
  node: Extract<From, { kind: 'window' }>,
  window: WindowCall,
  given: Relation,
  problems: Problems,
): Rows | null => {
  const rel = rowsOf(node, window, given, problems);
  if (!rel) return null;
  const timed = checkTime(window, rel, problems);
  const hidden = rel.columns.find((c) => WINDOW_COLUMNS.some((name) => name === c.name));
  if (hidden)
    problems.add(
      window.table.at,
      `FROM: ${rel.name} has a column "${hidden.name}" of its own, which hides the window's; rename the column`,
    );
  const partitionBy = window.partitionBy.flatMap((part) => {
    const expr = inputScope(rel, 'PARTITION BY', problems).name([part]);
    return expr ? [{ name: part.name, expr }] : [];
  });
  if (!timed || hidden || partitionBy.length < window.partitionBy.length) return null;
  return inWindow(rel, { fn: node.fn.name, at: node.at, spec: window.spec, partitionBy });
};
