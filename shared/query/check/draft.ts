// A query that is checked but not yet linked to those it reads, and the tables at its ends.
import type { Span } from '../ast.ts';
import type { Input, Query } from '../plan.ts';
import type { Problems } from '../problem.ts';
import { sidesOf } from '../sides.ts';
import type { Table } from './tables.ts';

/** Where a statement names what it reads, gives and writes. */
export type Places = { readonly at: Span; readonly from: Span; readonly query: Span; readonly into: Span };

/** What stands for an input until the queries are linked. */
export const UNREAD: Input = { stream: 'enriched', table: '', types: [], reads: [] };

export type Draft = {
  /** Without an id, its inputs UNREAD. */
  readonly query: Query;
  readonly places: Places;
  readonly problems: Problems;
  /** The table of each side of the query, in their order. */
  readonly from: readonly Table[];
  readonly into: Table;
  /** Whether the destination's WATERMARK column gets the query's own event time. */
  readonly keepsTime: boolean;
};

/** The query with an input for each of its sides. */
export const withInputs = (q: Query, inputs: readonly Input[]): Query => {
  const at = (i: number): Input => inputs[i] ?? UNREAD;
  switch (q.kind) {
    case 'stateless':
    case 'window':
      return { ...q, input: at(0) };
    case 'composed':
      return { ...q, folds: q.folds.map((f, i) => ({ ...f, input: at(i) })) };
    case 'interval':
      return { ...q, left: { ...q.left, input: at(0) }, right: { ...q.right, input: at(1) } };
    case 'running':
      return { ...q, fold: { ...q.fold, input: at(0) } };
    default:
      return q satisfies never;
  }
};

export const sideCount = (d: Draft): number => sidesOf(d.query).length;

/** Drafts that fill a table. */
export const fillersOf = (table: Table, all: readonly Draft[]): readonly Draft[] =>
  table.source ? [] : all.filter((other) => other.query.into === table.plan.name);

/** Drafts that write what `d` reads. */
export const writersOf = (d: Draft, all: readonly Draft[]): readonly Draft[] => [
  ...new Set(d.from.flatMap((table) => fillersOf(table, all))),
];
