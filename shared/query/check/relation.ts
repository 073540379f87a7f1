// What a FROM gives: rows with named columns, each an expression over the row that is read. Views, WITH and sub-queries are taken in
// by writing their expressions into those that read them, so that nothing stands between.
import type { Span } from '../ast.ts';
import type { Tree } from '../logic-plan/tree.ts';
import { rolesOf } from '../logic-plan/tree.ts';
import type { Aggregate, Expr, Lookup, Order, Unnest, WindowSpec } from '../plan.ts';
import { TIMESTAMP, TIMESTAMP_LTZ } from '../type-rules.ts';
import type { SqlType } from '../types.ts';
import { call, sameExpr } from './scope.ts';
import { WINDOW_SLOT } from './slots.ts';
import type { Table } from './tables.ts';

export const WINDOW_COLUMNS = ['window_start', 'window_end', 'window_time'] as const;
export type WindowColumn = (typeof WINDOW_COLUMNS)[number];

/** `at`: where it was selected, or the table was named. */
export type RelColumn = { readonly name: string; readonly type: SqlType; readonly expr: Expr; readonly at: Span };

/** Columns [from, to) may be qualified by this name. */
export type Part = { readonly name: string; readonly from: number; readonly to: number };

/** What names of columns mean. */
export type Shown = {
  /** For messages, and to qualify columns where `parts` is absent. */
  readonly name: string;
  readonly columns: readonly RelColumn[];
  readonly parts?: readonly Part[];
  /** Columns whose type was refused: naming one is no second mistake. */
  readonly broken: ReadonlySet<string>;
};

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

/** One input: its slots are the columns of the table, then those of look-ups, then those of UNNEST. */
export type Feed = {
  readonly base: Table;
  readonly lookups: readonly Lookup[];
  readonly unnest: Unnest | null;
  /** Over these slots and, of rows in windows, the window's columns. */
  readonly where: Expr | null;
};

/** Rows of one input, perhaps in windows, perhaps grouped in them. */
export type Rows = Shown &
  Feed & {
    readonly kind: 'rows';
    /** The event time of the base row. */
    readonly time: Expr | null;
    readonly window: Windowed | null;
    readonly grouped: Grouped | null;
  };

/** Anything more over windows of one kind: columns are over the tree's row. */
export type Windows = Shown & {
  readonly kind: 'windows';
  readonly fn: string;
  readonly at: Span;
  readonly spec: Exclude<WindowSpec, { kind: 'session' }>;
  readonly tree: Tree;
};

/** Two inputs joined by key and time: columns and `on` are over the left slots, then the right ones. */
export type Pairs = Shown & {
  readonly kind: 'pairs';
  readonly at: Span;
  readonly left: Rows;
  readonly right: Rows;
  readonly leftKeys: readonly Expr[];
  readonly rightKeys: readonly Expr[];
  readonly low: number;
  readonly high: number;
  readonly on: Expr | null;
};

/** Order of a Top-N, and which of its rows are kept. */
export type Best = {
  readonly order: readonly Order[];
  readonly from: number;
  readonly to: number;
  readonly latestFirst: boolean;
};

/**
 * Groups, or the first rows of each key, without a window. Columns and `having` are over the keys and the aggregates; or the keys, the rank
 * and the input's slots.
 */
export type Running = Shown & {
  readonly kind: 'running';
  readonly what: string;
  readonly at: Span;
  readonly of: Rows;
  readonly keys: readonly Expr[];
  readonly keep:
    | { readonly kind: 'aggregates'; readonly aggregates: readonly Aggregate[] }
    | { readonly kind: 'rows'; readonly best: Best };
  readonly emit: 'updates' | 'first';
  readonly having: Expr | null;
};

/** Rows with ROW_NUMBER as RANK_SLOT, before WHERE says how many are kept. Columns are over the row of `of`, and that slot. */
export type Ranked = Shown & {
  readonly kind: 'ranked';
  readonly at: Span;
  readonly of: Rows | Windows;
  readonly partition: readonly Expr[];
  readonly order: readonly Order[];
};

export type Relation = Rows | Windows | Pairs | Running | Ranked;

export const RANK_SLOT = 2 * WINDOW_SLOT;

const slotOf = (table: Table, column: string | undefined): Expr | null => {
  const slot = table.columns.findIndex((c) => c.name === column);
  const found = table.columns[slot];
  return found ? { kind: 'slot', slot, type: found.type } : null;
};

export const ofTable = (table: Table, at: Span): Rows => ({
  kind: 'rows',
  name: table.plan.name,
  columns: table.shown.map((c) => ({ ...c, at })),
  broken: table.broken,
  base: table,
  lookups: [],
  unnest: null,
  where: null,
  time: slotOf(table, table.plan.watermark?.column),
  window: null,
  grouped: null,
});

/** How many slots an input's rows have. */
export const slotCount = (feed: Feed): number =>
  feed.base.columns.length +
  feed.lookups.reduce((n, l) => n + l.columns.length, 0) +
  (feed.unnest ? feed.unnest.columns.length + (feed.unnest.ordinality ? 1 : 0) : 0);

/** Whether a column is still the event time: it was selected as it is. */
export const isTimeExpr = (rel: Relation, e: Expr): boolean => {
  switch (rel.kind) {
    case 'rows':
      if (rel.grouped) return e.kind === 'slot' && e.slot === rel.grouped.keys.length + 2;
      if (rel.window) return e.kind === 'slot' && e.slot === WINDOW_SLOT + 2;
      return rel.time !== null && sameExpr(e, rel.time);
    case 'windows':
      return e.kind === 'slot' && rolesOf(rel.tree)[e.slot] === 'window_time';
    default:
      return false;
  }
};
export const isTime = (rel: Relation, column: RelColumn): boolean => isTimeExpr(rel, column.expr);

/** Adds window_start, window_end and window_time, which has the type of the event time. */
export const inWindow = (rel: Rows, window: Windowed): Rows => ({
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

export const isWindowed = (rel: Relation): rel is Windows | (Rows & { readonly window: Windowed }) =>
  rel.kind === 'windows' || (rel.kind === 'rows' && rel.window !== null);

/** PROCTIME(): taken as the time of a look-up join alone, which it names in Flink. */
export const PROCTIME: Expr = call('PROCTIME', [], TIMESTAMP_LTZ);
export const isProctime = (e: Expr): boolean => sameExpr(e, PROCTIME);
