// What a query reads, as lines of a label and a text.
import type { Keep, KeyedFold, Side } from '../plan.ts';
import { keyColumns, namesOf, sideColumns } from './columns.ts';
import { showAggregate, showExpr, showOrder } from './expression.ts';
import { typed } from './rel.ts';

export type Line = readonly [label: string, text: string];

const sourceOf = ({ input }: Side): string =>
  input.stream === 'enriched' ? `events ${input.types.join(', ')}` : `rows of ${input.reads.join(', ')}`;

export const sideLines = (side: Side): readonly Line[] => {
  const all = sideColumns(side);
  const names = namesOf(all);
  const lines: Line[] = [
    ['reads', `${side.input.table}: ${sourceOf(side)}, on ${side.input.stream}`],
    ['columns', typed(side.columns) || 'none'],
  ];
  for (const l of side.lookups ?? []) {
    const found = l.columns.length > 0 ? `: ${typed(l.columns)}` : '';
    const missing = l.required ? 'an event without a row is dropped' : 'NULL without a row';
    lines.push(['look up', `${l.table} by ${l.keyColumn} = ${showExpr(l.key, names)}${found}; ${missing}`]);
  }
  const { unnest } = side;
  if (unnest) {
    const columns = typed(all.slice(all.length - unnest.columns.length - (unnest.ordinality ? 1 : 0)));
    lines.push([
      'unnest',
      `${showExpr(unnest.array, names)}: ${columns}${unnest.keepsEmpty ? '; NULL where it is empty' : ''}`,
    ]);
  }
  if (side.where) lines.push(['where', showExpr(side.where, names)]);
  return lines;
};

const showKeep = (keep: Keep, names: readonly string[]): string => {
  if (keep.kind === 'aggregates') return keep.aggregates.map((a) => showAggregate(a, names)).join(', ') || 'the keys';
  const row = keep.row.map((e) => showExpr(e, names));
  const rows = `rows of ${row.join(', ') || 'no column'}`;
  if (!keep.best) return rows;
  const { order, limit, latestFirst } = keep.best;
  const ties = latestFirst ? ', of equal ones the latest' : '';
  return `the first ${limit} by ${showOrder(order, row)}${ties}: ${rows}`;
};

export const foldLines = (fold: KeyedFold): readonly Line[] => {
  const of = sideColumns(fold);
  const keys = namesOf(keyColumns(fold.keys, of)).join(', ');
  return [...sideLines(fold), ['keeps', `${showKeep(fold.keep, namesOf(of))}${keys ? `, for each ${keys}` : ''}`]];
};
