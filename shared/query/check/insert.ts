// INSERT INTO … SELECT to a query, but for its id and what it reads, which follow from all files (graph.ts).
import type { Insert } from '../ast.ts';
import type { Problems } from '../problem.ts';
import { checkEnds, type Draft, draft, findTable, type Tables } from './draft.ts';
import { checkExpr } from './expression.ts';
import { expand, fill } from './fill.ts';
import { inputScope, narrow } from './input-scope.ts';
import { asBoolean } from './operators.ts';
import type { Table } from './tables.ts';
import { checkWindowQuery } from './window-query.ts';

const checkStateless = (
  node: Insert,
  from: Table,
  into: Table,
  name: string,
  problems: Problems,
): Draft['query'] | null => {
  const { select } = node;
  const alias = select.from.alias?.name ?? null;
  if (select.groupBy) {
    const at = select.groupBy[0]?.at ?? select.at;
    problems.notYet(
      at,
      'GROUP BY without a window',
      `read FROM TABLE(TUMBLE(TABLE ${from.plan.name}, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) and group by window_start, window_end`,
    );
    return null;
  }
  if (select.having) {
    problems.add(select.having.at, 'HAVING: filters groups; this query has none, write WHERE');
    return null;
  }
  const where = select.where && checkExpr(select.where, inputScope(from, alias, 'WHERE', problems));
  const condition = where && select.where && asBoolean(select.where.at, 'WHERE', where, problems);
  const row = fill(node, into, expand(select.items, from, inputScope(from, alias, 'SELECT', problems)), problems);
  if (!row || (select.where && !condition)) return null;
  const { columns, move } = narrow(from.columns, [condition, ...row]);
  return {
    kind: 'stateless',
    name,
    at: { file: problems.file, line: node.at.line, col: node.at.col },
    columns,
    where: condition && move(condition),
    into: into.plan.name,
    select: row.map(move),
  };
};

export const checkInsert = (node: Insert, name: string, tables: Tables, problems: Problems): Draft | null => {
  const into = findTable(node.into, 'INSERT INTO', tables, problems);
  const { from: source } = node.select;
  if (source.kind === 'window') return checkWindowQuery(node, source, into, name, tables, problems);
  const from = findTable(source.table, 'FROM', tables, problems);
  if (!from || !into || !checkEnds(node, from, into, source.table.at, problems)) return null;
  const query = checkStateless(node, from, into, name, problems);
  return query && draft(query, query.select, node, from, into, problems);
};
