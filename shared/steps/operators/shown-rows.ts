// The result rows of one session of a key, each under the name by which a destination knows it.
import type { States } from '../../fold/aggregate-fold.ts';
import type { KeyedFold } from '../../fold/keyed-fold.ts';
import { given } from '../../fold/query-fold.ts';
import { evaluator, predicate } from '../../query/evaluate.ts';
import type { Expr, RunningQuery } from '../../query/plan.ts';
import type { Value } from '../../query/types.ts';
import { keyOf } from '../../query/values.ts';
import type { Session } from '../../window/session.ts';
import type { OperatorDeps, Refusal } from './operator.ts';

export type ShownRow = { readonly id: string; readonly values: readonly Value[] };
export type Shown = { readonly rows: ReadonlyMap<string, ShownRow>; readonly refused: readonly Refusal[] };

const names = (e: Expr, slot: number): boolean =>
  e.kind === 'slot' ? e.slot === slot : e.kind === 'call' && e.args.some((arg) => names(arg, slot));

/**
 * Whether the rows of a key are told apart by their rank: where the destination's key says so, or it has none. Otherwise each has a key
 * of its own, which it keeps when its rank changes.
 */
export const isRanked = (query: RunningQuery, { primaryKey }: OperatorDeps): boolean => {
  const rank = query.fold.keys.length;
  return primaryKey === undefined || primaryKey.some((column) => names(query.select[column] as Expr, rank));
};

export type ShownRows = {
  /** What HAVING keeps of a session. */
  (key: string, s: Session<States>): Shown;
  /** Names of all rows that a session may show, with rows that have nothing but their keys; null where names follow from the rows. */
  readonly possible: ((key: string) => ReadonlyMap<string, ShownRow>) | null;
};

export const shownRows = (query: RunningQuery, fold: KeyedFold, deps: OperatorDeps): ShownRows => {
  const having = predicate(query.having, deps.functions);
  const select = query.select.map((s) => evaluator(s, deps.functions));
  const { keep } = query.fold;
  const ranked = isRanked(query, deps);

  const nameOf = (key: string, rank: number | null, values: readonly Value[]): { name: string; id: string } => {
    if (rank === null) return { name: '', id: key };
    const name = ranked ? String(rank) : keyOf((deps.primaryKey ?? []).map((column) => values[column] ?? null));
    return { name, id: `${key}|${name}` };
  };

  const show = (key: string, all: readonly (readonly [rank: number | null, row: readonly Value[]])[]): Shown => {
    const rows = new Map<string, ShownRow>();
    const refused: Refusal[] = [];
    for (const [rank, row] of all)
      try {
        if (!having(row)) continue;
        const values = select.map((s) => s(row));
        const { name, id } = nameOf(key, rank, values);
        rows.set(name, { id, values });
      } catch (error) {
        const cause = error instanceof Error ? error.message : String(error);
        refused.push({ query, rule: 'row.threw', cause, key, window: null });
      }
    return { rows, refused };
  };

  const rowsOf = (key: string, s: Session<States>): Shown => {
    const keys = fold.keyValues(key);
    const { rows } = fold;
    if (rows === null) return show(key, [[null, [...keys, ...fold.results(s.state)]]]);
    return show(
      key,
      rows.listOf(s.state).map((row, i) => [i + 1, [...keys, BigInt(i + 1), ...rows.decode(row)]]),
    );
  };

  const possible = (key: string): ReadonlyMap<string, ShownRow> => {
    const keys = fold.keyValues(key);
    const limit = keep.kind === 'rows' ? (keep.best?.limit ?? 0) : 0;
    const ranks = keep.kind === 'rows' ? Array.from({ length: limit }, (_, i) => i + 1) : [null];
    return new Map(
      ranks.map((rank) => {
        const values = given(select, rank === null ? keys : [...keys, BigInt(rank)]);
        const { name, id } = nameOf(key, rank, values);
        return [name, { id, values }] as const;
      }),
    );
  };
  return Object.assign(rowsOf, { possible: keep.kind === 'aggregates' || ranked ? possible : null });
};
