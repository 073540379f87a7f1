// One window query made ready to run: reads rows out of events, folds them, and makes result rows.
import type { CloudEvent, JsonObject } from '../event/cloud-event.ts';
import { evaluator, predicate } from '../query/evaluate.ts';
import type { WindowQuery } from '../query/plan.ts';
import { rowReader } from '../query/row.ts';
import type { Value } from '../query/types.ts';
import type { EpochMs } from '../time.ts';
import type { Window } from '../window/window.ts';
import { foldOf, type State } from './fold.ts';
import { decodeKey, encodeKey } from './value-code.ts';

/** The states of a query's aggregates, in their order. */
export type States = State[];

export type QueryFold = {
  readonly query: WindowQuery;
  read(event: CloudEvent, time: EpochMs): Value[];
  keeps(row: readonly Value[]): boolean;
  keyOf(row: readonly Value[]): string;
  /** States after one row. */
  one(row: readonly Value[]): States;
  /** Adds one row; changes `states`. */
  add(states: States, row: readonly Value[]): void;
  /** Merges b into a; changes and gives back `a`. */
  merge(a: States, b: readonly State[]): States;
  /** The destination's columns; `kept` false when HAVING leaves the row out. */
  finish(
    key: string,
    window: Window,
    states: readonly State[],
  ): { readonly kept: boolean; readonly values: readonly Value[] };
};

export const queryFold = (query: WindowQuery): QueryFold => {
  const read = rowReader(query.columns);
  const keeps = predicate(query.where);
  const keys = query.keys.map((k) => evaluator(k));
  const keyTypes = query.keys.map((k) => k.type);
  const folds = query.aggregates.map((a) => ({
    fold: foldOf(a),
    arg: a.arg === null ? null : evaluator(a.arg),
    filter: a.filter === null ? null : predicate(a.filter),
  }));
  const having = predicate(query.having);
  const select = query.select.map((s) => evaluator(s));

  /** All arguments are computed before the first is added: a row that throws leaves the states as they were. */
  const add = (states: States, row: readonly Value[]): void => {
    const values = folds.map((f) => {
      if (f.filter !== null && !f.filter(row)) return null;
      return f.arg === null ? true : f.arg(row);
    });
    for (let i = 0; i < folds.length; i++) {
      const v = values[i] as Value;
      if (v !== null) states[i] = (folds[i] as (typeof folds)[number]).fold.add(states[i] as State, v);
    }
  };

  return {
    query,
    read: (event, time) => read({ data: (event.data ?? {}) as JsonObject, attributes: event, time }),
    keeps,
    keyOf: (row) =>
      encodeKey(
        keyTypes,
        keys.map((k) => k(row)),
      ),
    one(row) {
      const states: States = folds.map(() => null);
      add(states, row);
      return states;
    },
    add,
    merge(a, b) {
      for (let i = 0; i < folds.length; i++)
        a[i] = (folds[i] as (typeof folds)[number]).fold.merge(a[i] as State, b[i] as State);
      return a;
    },
    finish(key, { start, end }, states) {
      const results = folds.map((f, i) => f.fold.result(states[i] as State));
      const row = [...decodeKey(keyTypes, key), start, end, end - 1, ...results];
      return { kept: having(row), values: select.map((s) => s(row)) };
    },
  };
};
