// Joins: of windows, of two inputs by time, or refused with the way round.
import type { Span } from '../ast.ts';
import type { Problems } from '../problem.ts';
import { intervalJoin } from './interval-join.ts';
import { type Condition, calledOf, type Joined } from './join-scope.ts';
import { unbounded } from './rank.ts';
import { isWindowed, type Relation } from './relation.ts';
import { slotsOf } from './slots.ts';
import { windowJoin } from './window-join.ts';

type Outer = 'inner' | 'left' | 'right' | 'full';

/** Relations that can be no side of a join. */
const refuseSide = (rel: Relation, at: Span, problems: Problems): boolean => {
  if (rel.kind === 'ranked') unbounded(rel, problems);
  else if (rel.kind === 'running')
    problems.notYet(
      at,
      `a join with the rows of ${rel.what} without a window, which change as events come`,
      'compute both sides in windows: FROM TABLE(TUMBLE(…)), and join them ON l.window_start = r.window_start AND l.window_end = r.window_end',
    );
  else if (rel.kind === 'pairs')
    problems.notYet(
      at,
      `a join with ${calledOf(rel)}, which are joined by time`,
      'write the first join into a kinesis table with WATERMARK FOR, and join that',
    );
  else return false;
  return true;
};

/** @param conditions over the numbers of the columns of both */
export const joinTwo = (
  type: Outer,
  left: Relation,
  right: Relation,
  conditions: readonly Condition[],
  at: Span,
  problems: Problems,
): Relation | null => {
  const refused = [left, right].map((rel) => refuseSide(rel, at, problems));
  if (refused.includes(true)) return null;
  if (isWindowed(left)) {
    if (isWindowed(right)) return windowJoin(type, left, right, conditions, at, problems);
  } else if (!isWindowed(right) && left.kind === 'rows' && right.kind === 'rows')
    return intervalJoin(type, left, right, conditions, at, problems);
  const [plain, other] = isWindowed(left) ? [right, left] : [left, right];
  problems.notYet(
    conditions[0]?.at ?? at,
    `a join of ${calledOf(plain)}, which is in no window, with the windows of ${calledOf(other)}, which would keep every row for ever`,
    `read ${calledOf(plain)} in the same windows: (SELECT * FROM TABLE(TUMBLE(TABLE …))), and join ON … AND l.window_start = r.window_start AND l.window_end = r.window_end`,
  );
  return null;
};

/** Inner joins of all sources, one after another: each condition belongs to the first join that has all its columns. */
export const resolveJoined = (joined: Joined, where: readonly Condition[], problems: Problems): Relation | null => {
  let open = [...joined.conditions, ...where];
  const [first, ...rest] = joined.sources;
  let rel: Relation | null = first ?? null;
  let width = first?.columns.length ?? 0;
  for (const source of rest) {
    width += source.columns.length;
    const now = open.filter((c) => slotsOf([c.expr]).every((slot) => slot < width));
    open = open.filter((c) => !now.includes(c));
    rel = rel && joinTwo('inner', rel, source, now, joined.at, problems);
  }
  return rel;
};
