// One window query made ready to run: reads rows out of events, folds them, and makes result rows.
import type { CloudEvent } from '../event/cloud-event.ts';
import { type Evaluator, evaluator, predicate } from '../query/evaluate.ts';
import type { WindowQuery } from '../query/plan.ts';
import { type SideDeps, type SideReader, sideReader } from '../query/side-rows.ts';
import type { Value } from '../query/types.ts';
import type { EpochMs } from '../time.ts';
import type { Window } from '../window/window.ts';
import { aggregateFold, type States } from './aggregate-fold.ts';
import type { State } from './fold.ts';
import { decodeKey, encodeKey } from './value-code.ts';

export type { States } from './aggregate-fold.ts';

export type QueryFold = {
  readonly query: WindowQuery;
  prepare: SideReader['prepare'];
  /** The rows of an event that WHERE keeps. */
  rows(event: CloudEvent, time: EpochMs): readonly Value[][];
  keyOf(row: readonly Value[]): string;
  /** States after one row. */
  one(row: readonly Value[]): States;
  /** Adds one row, or throws and adds nothing; changes `states`. */
  add(states: States, row: readonly Value[]): void;
  /** Merges b into a; changes and gives back `a`. */
  merge(a: States, b: readonly State[]): States;
  /** The destination's columns; `kept` false when HAVING leaves the row out. @throws what HAVING and SELECT throw */
  finish(
    key: string,
    window: Window,
    states: readonly State[],
  ): { readonly kept: boolean; readonly values: readonly Value[] };
};

/** Of a row that is left out only the columns of its key are needed: one that cannot be computed for it is NULL. */
export const given = (select: readonly Evaluator[], row: readonly Value[]): Value[] =>
  select.map((s) => {
    try {
      return s(row);
    } catch {
      return null;
    }
  });

/** @param deps look-ups are needed by who reads rows, functions by everybody */
export const queryFold = (query: WindowQuery, deps: SideDeps = {}): QueryFold => {
  const { functions } = deps;
  let reader: SideReader | undefined;
  const side = (): SideReader => {
    reader ??= sideReader(query, deps);
    return reader;
  };
  const keys = query.keys.map((k) => evaluator(k, functions));
  const keyTypes = query.keys.map((k) => k.type);
  const { args, none, add, merge, results } = aggregateFold(query.aggregates, functions);
  const having = predicate(query.having, functions);
  const select = query.select.map((s) => evaluator(s, functions));

  return {
    query,
    prepare: (events) => side().prepare(events),
    rows: (event, time) => side().rows(event, time),
    keyOf: (row) =>
      encodeKey(
        keyTypes,
        keys.map((k) => k(row)),
      ),
    one(row) {
      const states = none();
      add(states, args(row));
      return states;
    },
    add: (states, row) => add(states, args(row)),
    merge,
    finish(key, { start, end }, states) {
      const row = [...decodeKey(keyTypes, key), start, end, end - 1, ...results(states)];
      return having(row)
        ? { kept: true, values: select.map((s) => s(row)) }
        : { kept: false, values: given(select, row) };
    },
  };
};
