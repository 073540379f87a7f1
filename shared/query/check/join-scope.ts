// The columns of several relations side by side, as slots by their number, until it is known how they are joined.
import type { Span } from '../ast.ts';
import type { Expr } from '../plan.ts';
import { listed } from '../problem.ts';
import { isProctime, type Part, type Relation, type RelColumn, type Shown } from './relation.ts';
import { mapSlots } from './slots.ts';

/** A condition over the numbers of the columns, and where it stands. */
export type Condition = { readonly expr: Expr; readonly at: Span };

/** Relations whose join is inner: how they are joined follows from ON and from WHERE together. */
export type Joined = {
  readonly kind: 'joined';
  readonly sources: readonly Relation[];
  readonly conditions: readonly Condition[];
  readonly at: Span;
};

const partsOf = (rel: Shown): readonly Part[] => rel.parts ?? [{ name: rel.name, from: 0, to: rel.columns.length }];

/** What FROM calls it. */
export const calledOf = (rel: Shown): string => rel.parts?.map((p) => p.name).join(' and ') || rel.name;

export const countOf = (sources: readonly Shown[]): number => sources.reduce((n, s) => n + s.columns.length, 0);

const shifted = (parts: readonly Part[], by: number): readonly Part[] =>
  parts.map((p) => ({ ...p, from: p.from + by, to: p.to + by }));

/** All parts of relations that stand side by side. */
export const allParts = (sources: readonly Shown[]): readonly Part[] =>
  sources.flatMap((s, i) => shifted(partsOf(s), countOf(sources.slice(0, i))));

/** The names of all of them; each column is the slot of its number. */
export const numbered = (sources: readonly Shown[]): Shown => {
  const columns = sources.flatMap((s) => s.columns);
  return {
    name: listed(sources.map((s) => s.name)),
    parts: allParts(sources),
    broken: new Set(sources.flatMap((s) => [...s.broken])),
    columns: columns.map(
      (c, slot): RelColumn => (isProctime(c.expr) ? c : { ...c, expr: { kind: 'slot', slot, type: c.type } }),
    ),
  };
};

/** An expression over numbers as one over what the columns are. */
export const concrete = (e: Expr, columns: readonly RelColumn[]): Expr =>
  mapSlots(e, (s) => columns[s.slot]?.expr ?? s);
