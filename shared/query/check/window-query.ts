// SELECT … FROM TABLE(TUMBLE|HOP|SESSION(…)) … GROUP BY window_start, window_end, keys to a WindowQuery.
import type { From, Insert } from '../ast.ts';
import type { Aggregate, Expr, WindowQuery } from '../plan.ts';
import type { Problems } from '../problem.ts';
import { checkEnds, type Draft, draft, findTable, type Tables } from './draft.ts';
import { checkExpr } from './expression.ts';
import { expand, fill } from './fill.ts';
import { checkGroupBy, checkSession, checkTime, GROUPED } from './grouping.ts';
import { inputScope, narrow } from './input-scope.ts';
import { asBoolean } from './operators.ts';
import { resultScope } from './result-scope.ts';
import type { Table } from './tables.ts';
import { checkWindowCall } from './window-call.ts';

/** Rows of one window must not compete for one row of the destination: which came last would depend on the shards. */
const checkKeyed = (query: Omit<WindowQuery, 'id' | 'input'>, into: Table, node: Insert, problems: Problems): void => {
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

const narrowAggregate = (a: Aggregate, move: (e: Expr) => Expr): Aggregate => ({
  ...a,
  arg: a.arg && move(a.arg),
  filter: a.filter && move(a.filter),
});

export const checkWindowQuery = (
  node: Insert,
  source: Extract<From, { kind: 'window' }>,
  into: Table | null,
  name: string,
  tables: Tables,
  problems: Problems,
): Draft | null => {
  const { select } = node;
  const alias = source.alias?.name ?? ''; // a window has no name of its own unless it is given one
  const window = checkWindowCall(source, problems);
  const from = window && findTable(window.table, `${source.fn.name} TABLE`, tables, problems);
  if (!window || !from || !into || !checkEnds(node, from, into, window.table.at, problems)) return null;
  const timed = checkTime(window, from, problems);
  const input = (clause: string) => inputScope(from, alias, clause, problems);
  const where = select.where && checkExpr(select.where, input('WHERE'));
  const condition = where && select.where && asBoolean(select.where.at, 'WHERE', where, problems);
  if (!select.groupBy) {
    problems.notYet(source.at, 'a window function without GROUP BY', `write ${GROUPED}`);
    return null;
  }
  const grouping = checkGroupBy(select.groupBy, source, from, problems);
  if (!grouping) return null;
  const sound = window.spec.kind !== 'session' || checkSession(window, grouping, from, source, problems);
  const result = (clause: string) => resultScope(from, alias, grouping, clause, input(clause));
  const star = select.items.find((item) => item.kind === 'star');
  if (star) {
    problems.add(star.at, 'SELECT: * does not go with GROUP BY; name the keys, the window columns and the aggregates');
    return null;
  }
  const row = fill(node, into, expand(select.items, from, result('SELECT')), problems);
  const kept = select.having && checkExpr(select.having, result('HAVING'));
  const having = kept && select.having && asBoolean(select.having.at, 'HAVING', kept, problems);
  if (!row || !timed || !sound || (select.where && !condition) || (select.having && !having)) return null;

  const read = [condition, ...grouping.keys, ...grouping.aggregates.flatMap((a) => [a.arg, a.filter])];
  const { columns, move } = narrow(from.columns, read);
  const query: Omit<WindowQuery, 'id' | 'input'> = {
    kind: 'window',
    name,
    at: { file: problems.file, line: node.at.line, col: node.at.col },
    columns,
    where: condition && move(condition),
    into: into.plan.name,
    window: window.spec,
    delay: from.plan.watermark?.delay ?? 0,
    lateness: into.plan.lateness,
    keys: grouping.keys.map(move),
    aggregates: grouping.aggregates.map((a) => narrowAggregate(a, move)),
    having,
    select: row,
  };
  checkKeyed(query, into, node, problems);
  return draft(query, row, node, from, into, problems);
};
