// Relations of a window as an indented tree: an operator a line, those that it stands on below it.
import type { KeyedFold, Rel, TableColumn } from '../plan.ts';
import { typeText } from '../type-rules.ts';
import { type Columns, joined, keyColumns, namesOf, relColumns } from './columns.ts';
import { showAggregate, showExpr, showOrder } from './expression.ts';

export const typed = (columns: Columns): string => columns.map((c) => `${c.name} ${typeText(c.type)}`).join(', ');

const ranks = (from: number, to: number): string =>
  from === to ? `rank ${from}` : from === 1 ? `first ${to}` : `ranks ${from} to ${to}`;

type Shown = { readonly text: string; readonly below: readonly Rel[] };

const one = (rel: Rel, folds: readonly KeyedFold[], into: readonly TableColumn[] | null): Shown => {
  switch (rel.kind) {
    case 'fold':
      return { text: `fold ${rel.fold + 1}: ${typed(relColumns(rel, folds))}`, below: [] };
    case 'filter':
      return { text: `filter ${showExpr(rel.where, namesOf(relColumns(rel.of, folds)))}`, below: [rel.of] };
    case 'project': {
      const names = namesOf(relColumns(rel.of, folds));
      const columns = rel.select.map((e, i) => {
        const name = into?.[i]?.name;
        const text = showExpr(e, names);
        return `${name === undefined || name === text ? '' : `${name} = `}${text} ${typeText(e.type)}`;
      });
      return { text: `project ${columns.join(', ')}`, below: [rel.of] };
    }
    case 'group': {
      const of = relColumns(rel.of, folds);
      const keys = namesOf(keyColumns(rel.keys, of)).join(', ') || 'nothing: one row';
      const aggregates = rel.aggregates.map((a) => `${showAggregate(a, namesOf(of))} ${typeText(a.type)}`);
      return { text: `group by ${keys}${aggregates.length ? `: ${aggregates.join(', ')}` : ''}`, below: [rel.of] };
    }
    case 'join': {
      const [left, right] = [relColumns(rel.left, folds), relColumns(rel.right, folds)];
      const both = namesOf(joined(left, right));
      const [l, r] = [both.slice(0, left.length), both.slice(left.length)];
      const equal = rel.leftKeys.map((e, i) => {
        const other = rel.rightKeys[i];
        return `${showExpr(e, l)} = ${other ? showExpr(other, r) : '?'}`;
      });
      const on = [...equal, ...(rel.on ? [showExpr(rel.on, both)] : [])].join(' AND ') || 'all pairs';
      return { text: `${rel.type} join on ${on}`, below: [rel.left, rel.right] };
    }
    case 'rank': {
      const names = namesOf(relColumns(rel.of, folds));
      const parts = rel.partition.map((e) => showExpr(e, names)).join(', ');
      const ties = rel.latestFirst ? ', of equal ones the latest' : '';
      return {
        text: `${ranks(rel.from, rel.to)} by ${showOrder(rel.order, names)}${ties}${parts ? `, for each ${parts}` : ''}`,
        below: [rel.of],
      };
    }
    case 'union':
      return { text: 'union', below: rel.of };
    default:
      return rel satisfies never;
  }
};

/** @param into names of the columns that the uppermost operator gives */
export const showRel = (
  rel: Rel,
  folds: readonly KeyedFold[],
  into: readonly TableColumn[] | null = null,
): readonly string[] => {
  const { text, below } = one(rel, folds, into);
  return [text, ...below.flatMap((of) => showRel(of, folds).map((line) => `  ${line}`))];
};
