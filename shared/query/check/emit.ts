// From relations to the queries of the plan.
import type { Insert } from '../ast.ts';
import type { Aggregate, Expr, StatelessQuery, WindowQuery } from '../plan.ts';
import type { Problems } from '../problem.ts';
import { BIGINT, INTERVAL, TIMESTAMP } from '../type-rules.ts';
import type { Draft, Unlinked } from './draft.ts';
import { narrow } from './input-scope.ts';
import { literal } from './literals.ts';
import type { Grouped, Relation, Windowed } from './relation.ts';
import { call, sameExpr } from './scope.ts';
import { allOf, conjuncts, isWindowSlot, mapSlots, ofWindowOnly, WINDOW_SLOT } from './slots.ts';
import type { Table } from './tables.ts';

type Head = Pick<StatelessQuery, 'name' | 'at' | 'into'>;

/** The bounds of a row's TUMBLE window from the row's own time; other windows never come here (query.ts refuses them). */
const unwindow = (rel: Relation, e: Expr): Expr => {
  const { time, window } = rel;
  if (!time || window?.spec.kind !== 'tumble') return e;
  const { size } = window.spec;
  const start = call('TUMBLE START', [time, literal(size, INTERVAL)], TIMESTAMP);
  return mapSlots(e, (s) => {
    if (!isWindowSlot(s.slot)) return s;
    const after = [0, size, size - 1][s.slot - WINDOW_SLOT] ?? 0;
    return after === 0 ? start : call('+', [start, literal(after, INTERVAL)], s.type);
  });
};

const stateless = (rel: Relation, row: readonly Expr[], head: Head): Unlinked<StatelessQuery> => {
  const where = rel.where && unwindow(rel, rel.where);
  const select = row.map((e) => unwindow(rel, e));
  const { columns, move } = narrow(rel.base.columns, [where, ...select]);
  return { kind: 'stateless', ...head, columns, where: where && move(where), select: select.map(move) };
};

/** One of the sets of a GROUPING SETS as a query of its own: keys that it leaves out are NULL. */
const oneSet = (grouped: Grouped, set: readonly number[]) => {
  const count = grouped.keys.length;
  const place = (e: Expr): Expr => {
    if (e.kind === 'call' && e.fn === 'GROUPING') {
      const bits = e.args.map((arg) => (arg.kind === 'slot' && set.includes(arg.slot) ? '0' : '1'));
      return literal(BigInt(`0b${bits.join('')}`).toString(), BIGINT);
    }
    if (e.kind === 'call') return { ...e, args: e.args.map(place) };
    if (e.kind !== 'slot') return e;
    if (e.slot >= count) return { ...e, slot: e.slot - count + set.length };
    const index = set.indexOf(e.slot);
    return index >= 0 ? { ...e, slot: index } : literal(null, e.type);
  };
  return { keys: set.flatMap((i) => grouped.keys[i] ?? []), place };
};

const windowed = (
  rel: Relation,
  window: Windowed,
  grouped: Grouped,
  set: readonly number[],
  row: readonly Expr[],
  head: Head,
  lateness: number,
): Unlinked<WindowQuery> => {
  const { keys, place } = oneSet(grouped, set);
  const parts = conjuncts(rel.where);
  const ofWindow = parts.filter(ofWindowOnly);
  const toResult = (e: Expr): Expr => mapSlots(e, (s) => ({ ...s, slot: s.slot - WINDOW_SLOT + keys.length }));
  const where = ofWindow.length === 0 ? rel.where : allOf(parts.filter((e) => !ofWindowOnly(e)));
  const lowered = {
    where: where && unwindow(rel, where),
    keys: keys.map((e) => unwindow(rel, e)),
    aggregates: grouped.aggregates.map((a) => ({
      ...a,
      arg: a.arg && unwindow(rel, a.arg),
      filter: a.filter && unwindow(rel, a.filter),
    })),
  };
  const read = [lowered.where, ...lowered.keys, ...lowered.aggregates.flatMap((a) => [a.arg, a.filter])];
  const { columns, move } = narrow(rel.base.columns, read);
  return {
    kind: 'window',
    ...head,
    columns,
    where: lowered.where && move(lowered.where),
    window: window.spec,
    delay: rel.base.plan.watermark?.delay ?? 0,
    lateness,
    keys: lowered.keys.map(move),
    aggregates: lowered.aggregates.map(
      (a): Aggregate => ({ ...a, arg: a.arg && move(a.arg), filter: a.filter && move(a.filter) }),
    ),
    having: allOf([...ofWindow.map(toResult), grouped.having && place(grouped.having)]),
    select: row.map(place),
  };
};

/** Rows of one window must not compete for one row of the destination: which came last would depend on the shards. */
const checkKeyed = (query: Unlinked<WindowQuery>, into: Table, node: Insert, problems: Problems): void => {
  const { primaryKey, columns, lateness, name } = into.plan;
  if (primaryKey.length === 0) return;
  const held = columns.flatMap((c, i) => (primaryKey.includes(c.name) ? [query.select[i]] : []));
  const holds = (slot: number): boolean => held.some((e) => e?.kind === 'slot' && e.slot === slot);
  const count = query.keys.length;
  if (!query.keys.every((_, i) => holds(i)))
    problems.add(
      node.into.at,
      `INSERT INTO: the PRIMARY KEY of ${name} (${primaryKey.join(', ')}) must hold every key of GROUP BY, or rows of one window would overwrite each other`,
    );
  else if (lateness > 0 && !holds(count) && !holds(count + 1) && !holds(count + 2))
    problems.add(
      node.into.at,
      `INSERT INTO: the PRIMARY KEY of ${name} (${primaryKey.join(', ')}) must hold window_start or window_end, because 'millrace.lateness' lets an older window be revised after a newer one`,
    );
};

const stripCast = (e: Expr): Expr => (e.kind === 'call' && e.fn === 'CAST' && e.args[0] ? stripCast(e.args[0]) : e);

/** Whether the destination's WATERMARK column gets the query's own event time: window_end, window_time, or the time it read. */
const keepsTime = (rel: Relation, row: readonly Expr[], into: Table): boolean => {
  const found = row[into.plan.columns.findIndex((c) => c.name === into.plan.watermark?.column)];
  const e = found && stripCast(found);
  if (!e) return false;
  if (!rel.grouped) return rel.time !== null && sameExpr(e, rel.time);
  const count = rel.grouped.keys.length;
  return e.kind === 'slot' && (e.slot === count + 1 || e.slot === count + 2);
};

/** @param row the destination's columns in their order, over the relation's row */
export const emit = (
  rel: Relation,
  row: readonly Expr[],
  node: Insert,
  into: Table,
  name: string,
  problems: Problems,
): readonly Draft[] => {
  const head = { name, at: { file: problems.file, line: node.at.line, col: node.at.col }, into: into.plan.name };
  const draft = (query: Draft['query']): Draft => ({
    query,
    node,
    problems,
    from: rel.base,
    into,
    keepsTime: keepsTime(rel, row, into),
  });
  const { window, grouped } = rel;
  if (!window || !grouped) {
    if (!window || window.spec.kind === 'tumble') return [draft(stateless(rel, row, head))];
    problems.notYet(
      window.at,
      `${window.fn} without GROUP BY`,
      'write GROUP BY window_start, window_end and the keys; without it TUMBLE alone is taken',
    );
    return [];
  }
  if (grouped.sets.length > 1 && into.plan.primaryKey.length > 0) {
    problems.add(
      node.into.at,
      `INSERT INTO: ${into.plan.name} has a PRIMARY KEY, and GROUPING SETS leave keys NULL, which no key may be; leave it out`,
    );
    return [];
  }
  return grouped.sets.map((set, i) => {
    const own = { ...head, name: grouped.sets.length > 1 ? `${name}-set-${i + 1}` : name };
    const query = windowed(rel, window, grouped, set, row, own, into.plan.lateness);
    checkKeyed(query, into, node, problems);
    return draft(query);
  });
};
