// A query that is checked but not yet linked to those it reads, and the tables at its ends.
import type { Insert, Span } from '../ast.ts';
import type { Query, StatelessQuery, WindowQuery } from '../plan.ts';
import type { Problems } from '../problem.ts';
import type { Table } from './tables.ts';

export type Unlinked<Q extends Query> = Omit<Q, 'id' | 'input'>;

export type Draft = {
  readonly query: Unlinked<StatelessQuery> | Unlinked<WindowQuery>;
  readonly node: Insert;
  readonly problems: Problems;
  readonly from: Table;
  readonly into: Table;
  /** Whether the destination's WATERMARK column gets the query's own event time. */
  readonly keepsTime: boolean;
};

/** Where the query names what it reads. */
export const fromOf = (d: Draft): Span => d.node.query.parts[0]?.from.at ?? d.node.at;

/** Drafts that write what `d` reads. */
export const writersOf = (d: Draft, all: readonly Draft[]): readonly Draft[] =>
  d.from.source ? [] : all.filter((other) => other.query.into === d.from.plan.name);
