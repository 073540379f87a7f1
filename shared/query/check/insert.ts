// INSERT INTO … SELECT to a query, but for its id and what it reads, which follow from all files (graph.ts).
import type { Ident, Insert, SelectItem, Span } from '../ast.ts';
import type { Expr, Query, StatelessQuery, WindowQuery } from '../plan.ts';
import { didYouMean, listed, type Problems } from '../problem.ts';
import { storeAs } from './coerce.ts';
import { checkExpr } from './expression.ts';
import { inputScope, narrow } from './input-scope.ts';
import { isNull, literal } from './literals.ts';
import { asBoolean } from './operators.ts';
import type { Scope } from './scope.ts';
import type { Table } from './tables.ts';
import { checkWindowQuery } from './window-query.ts';

type Unlinked<Q extends Query> = Omit<Q, 'id' | 'input'>;
/** A checked query with its tables. `time` is what it selects into the destination's WATERMARK column, if that has one. */
export type Draft = {
  readonly query: Unlinked<StatelessQuery> | Unlinked<WindowQuery>;
  readonly node: Insert;
  readonly problems: Problems;
  readonly from: Table;
  readonly into: Table;
  readonly time: Expr | null;
};

export type Tables = ReadonlyMap<string, Table>;

export const findTable = (ident: Ident, clause: string, tables: Tables, problems: Problems): Table | null => {
  const table = tables.get(ident.name);
  if (table) return table;
  const known = [...tables.keys()];
  problems.add(
    ident.at,
    `${clause}: unknown table "${ident.name}".${didYouMean(ident.name, known)} Tables: ${listed(known)}`,
  );
  return null;
};

/** The destination's columns in the order of SELECT; null when the list is wrong. */
const targets = (node: Insert, into: Table, problems: Problems): readonly string[] | null => {
  const known = into.plan.columns.map((c) => c.name);
  if (!node.columns) return into.broken.size > 0 ? null : known;
  let good = true;
  const seen = new Set<string>();
  for (const column of node.columns) {
    if (known.includes(column.name) && !seen.has(column.name)) {
      seen.add(column.name);
      continue;
    }
    good = false;
    const twice = seen.has(column.name);
    if (!into.broken.has(column.name))
      problems.add(
        column.at,
        twice
          ? `INSERT INTO: the column "${column.name}" stands twice`
          : `INSERT INTO: unknown column "${column.name}".${didYouMean(column.name, known)} ${into.plan.name} has ${listed(known)}`,
      );
  }
  return good ? node.columns.map((c) => c.name) : null;
};

/** Each selected expression with its place; `*` gives every column of the table. */
export const expand = (
  items: readonly SelectItem[],
  table: Table,
  scope: Scope,
): readonly { readonly at: Span; readonly expr: Expr | null }[] =>
  items.flatMap((item) => {
    if (item.kind === 'expr') return [{ at: item.at, expr: checkExpr(item.expr, scope) }];
    if (table.broken.size > 0) return [{ at: item.at, expr: null }];
    return table.columns.map((c, slot) => ({ at: item.at, expr: { kind: 'slot', slot, type: c.type } as const }));
  });

/** The destination's row: each column filled by what was selected for it, cast where Flink casts, NULL where nothing was. */
export const fill = (
  node: Insert,
  into: Table,
  selected: readonly { readonly at: Span; readonly expr: Expr | null }[],
  problems: Problems,
): readonly Expr[] | null => {
  const names = targets(node, into, problems);
  if (!names || selected.some((s) => !s.expr)) return null;
  if (names.length !== selected.length) {
    problems.add(
      node.select.at,
      `INSERT INTO ${into.plan.name}: SELECT gives ${selected.length} columns, the table has ${names.length}: ${listed(names)}`,
    );
    return null;
  }
  const row = into.plan.columns.map(({ name, type }) => {
    const found = selected[names.indexOf(name)];
    const expr = found?.expr ?? literal(null, type);
    if (isNull(expr) && into.plan.primaryKey.includes(name))
      problems.add(
        found?.at ?? node.into.at,
        `INSERT INTO: "${name}" is in the PRIMARY KEY of ${into.plan.name} and cannot be NULL`,
      );
    return found ? storeAs(found.at, expr, name, type, problems) : expr;
  });
  const good = row.flatMap((e) => (e ? [e] : []));
  return good.length === row.length ? good : null;
};

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

/** The place a query reads from, as Flink allows it. */
const checkEnds = (node: Insert, from: Table, into: Table, at: Span, problems: Problems): boolean => {
  const before = problems.count();
  if (into.source)
    problems.add(
      node.into.at,
      `INSERT INTO: ${into.plan.name} is a source ('millrace.type'); write into a table without it`,
    );
  if (!from.source && from.plan.connector !== 'kinesis')
    problems.add(
      at,
      `FROM: ${from.plan.name} is a ${from.plan.connector} table; queries read kinesis tables. Write its rows into a kinesis table too and read that`,
    );
  return problems.count() === before;
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

/** @param row the destination's row, before slots were narrowed away */
export const draft = (
  query: Draft['query'],
  row: readonly Expr[],
  node: Insert,
  from: Table,
  into: Table,
  problems: Problems,
): Draft => {
  const index = into.plan.columns.findIndex((c) => c.name === into.plan.watermark?.column);
  return { query, node, problems, from, into, time: row[index] ?? null };
};

export { checkEnds };
