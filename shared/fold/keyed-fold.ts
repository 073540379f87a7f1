// One fold of a query with keys: reads rows out of events and folds each under its key, as aggregates or as rows that are kept.
import type { CloudEvent } from '../event/cloud-event.ts';
import { evaluator } from '../query/evaluate.ts';
import type { KeyedFold as Plan } from '../query/plan.ts';
import { type SideDeps, type SideReader, sideReader } from '../query/side-rows.ts';
import type { Value } from '../query/types.ts';
import type { EpochMs } from '../time.ts';
import { aggregateFold, type States } from './aggregate-fold.ts';
import { type KeptRows, keptRows } from './kept-rows.ts';
import type { RowPlace } from './place.ts';
import { decodeKey, encodeKey } from './value-code.ts';

/** What a row adds, computed whole: nothing that comes after it can throw. */
export type Addition = { readonly key: string; readonly states: States };

export type KeyedFold = {
  readonly plan: Plan;
  prepare: SideReader['prepare'];
  /** What an event adds; empty when WHERE keeps none of its rows. @throws what the plan's expressions throw */
  additions(event: CloudEvent, time: EpochMs, placeOf: (element: number) => RowPlace): readonly Addition[];
  /** Merges b into a; changes and gives back `a`. */
  merge(a: States, b: States): States;
  /** States that a merge may change. */
  copy(states: States): States;
  keyValues(key: string): Value[];
  /** The rows that are kept; null when aggregates are. */
  readonly rows: KeptRows | null;
  /** The aggregates' results; empty when rows are kept. */
  results(states: States): Value[];
};

type Body = Pick<KeyedFold, 'merge' | 'copy' | 'rows' | 'results'> & {
  one(row: readonly Value[], place: RowPlace): States;
};

const bodyOf = ({ keep }: Plan, { functions }: SideDeps, mostRows: number | undefined): Body => {
  if (keep.kind === 'rows') {
    const rows = keptRows(keep, functions, mostRows);
    return { rows, one: rows.one, merge: rows.merge, copy: rows.copy, results: () => [] };
  }
  const { args, none, add, merge, results } = aggregateFold(keep.aggregates, functions);
  const one = (row: readonly Value[]): States => {
    const states = none();
    add(states, args(row));
    return states;
  };
  return { rows: null, one, merge, copy: (states) => [...states], results };
};

/** @param deps look-ups are needed by who reads rows, functions by everybody */
export const keyedFold = (plan: Plan, deps: SideDeps = {}, mostRows?: number): KeyedFold => {
  let made: SideReader | undefined;
  const reader = (): SideReader => {
    made ??= sideReader(plan, deps);
    return made;
  };
  const keys = plan.keys.map((k) => evaluator(k, deps.functions));
  const types = plan.keys.map((k) => k.type);
  const { one, ...body } = bodyOf(plan, deps, mostRows);
  return {
    plan,
    prepare: (events) => reader().prepare(events),
    additions(event, time, placeOf) {
      const side = reader();
      return side.rows(event, time).map((row) => ({
        key: encodeKey(
          types,
          keys.map((k) => k(row)),
        ),
        states: one(row, placeOf(side.elementOf(row))),
      }));
    },
    ...body,
    keyValues: (key) => decodeKey(types, key),
  };
};
