// The rows between the operators of a query: a name and a type for each slot.
import type { Aggregate, Expr, Keep, KeyedFold, Rel, Side, TableColumn } from '../plan.ts';
import { BIGINT, INT, TIMESTAMP } from '../type-rules.ts';
import { showAggregate, showExpr } from './expression.ts';

export type Columns = readonly TableColumn[];

export const namesOf = (columns: Columns): readonly string[] => columns.map((c) => c.name);

/** What an expression is called where it is a column: a slot keeps its name. */
const called = (e: Expr, of: Columns): TableColumn => ({ name: showExpr(e, namesOf(of)), type: e.type });
const aggregated = (a: Aggregate, of: Columns): TableColumn => ({ name: showAggregate(a, namesOf(of)), type: a.type });

/** Slots of an input's rows: its columns, what look-ups find, what UNNEST gives. */
export const sideColumns = (side: Side): Columns => [
  ...side.columns,
  ...(side.lookups ?? []).flatMap((l) => l.columns.map((c) => ({ name: `${l.table}.${c.name}`, type: c.type }))),
  ...(side.unnest ? side.unnest.columns : []),
  ...(side.unnest?.ordinality ? [{ name: 'ordinality', type: INT }] : []),
];

/** What is kept of the rows of a key. */
export const keptColumns = (keep: Keep, of: Columns): Columns =>
  keep.kind === 'rows' ? keep.row.map((e) => called(e, of)) : keep.aggregates.map((a) => aggregated(a, of));

export const keyColumns = (keys: readonly Expr[], of: Columns): Columns => keys.map((e) => called(e, of));

export const WINDOW: Columns = ['window_start', 'window_end', 'window_time'].map((name) => ({ name, type: TIMESTAMP }));
export const RANK: TableColumn = { name: 'rank', type: BIGINT };

const ofFold = (fold: KeyedFold | undefined): Columns => {
  if (!fold) return [];
  const of = sideColumns(fold);
  return [...keyColumns(fold.keys, of), ...WINDOW, ...keptColumns(fold.keep, of)];
};

/** Columns of both sides; a name that both have says whose it is. */
export const joined = (left: Columns, right: Columns): Columns => {
  const [l, r] = [new Set(namesOf(left)), new Set(namesOf(right))];
  return [
    ...left.map((c) => (r.has(c.name) ? { ...c, name: `left.${c.name}` } : c)),
    ...right.map((c) => (l.has(c.name) ? { ...c, name: `right.${c.name}` } : c)),
  ];
};

/** The row that a relation gives. */
export const relColumns = (rel: Rel, folds: readonly KeyedFold[]): Columns => {
  switch (rel.kind) {
    case 'fold':
      return ofFold(folds[rel.fold]);
    case 'filter':
      return relColumns(rel.of, folds);
    case 'project': {
      const of = relColumns(rel.of, folds);
      return rel.select.map((e) => called(e, of));
    }
    case 'group': {
      const of = relColumns(rel.of, folds);
      return [...keyColumns(rel.keys, of), ...rel.aggregates.map((a) => aggregated(a, of))];
    }
    case 'join': {
      const left = relColumns(rel.left, folds);
      return rel.type === 'semi' || rel.type === 'anti' ? left : joined(left, relColumns(rel.right, folds));
    }
    case 'rank':
      return [...relColumns(rel.of, folds), RANK];
    case 'union':
      return rel.of[0] ? relColumns(rel.of[0], folds) : [];
    default:
      return rel satisfies never;
  }
};
