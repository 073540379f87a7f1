// A query that is checked but not yet linked to those it reads, and the tables at its ends.
import type { Ident, Insert, Span } from '../ast.ts';
import type { Expr, Query, StatelessQuery, WindowQuery } from '../plan.ts';
import { didYouMean, listed, type Problems } from '../problem.ts';
import type { Table } from './tables.ts';

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

/** The place a query reads from, as Flink allows it. */
export const checkEnds = (node: Insert, from: Table, into: Table, at: Span, problems: Problems): boolean => {
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
