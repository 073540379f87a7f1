// Rows kept whole, as a monoid: lists in one total order, merged and cut. Cutting at N gives the same rows for any split of the
// input and any grouping of the parts only because no two rows have one place.
import { evaluator, type UserFunctions } from '../query/evaluate.ts';
import type { Keep } from '../query/plan.ts';
import type { Value } from '../query/types.ts';
import type { States } from './aggregate-fold.ts';
import { rowOrder } from './order.ts';
import type { RowPlace } from './place.ts';
import { type Code, decodeValue, encodeValue } from './value-code.ts';

/** A row of more than this many of one key in one slice is left out; the count of those is kept. */
export const MOST_ROWS = 100_000;

type KeepRows = Extract<Keep, { kind: 'rows' }>;
/** Its values coded. */
export type KeptRow = readonly [place: RowPlace, ...values: Code[]];

export type KeptRows = {
  /** States of one row: its list and, without an order, how many were left out (null: none). @throws what the row's expressions throw */
  one(row: readonly Value[], place: RowPlace): States;
  /** Merges b into a; changes and gives back `a`. Lists of `a` may change. */
  merge(a: States, b: States): States;
  /** States that a merge may change. */
  copy(states: States): States;
  /** In order. */
  listOf(states: States): readonly KeptRow[];
  leftOut(states: States): number;
  decode(row: KeptRow): Value[];
};

/** @param most for tests; rows beyond it are left out, the last in order first */
export const keptRows = ({ row, best }: KeepRows, functions?: UserFunctions, most = MOST_ROWS): KeptRows => {
  const slots = row.map((e) => evaluator(e, functions));
  const types = row.map((e) => e.type);
  const decode = (kept: KeptRow): Value[] => types.map((t, i) => decodeValue(t, kept[i + 1] ?? null));
  const limit = best === null ? most : Math.min(best.limit, most);

  const byArrival = (a: KeptRow, b: KeptRow): number => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);
  const comparison = (): ((a: KeptRow, b: KeptRow) => number) => {
    if (best === null) return byArrival;
    const order = rowOrder(best.order, functions);
    const keys = new WeakMap<KeptRow, readonly Value[]>();
    const keysOf = (kept: KeptRow): readonly Value[] => {
      const known = keys.get(kept);
      if (known !== undefined) return known;
      const made = order.keysOf(decode(kept));
      keys.set(kept, made);
      return made;
    };
    const sign = best.latestFirst ? -1 : 1;
    return (a, b) => order.compare(keysOf(a), keysOf(b)) || sign * byArrival(a, b);
  };
  const compare = comparison();
  const check = best === null ? null : rowOrder(best.order, functions);

  const mergeLists = (a: KeptRow[], b: readonly KeptRow[]): KeptRow[] => {
    const [first, last] = [b[0], a.at(-1)];
    if (first === undefined) return a;
    if (last === undefined || compare(last, first) < 0) {
      for (let i = 0; i < b.length && a.length < limit; i++) a.push(b[i] as KeptRow);
      return a;
    }
    const out: KeptRow[] = [];
    for (let i = 0, j = 0; out.length < limit && (i < a.length || j < b.length); ) {
      const [x, y] = [a[i], b[j]];
      if (y === undefined || (x !== undefined && compare(x, y) <= 0)) {
        out.push(x as KeptRow);
        i++;
      } else {
        out.push(y);
        j++;
      }
    }
    return out;
  };

  const listOf = (states: States): KeptRow[] => states[0] as unknown as KeptRow[];
  const leftOut = (states: States): number => (states[1] as number | null) ?? 0;
  return {
    one(values, place) {
      const coded = slots.map((slot, i) => encodeValue(types[i] as (typeof types)[number], slot(values)));
      const kept: KeptRow = [place, ...coded];
      // An order that throws must throw here, for its row alone, and never when lists are merged.
      check?.keysOf(decode(kept));
      return (best === null ? [[kept], null] : [[kept]]) as unknown as States;
    },
    merge(a, b) {
      const [mine, theirs] = [listOf(a), listOf(b)];
      const all = mine.length + theirs.length;
      const merged = mergeLists(mine, theirs);
      a[0] = merged as unknown as States[number];
      const out = best === null ? leftOut(a) + leftOut(b) + all - merged.length : 0;
      if (out > 0) a[1] = out;
      return a;
    },
    copy: (states) => [[...listOf(states)], ...states.slice(1)] as unknown as States,
    listOf,
    leftOut,
    decode,
  };
};
