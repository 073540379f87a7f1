// The join of two inputs without a window, bounded by their event times.
import type { Span } from '../ast.ts';
import type { Problems } from '../problem.ts';
import { allParts, type Condition, calledOf, concrete } from './join-scope.ts';
import { type Pairs, type RelColumn, type Rows, slotCount } from './relation.ts';
import { allOf, shifted } from './slots.ts';
import { timeBounds } from './time-bounds.ts';
import { partConditions } from './window-join.ts';

const filtered = (rel: Rows, where: Rows['where'][]): Rows => ({ ...rel, where: allOf([rel.where, ...where]) });

/** What to write where the join of two tables has no bound. */
const waysRound = (left: string, right: string, times: readonly [string, string]): string =>
  `bound the times: ON … AND ${left}.${times[0]} BETWEEN ${right}.${times[1]} - INTERVAL '10' MINUTE AND ${right}.${times[1]} + INTERVAL '10' MINUTE; or read both FROM TABLE(TUMBLE(…)) and join ON … AND l.window_start = r.window_start AND l.window_end = r.window_end`;

const nameOfTime = (rel: Rows): string => rel.base.plan.watermark?.column ?? 'ts';

export const intervalJoin = (
  type: 'inner' | 'left' | 'right' | 'full',
  left: Rows,
  right: Rows,
  conditions: readonly Condition[],
  at: Span,
  problems: Problems,
): Pairs | null => {
  const width = slotCount(left);
  const columns: readonly RelColumn[] = [
    ...left.columns,
    ...right.columns.map((c) => ({ ...c, expr: shifted(c.expr, width) })),
  ];
  for (const rel of [left, right])
    if (!rel.time) {
      problems.notYet(
        at,
        `a join with ${calledOf(rel)}, which has no event time here`,
        rel.base.node.watermarks.length > 0
          ? 'select its event time as it is in the sub-query'
          : `add WATERMARK FOR to the CREATE TABLE of ${rel.base.plan.name} and bound the times, or, if it is a table of facts, make it a reference table: 'millrace.reference' and FOR SYSTEM_TIME AS OF`,
      );
      return null;
    }
  if (!left.time || !right.time) return null;
  const all = conditions.map((c) => concrete(c.expr, columns));
  const { low, high, rest } = timeBounds(all, left.time, shifted(right.time, width));
  const parted = partConditions(rest, width, () => undefined);
  if (low === null || high === null) {
    const half = low === null && high === null ? 'without a bound of time' : 'with a bound of time on one side only';
    problems.notYet(
      conditions[0]?.at ?? at,
      `a join of ${calledOf(left)} and ${calledOf(right)} ${half}, which would keep every row for ever`,
      waysRound(calledOf(left), calledOf(right), [nameOfTime(left), nameOfTime(right)]),
    );
    return null;
  }
  if (type !== 'inner') {
    problems.notYet(
      at,
      `${type.toUpperCase()} JOIN bounded by time`,
      `write JOIN, or read both FROM TABLE(TUMBLE(…)) and write ${type.toUpperCase()} JOIN … ON … AND l.window_start = r.window_start AND l.window_end = r.window_end`,
    );
    return null;
  }
  if (low > high) {
    problems.add(
      conditions[0]?.at ?? at,
      `JOIN: no two times fit: ${calledOf(left)}'s minus ${calledOf(right)}'s would be at least ${low / 1000} s and at most ${high / 1000} s`,
    );
    return null;
  }
  if (parted.leftKeys.length === 0) {
    problems.notYet(
      conditions[0]?.at ?? at,
      `a join of ${calledOf(left)} and ${calledOf(right)} by time alone`,
      'add an equality of a column of both: ON l.k = r.k AND …',
    );
    return null;
  }
  return {
    kind: 'pairs',
    at,
    name: `${left.name} and ${right.name}`,
    columns,
    parts: allParts([left, right]),
    broken: new Set([...left.broken, ...right.broken]),
    left: filtered(left, [...parted.left]),
    right: filtered(right, [...parted.right]),
    leftKeys: parted.leftKeys,
    rightKeys: parted.rightKeys,
    low,
    high,
    on: allOf(parted.on),
  };
};
