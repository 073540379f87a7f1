// The rules of a window's GROUP BY, event time and session keys.
import type { ExprNode, From } from '../ast.ts';
import type { Expr } from '../plan.ts';
import type { Problems } from '../problem.ts';
import { isNested, typeText } from '../type-rules.ts';
import { checkExpr } from './expression.ts';
import { inputScope } from './input-scope.ts';
import { type Grouping, WINDOW_COLUMNS, windowColumn } from './result-scope.ts';
import type { Table } from './tables.ts';
import type { WindowCall } from './window-call.ts';

export const GROUPED = 'GROUP BY window_start, window_end and the keys';

/** The column that DESCRIPTOR names must be the one whose watermark closes the windows. */
export const checkTime = (window: WindowCall, table: Table, problems: Problems): boolean => {
  const { watermark, name } = table.plan;
  if (watermark?.column === window.time.name) return true;
  if (watermark)
    problems.add(
      window.time.at,
      `DESCRIPTOR: the event time of ${name} is "${watermark.column}" (its WATERMARK FOR), found "${window.time.name}"`,
    );
  else if (table.node.watermarks.length === 0)
    problems.add(
      window.time.at,
      `DESCRIPTOR: ${name} has no event time; add WATERMARK FOR ${window.time.name} AS ${window.time.name} - INTERVAL '10' SECOND to its CREATE TABLE`,
    );
  return false;
};

export const checkGroupBy = (
  groupBy: readonly ExprNode[],
  from: From,
  table: Table,
  problems: Problems,
): Grouping | null => {
  const alias = from.alias?.name ?? '';
  const before = problems.count();
  const window = new Set<string>();
  const keys: Expr[] = [];
  for (const node of groupBy) {
    const column = windowColumn(node, alias);
    if (column && !table.columns.some((c) => c.name === column)) {
      window.add(column);
      continue;
    }
    if (node.kind === 'literal') {
      problems.add(node.at, `GROUP BY: ${node.text} is a constant; name the column`);
      continue;
    }
    const key = checkExpr(node, inputScope(table, alias, 'GROUP BY', problems));
    if (!key) continue;
    if (isNested(key.type)) problems.notYet(node.at, `grouping by ${typeText(key.type)}`, 'group by its fields');
    else if (!keys.some((k) => JSON.stringify(k) === JSON.stringify(key))) keys.push(key);
  }
  const missing = ['window_start', 'window_end'].filter((name) => !window.has(name));
  const hidden = WINDOW_COLUMNS.find((name) => table.columns.some((c) => c.name === name));
  if (hidden)
    problems.add(
      from.at,
      `FROM: ${table.plan.name} has a column "${hidden}" of its own, which hides the window's; rename the column in CREATE TABLE`,
    );
  else if (missing.length > 0 && problems.count() === before)
    problems.notYet(
      groupBy[0]?.at ?? from.at,
      `a window without ${missing.join(' and ')} in GROUP BY`,
      `write ${GROUPED}`,
    );
  return problems.count() === before ? { keys, window, aggregates: [] } : null;
};

/** A session belongs to the keys it is parted by: GROUP BY must name the same. */
export const checkSession = (
  window: WindowCall,
  grouping: Grouping,
  table: Table,
  from: From,
  problems: Problems,
): boolean => {
  const names = window.partitionBy.map((p) => p.name);
  const before = problems.count();
  for (const part of window.partitionBy) inputScope(table, null, 'PARTITION BY', problems).name([part]);
  if (problems.count() > before) return false;
  const keys = grouping.keys.map((k) => (k.kind === 'slot' ? table.columns[k.slot]?.name : undefined));
  if (names.length === keys.length && names.every((name) => keys.includes(name))) return true;
  problems.notYet(
    from.at,
    `a session parted by ${names.length ? names.join(', ') : 'nothing'} and grouped by ${keys.length ? keys.map((k) => k ?? 'an expression').join(', ') : 'no key'}`,
    'write the same columns in PARTITION BY and in GROUP BY',
  );
  return false;
};
