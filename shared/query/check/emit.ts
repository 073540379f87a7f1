// From relations to the queries of the plan.
import { stateless, windowed } from '../logic-plan/flat.ts';
import type { Head } from '../logic-plan/head.ts';
import { intervalQuery } from '../logic-plan/interval.ts';
import { lower } from '../logic-plan/lower.ts';
import { runningQuery } from '../logic-plan/running.ts';
import { leavesOf, rolesOf } from '../logic-plan/tree.ts';
import type { ComposedQuery, Expr, Query } from '../plan.ts';
import type { Draft } from './draft.ts';
import { checkComposedKey, checkPairsKey, checkRunningKey, checkWindowKey, type Target } from './keyed.ts';
import { onOneStream } from './one-stream.ts';
import { unbounded } from './rank.ts';
import { type Pairs, type Relation, type Rows, slotCount, type Windows } from './relation.ts';
import { call, sameExpr } from './scope.ts';
import { shifted } from './slots.ts';
import type { Table } from './tables.ts';

const stripCast = (e: Expr): Expr => (e.kind === 'call' && e.fn === 'CAST' && e.args[0] ? stripCast(e.args[0]) : e);

/** The later of the two times of a pair: what it is sent by. */
export const laterOf = (left: Expr, right: Expr): Expr => call('GREATEST', [left, right], left.type);

/** A pair is sent by the later of its two times: the other one is kept where it is no further behind than the watermark's delay. */
const keepsPairTime = (rel: Pairs, e: Expr, delay: number): boolean => {
  const [left, right] = [rel.left.time, rel.right.time && shifted(rel.right.time, slotCount(rel.left))];
  if (!left || !right) return false;
  if (sameExpr(e, left)) return -rel.low <= delay;
  if (sameExpr(e, right)) return rel.high <= delay;
  return sameExpr(e, laterOf(left, right)) || sameExpr(e, laterOf(right, left));
};

/** Whether the destination's WATERMARK column gets the query's own event time: window_end, window_time, or the time it read. */
const keepsTime = (rel: Relation, { into, row }: Target): boolean => {
  const found = row[into.plan.columns.findIndex((c) => c.name === into.plan.watermark?.column)];
  const e = found && stripCast(found);
  if (!e) return false;
  switch (rel.kind) {
    case 'rows': {
      if (!rel.grouped) return rel.time !== null && sameExpr(e, rel.time);
      const count = rel.grouped.keys.length;
      return e.kind === 'slot' && (e.slot === count + 1 || e.slot === count + 2);
    }
    case 'windows': {
      const role = e.kind === 'slot' ? rolesOf(rel.tree)[e.slot] : undefined;
      return role === 'window_end' || role === 'window_time';
    }
    case 'pairs':
      return keepsPairTime(rel, e, into.plan.watermark?.delay ?? 0);
    default:
      return false;
  }
};

const composed = (rel: Windows, row: readonly Expr[], head: Head, into: Table) => {
  const { folds, tables, rel: root } = lower(rel.tree, row);
  const query: ComposedQuery = {
    kind: 'composed',
    ...head,
    delay: Math.max(...leavesOf(rel.tree).map((leaf) => leaf.feed.base.plan.watermark?.delay ?? 0)),
    window: rel.spec,
    ...(into.early === null ? {} : { early: into.early }),
    folds,
    rel: root,
  };
  return { query, tables };
};

const groups = (rel: Rows, target: Target, head: Head): readonly Query[] => {
  const { window, grouped } = rel;
  const { into, row, places, problems } = target;
  if (!window || !grouped) return [];
  if (grouped.sets.length > 1 && into.plan.primaryKey.length > 0) {
    problems.add(
      places.into,
      `INSERT INTO: ${into.plan.name} has a PRIMARY KEY, and GROUPING SETS leave keys NULL, which no key may be; leave it out`,
    );
    return [];
  }
  checkWindowKey(target, grouped);
  const windowing = {
    lateness: into.plan.lateness,
    ...(into.early === null ? {} : { early: into.early }),
    ...(into.plan.alert && window.spec.kind !== 'session' && { tellsEnds: true as const }),
  };
  return grouped.sets.map((set, i) => {
    const own = { ...head, name: grouped.sets.length > 1 ? `${head.name}-set-${i + 1}` : head.name };
    return windowed(rel, window, grouped, set, row, own, windowing);
  });
};

/** @returns one query, or one for each set of GROUPING SETS; none after a report */
export const emit = (rel: Relation, target: Target, name: string): readonly Draft[] => {
  const { into, row, places, problems } = target;
  const head: Head = {
    id: '',
    name,
    at: { file: problems.file, line: places.at.line, col: places.at.col },
    into: into.plan.name,
  };
  const draft = (query: Query, from: readonly Table[]): Draft =>
    onOneStream({ query, places, problems, from, into, keepsTime: keepsTime(rel, target) });
  switch (rel.kind) {
    case 'rows': {
      if (rel.grouped) return groups(rel, target, head).map((q) => draft(q, [rel.base]));
      const { window } = rel;
      if (!window || window.spec.kind === 'tumble') return [draft(stateless(rel, row, head), [rel.base])];
      problems.notYet(
        window.at,
        `${window.fn} without GROUP BY`,
        'write GROUP BY window_start, window_end and the keys; without it TUMBLE alone is taken',
      );
      return [];
    }
    case 'windows': {
      checkComposedKey(target, rel);
      const { query, tables } = composed(rel, row, head, into);
      return [draft(query, tables)];
    }
    case 'pairs':
      checkPairsKey(target, rel);
      return [draft(intervalQuery(rel, row, head), [rel.left.base, rel.right.base])];
    case 'running':
      if (!checkRunningKey(target, rel) || into.ttl === null) return [];
      return [draft(runningQuery(rel, row, into.ttl, head), [rel.of.base])];
    case 'ranked':
      unbounded(rel, problems);
      return [];
    default:
      return rel satisfies never;
  }
};
