// What a FROM gives: rows with named columns, each an expression over the row that is read. Views, WITH and sub-queries are taken in
// by writing their expressions into those that read them, so that nothing stands between.
import type { Span } from '../ast.ts';
import type { Aggregate, Expr, WindowSpec } from '../plan.ts';
import { TIMESTAMP } from '../type-rules.ts';
import type { SqlType } from '../types.ts';
import { sameExpr } from './scope.ts';
import { WINDOW_SLOT } from './slots.ts';
import type { Table } from './tables.ts';

export const WINDOW_COLUMNS = ['window_start', 'window_end', 'window_time'] as const;
export type WindowColumn = (typeof WINDOW_COLUMNS)[number];

/** `at`: where it was selected, or the table was named. */
export type RelColumn = { readonly name: string; readonly type: SqlType; readonly expr: Expr; readonly at: Span };

/** Rows in windows, not grouped yet: their columns window_start … are the slots from WINDOW_SLOT on. */
export type Windowed = {
  readonly fn: string;
  readonly at: Span;
  readonly spec: WindowSpec;
  readonly partitionBy: readonly { readonly name: string; readonly expr: Expr }[];
};

/** Grouped rows: columns and `having` are over the result row (plan.ts, WindowQuery). */
export type Grouped = {
  readonly keys: readonly Expr[];
  /** Of GROUPING SETS: the numbers of the keys in each set. Otherwise one set with all. */
  readonly sets: readonly (readonly number[])[];
  readonly aggregates: readonly Aggregate[];
  readonly having: Expr | null;
};

export type Relation = {
  /** For messages, and to qualify columns. */
  readonly name: string;
  readonly columns: readonly RelColumn[];
  /** Columns whose type was refused: naming one is no second mistake. */
  readonly broken: ReadonlySet<string>;
  readonly base: Table;
  /** Over the base row and the window's columns. */
  readonly where: Expr | null;
  /** The event time of the base row. */
  readonly time: Expr | null;
  readonly window: Windowed | null;
  readonly grouped: Grouped | null;
};

const slotOf = (table: Table, column: string | undefined): Expr | null => {
  const slot = table.columns.findIndex((c) => c.name === column);
  const found = table.columns[slot];
  return found ? { kind: 'slot', slot, type: found.type } : null;
};

export const ofTable = (table: Table, at: Span): Relation => ({
  name: table.plan.name,
  columns: table.shown.map((c) => ({ ...c, at })),
  broken: table.broken,
  base: table,
  where: null,
  time: slotOf(table, table.plan.watermark?.column),
  window: null,
  grouped: null,
});

/** Whether a column is still the event time: it was selected as it is. */
export const isTime = (rel: Relation, column: RelColumn): boolean => {
  if (rel.grouped) return column.expr.kind === 'slot' && column.expr.slot === rel.grouped.keys.length + 2;
  if (rel.window) return column.expr.kind === 'slot' && column.expr.slot === WINDOW_SLOT + 2;
  return rel.time !== null && sameExpr(column.expr, rel.time);
};

/** Adds window_start, window_end and window_time, which has the type of the event time. */
export const inWindow = (rel: Relation, window: Windowed): Relation => ({
  ...rel,
  window,
  columns: [
    ...rel.columns,
    ...WINDOW_COLUMNS.map((name, i): RelColumn => {
      const type = name === 'window_time' ? (rel.time?.type ?? TIMESTAMP) : TIMESTAMP;
      return { name, type, expr: { kind: 'slot', slot: WINDOW_SLOT + i, type }, at: window.at };
    }),
  ],
});
