// The rows of joins, ranks and groups of groups in windows: every window by itself, from the list of its rows.
import { MOST_ROWS } from '../../fold/kept-rows.ts';
import type { UserFunctions } from '../../query/evaluate.ts';
import type { ComposedQuery, KeyedFold } from '../../query/plan.ts';
import {
  aggregatesOf,
  type Evaluate,
  evaluating,
  groupsOf,
  inOrderOf,
  type Row,
  relationRows,
} from './relation-rows.ts';
import { type InRow, type OutRow, spansAt } from './window-rows.ts';

const byPlace = (a: { readonly place: string }, b: { readonly place: string }): number => (a.place < b.place ? -1 : 1);

/** Rows of one key that are kept, the best first, or the first ones in the order of arrival. */
export const keptOf = (
  keep: Extract<KeyedFold['keep'], { kind: 'rows' }>,
  rows: readonly InRow[],
  value: Evaluate,
): readonly { readonly place: string; readonly slots: Row }[] => {
  const all = rows.map((r) => ({ place: r.place ?? '', slots: keep.row.map((e) => value(e, r.values)) })).sort(byPlace);
  const { best } = keep;
  if (best === null) return all.slice(0, MOST_ROWS);
  const compare = inOrderOf(best.order, value);
  return all
    .map((row, at) => ({ ...row, at }))
    .sort((a, b) => compare(a.slots, b.slots) || (best.latestFirst ? b.at - a.at : a.at - b.at))
    .slice(0, best.limit);
};

/** Rows of one fold as the relation reads them. */
const sourceOf = (fold: KeyedFold, rows: readonly InRow[], times: Row, value: Evaluate): readonly Row[] => {
  const groups = groupsOf(rows, fold.keys, (r) => r.values, value);
  const { keep } = fold;
  if (keep.kind === 'aggregates')
    return groups.map(([, keys, all]) => {
      const values = all.map((r) => r.values);
      return [...keys, ...times, ...aggregatesOf(keep.aggregates, values, value)];
    });
  return groups
    .flatMap(([, keys, all]) => keptOf(keep, all, value).map((kept) => ({ ...kept, keys })))
    .sort(byPlace)
    .map(({ keys, slots }) => [...keys, ...times, ...slots]);
};

/** By window, in each in the order that gives rows their numbers. A window whose relation throws has none. */
export const composedRows = (
  q: ComposedQuery,
  read: readonly InRow[],
  functions?: UserFunctions,
): readonly OutRow[] => {
  const value = evaluating(functions);
  const members = read.flatMap((r) => spansAt(q, r.time).map((span) => ({ r, span })));
  const out: OutRow[] = [];
  for (const group of Map.groupBy(members, ({ span }) => `${span.start} ${span.end}`).values()) {
    const { start, end } = (group[0] as (typeof group)[number]).span;
    const isLate = (clock: number): boolean => end - 1 <= clock - q.delay;
    const rows = group.map(({ r }) => r).filter((r) => !isLate(r.clock));
    const sure = rows.every((r) => r.sure && !isLate(r.clockAtMost));
    const base = { start, end, time: end - 1, key: '', keys: [], kept: true, rows: [], sure };
    const times = [start, end, end - 1];
    try {
      const sources = q.folds.map((fold, i) =>
        sourceOf(
          fold,
          rows.filter((r) => (r.side ?? 0) === i),
          times,
          value,
        ),
      );
      const found = relationRows(q.rel, sources, value, functions);
      found.forEach((values, i) => void out.push({ ...base, id: `${start}|${end}|${i + 1}`, values }));
      // So that what stands in a window that is not sure is no extra row.
      if (!sure && found.length === 0) out.push({ ...base, id: `${start}|${end}|0`, kept: false, values: [] });
    } catch {
      // It is listed among the rejected.
    }
  }
  return out.sort((a, b) => a.end - b.end || a.start - b.start);
};
