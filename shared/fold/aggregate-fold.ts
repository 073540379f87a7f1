// The aggregates of a query side by side: what one row gives them, how their states add up, their results.
import { evaluator, predicate, type UserFunctions } from '../query/evaluate.ts';
import type { Aggregate } from '../query/plan.ts';
import type { Value } from '../query/types.ts';
import { foldOf, type State } from './fold.ts';

/** One state for each aggregate, in their order. */
export type States = State[];

export type AggregateFold = {
  /** What a row gives each aggregate; NULL adds nothing. Computed whole before any of it is added, so that a row that throws counts in none. */
  args(row: readonly Value[]): Value[];
  none(): States;
  /** Changes `states`. */
  add(states: States, args: readonly Value[]): void;
  /** Merges b into a; changes and gives back `a`. */
  merge(a: States, b: readonly State[]): States;
  results(states: readonly State[]): Value[];
};

export const aggregateFold = (aggregates: readonly Aggregate[], functions?: UserFunctions): AggregateFold => {
  const folds = aggregates.map((a) => ({
    fold: foldOf(a),
    arg: a.arg === null ? null : evaluator(a.arg, functions),
    filter: a.filter === null ? null : predicate(a.filter, functions),
  }));
  return {
    args: (row) =>
      folds.map((f) => {
        if (f.filter !== null && !f.filter(row)) return null;
        return f.arg === null ? true : f.arg(row);
      }),
    none: () => folds.map(() => null),
    add(states, args) {
      for (let i = 0; i < folds.length; i++) {
        const v = args[i] as Value;
        if (v !== null) states[i] = (folds[i] as (typeof folds)[number]).fold.add(states[i] as State, v);
      }
    },
    merge(a, b) {
      for (let i = 0; i < folds.length; i++)
        a[i] = (folds[i] as (typeof folds)[number]).fold.merge(a[i] as State, b[i] as State);
      return a;
    },
    results: (states) => folds.map((f, i) => f.fold.result(states[i] as State)),
  };
};
