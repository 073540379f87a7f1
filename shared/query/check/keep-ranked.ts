// WHERE around ROW_NUMBER: the bound of the rank, and what becomes of it in windows and without.
import { filterTree } from '../logic-plan/filter-tree.ts';
import { ofWindow, rolesOf, widthOf } from '../logic-plan/tree.ts';
import type { Expr, Order } from '../plan.ts';
import type { Problems } from '../problem.ts';
import { BIGINT } from '../type-rules.ts';
import { RANK, unbounded } from './rank.ts';
import { type Best, isTimeExpr, RANK_SLOT, type Ranked, type Relation, type Rows, type Windows } from './relation.ts';
import { runningBase } from './running.ts';
import { call, sameExpr } from './scope.ts';
import { allOf, conjuncts, mapSlots } from './slots.ts';
import { treeOf } from './windows.ts';

const FLIP: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=' };

/** The ranks that a condition lets through; null when it is no bound of the rank by a constant. */
const boundOf = (e: Expr): readonly [from: number, to: number] | null => {
  if (e.kind !== 'call' || e.args.length !== 2) return null;
  const bare = (x: Expr | undefined): Expr | undefined => (x?.kind === 'call' && x.fn === 'CAST' ? x.args[0] : x);
  const [a, b] = e.args.map(bare);
  const turned = a?.kind === 'literal';
  const [rank, constant] = turned ? [b, a] : [a, b];
  if (rank?.kind !== 'slot' || rank.slot !== RANK_SLOT || constant?.kind !== 'literal') return null;
  if (constant.type.kind !== 'INT' && constant.type.kind !== 'BIGINT') return null;
  const n = Number(constant.value);
  switch (turned ? FLIP[e.fn] : e.fn) {
    case '<=':
      return [1, n];
    case '<':
      return [1, n - 1];
    case '=':
      return [n, n];
    case '>=':
      return [n, Number.POSITIVE_INFINITY];
    case '>':
      return [n + 1, Number.POSITIVE_INFINITY];
    default:
      return null;
  }
};

/** Dedup keeps the last of a time by arrival, as Flink does; Top-N the first. */
const byTime = (rel: Relation, order: readonly Order[]): boolean =>
  order.length === 1 && order[0] !== undefined && isEventTime(rel, order[0].expr);
const isEventTime = (rel: Relation, e: Expr): boolean =>
  (rel.kind === 'rows' && !rel.grouped && rel.time !== null && sameExpr(e, rel.time)) || isTimeExpr(rel, e);

const inWindows = (rel: Ranked, best: Best, rest: Expr | null, problems: Problems): Windows | null => {
  const treed = treeOf(rel.of as Rows | Windows, 'ROW_NUMBER', rel.at, problems);
  if (!treed) return null;
  const partition = rel.partition.map(treed.move);
  const order = rel.order.map((o) => ({ ...o, expr: treed.move(o.expr) }));
  const { tree: of } = treed.rel;
  const roles = new Set(partition.flatMap((e) => (e.kind === 'slot' ? [rolesOf(of)[e.slot]] : [])));
  if (!roles.has('window_start') || !roles.has('window_end')) {
    const missing = (['window_start', 'window_end'] as const).filter((role) => !roles.has(role));
    problems.notYet(
      rel.at,
      `ROW_NUMBER over the rows of windows without ${missing.join(' and ')} in PARTITION BY`,
      'write PARTITION BY window_start, window_end and the keys; the sub-query must select both',
    );
    return null;
  }
  const slot = widthOf(of);
  const place = (e: Expr): Expr =>
    mapSlots(treedMove(treed.move, e), (s) => (s.slot === RANK_SLOT ? { ...s, slot } : s));
  const { latestFirst, from, to } = best;
  const ranked = {
    kind: 'rank' as const,
    of,
    partition: partition.filter((e) => !ofWindow(of, e)),
    order,
    latestFirst,
    from,
    to,
  };
  const columns = rel.columns.map((c) => ({ ...c, expr: place(c.expr) }));
  const { name, parts, broken } = rel;
  const tree = rest ? filterTree(ranked, place(rest)) : ranked;
  return { ...treed.rel, name, ...(parts ? { parts } : {}), broken, columns, tree };
};

/** Moves all but the rank. */
const treedMove = (move: (e: Expr) => Expr, e: Expr): Expr => {
  if (e.kind === 'call') return { ...e, args: e.args.map((arg) => treedMove(move, arg)) };
  return e.kind === 'slot' && e.slot === RANK_SLOT ? e : move(e);
};

/** The rows that WHERE keeps of those that ROW_NUMBER numbered. */
export const keepRanked = (rel: Ranked, where: Expr, problems: Problems): Relation | null => {
  let [from, to] = [1, Number.POSITIVE_INFINITY];
  const rest: Expr[] = [];
  for (const e of conjuncts(where)) {
    const bound = boundOf(e);
    if (bound) [from, to] = [Math.max(from, bound[0]), Math.min(to, bound[1])];
    else rest.push(e);
  }
  if (to === Number.POSITIVE_INFINITY) {
    unbounded(rel, problems);
    return null;
  }
  if (to < from) {
    problems.add(rel.at, `ROW_NUMBER: WHERE keeps no row: ranks count from 1, and it asks for ${from} to ${to}`);
    return null;
  }
  const timed = byTime(rel.of, rel.order);
  const [first] = rel.order;
  const best: Best = { order: rel.order, from, to, latestFirst: timed && to === 1 && first?.descending === true };
  if (rel.of.kind === 'windows' || rel.of.window) return inWindows(rel, best, allOf(rest), problems);
  const of = runningBase(rel.of, 'ROW_NUMBER', rel.at, problems);
  if (!of) return null;
  const keys = rel.partition;
  const place = (e: Expr): Expr => {
    const key = keys.findIndex((k) => sameExpr(k, e));
    if (key >= 0) return { kind: 'slot', slot: key, type: e.type };
    if (e.kind === 'call') return { ...e, args: e.args.map(place) };
    if (e.kind === 'literal') return e;
    return { ...e, slot: e.slot === RANK_SLOT ? keys.length : e.slot + keys.length + 1 };
  };
  const from1 =
    from > 1 ? call('>=', [RANK, { kind: 'literal', value: String(from), type: BIGINT }], RANK_COMPARED) : null;
  const having = allOf([from1, ...rest]);
  const { name, parts, broken } = rel;
  return {
    kind: 'running',
    what: 'ROW_NUMBER',
    at: rel.at,
    name,
    ...(parts ? { parts } : {}),
    broken,
    columns: rel.columns.map((c) => ({ ...c, expr: place(c.expr) })),
    of,
    keys,
    keep: { kind: 'rows', best },
    emit: timed && to === 1 && first?.descending === false ? 'first' : 'updates',
    having: having && place(having),
  };
};
const RANK_COMPARED = { kind: 'BOOLEAN' } as const;
