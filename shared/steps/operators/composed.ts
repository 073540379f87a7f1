// Relations over windows: joins, Top-N, dedup, groups of groups. Each fold keeps its own slices; when a window closes, the relation is
// computed from all keys of all folds.

import type { States } from '../../fold/aggregate-fold.ts';
import type { KeptRow } from '../../fold/kept-rows.ts';
import { type KeyedFold, keyedFold } from '../../fold/keyed-fold.ts';
import { relation } from '../../fold/relation.ts';
import { getOrMake } from '../../get-or-make.ts';
import type { ComposedQuery } from '../../query/plan.ts';
import type { Value } from '../../query/types.ts';
import { keyOf } from '../../query/values.ts';
import type { EpochMs } from '../../time.ts';
import { isDue, type Slicing, slicing as slicingOf, type Window, windowOf } from '../../window/window.ts';
import { byText, eachSlicePartial, type PackedSlices, packSlices, type SlicePartials } from '../ledger/partials.ts';
import { takesInput } from '../roster.ts';
import { type BeforeSlices, beforeSlices } from './before-slices.ts';
import { deadSlice, dropSlices, idIn, inOrder, mergeSlice, type Part, placeIn, windowsOf } from './open-slices.ts';
import type { BatchFold, Due, DueRow, OpenQuery, Operator, OperatorDeps, Refusal } from './operator.ts';
import { placesOf } from './places.ts';

const NO_LATENESS = 0;

const batchFold = (folds: readonly KeyedFold[], slicing: Slicing): BatchFold => {
  const takes = folds.map((f) => takesInput(f.plan.input));
  const all: readonly SlicePartials[] = folds.map(() => new Map());
  const placeOf = placesOf();
  return {
    add(e, event, time, w) {
      // All folds are computed before the first is added: an event that fails in one counts in none.
      const added = folds.map((f, i) => (takes[i]?.(event) ? f.additions(event, time, placeOf(e, time)) : []));
      if (added.every((a) => a.length === 0)) return 'filtered';
      const at = placeIn(time, w, slicing, NO_LATENESS);
      if ('late' in at) return at;
      folds.forEach((f, i) => {
        for (const { key, states } of added[i] ?? []) mergeSlice(all[i] as SlicePartials, at, key, states, f.merge);
      });
      return 'folded';
    },
    packed: () => (all.every((s) => s.size === 0) ? null : { t: 'c', p: all.map(packSlices) }),
  };
};

/** A relation's row with the number that it has in its window, from 1. */
type Numbered = { readonly no: number; readonly values: readonly Value[] };

/** One fold with what is open of it. */
type OpenFold = { readonly fold: KeyedFold; readonly slices: SlicePartials; readonly before: BeforeSlices | null };
type Read = (at: Part, key: string) => States | undefined;

const openComposed = (
  query: ComposedQuery,
  folds: readonly KeyedFold[],
  slicing: Slicing,
  deps: OperatorDeps,
): OpenQuery => {
  const relate = relation(query.rel, deps.functions);
  const open: readonly OpenFold[] = folds.map((fold) => {
    const slices: SlicePartials = new Map();
    return { fold, slices, before: query.early === undefined ? null : beforeSlices(slices, fold.copy) };
  });
  /** Windows of all folds, with the slices that some of them have. */
  const windows = () => {
    const all = new Map<number, Map<EpochMs, unknown>>();
    for (const { slices } of open)
      for (const [j, mine] of slices) {
        const known = getOrMake(all, j, () => new Map<EpochMs, unknown>());
        for (const slice of mine.keys()) known.set(slice, null);
      }
    return inOrder(windowsOf(all, slicing));
  };

  /** Keys of a window with their states, in the order of their text. */
  const statesOf = ({ fold, slices }: OpenFold, parts: readonly Part[], read: Read): readonly [string, States][] => {
    const found = new Map<string, { states: States; mine: boolean }>();
    for (const at of parts)
      for (const key of slices.get(at.j)?.get(at.slice)?.keys() ?? []) {
        const states = read(at, key);
        if (states === undefined) continue;
        const held = found.get(key);
        // The open states stay: other windows share the slice.
        if (held === undefined) found.set(key, { states, mine: false });
        else
          found.set(key, { states: fold.merge(held.mine ? held.states : fold.copy(held.states), states), mine: true });
      }
    return [...found].map(([key, { states }]) => [key, states] as [string, States]).sort(byText);
  };

  /** The rows of one fold: of aggregates one for each key, of kept rows all in the order of arrival. */
  const sourceOf = (f: OpenFold, { start, end }: Window, parts: readonly Part[], read: Read): readonly Value[][] => {
    const { fold } = f;
    const { rows } = fold;
    const all = statesOf(f, parts, read).map(([key, states]) => ({
      head: [...fold.keyValues(key), start, end, end - 1],
      states,
    }));
    if (rows === null) return all.map(({ head, states }) => [...head, ...fold.results(states)]);
    return all
      .flatMap(({ head, states }) => rows.listOf(states).map((row): [string, Value[], KeptRow] => [row[0], head, row]))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, head, row]) => [...head, ...rows.decode(row)]);
  };

  const nameOf = ({ no, values }: Numbered): string =>
    deps.primaryKey === undefined ? String(no) : keyOf(deps.primaryKey.map((column) => values[column] ?? null));

  const shownIn = (window: Window, parts: readonly Part[], reads: (f: OpenFold) => Read): readonly Numbered[] => {
    const rows = relate(open.map((f) => sourceOf(f, window, parts, reads(f))));
    return rows.map((values, i) => ({ no: i + 1, values }));
  };
  const readNow =
    ({ slices }: OpenFold): Read =>
    ({ j, slice }, key) =>
      slices.get(j)?.get(slice)?.get(key);
  const readBefore =
    (f: OpenFold): Read =>
    (at, key) =>
      f.before?.states(at, key);

  /** What early rows of the window show; a relation that fails showed nothing. */
  const shownBefore = (window: Window, parts: readonly Part[]): readonly Numbered[] => {
    if (query.early === undefined) return [];
    try {
      return shownIn(window, parts, readBefore);
    } catch {
      return [];
    }
  };

  const rowOf = ({ start, end }: Window, { no, values }: Numbered, kept: boolean, early: boolean): DueRow => {
    const key = String(no);
    return { query, key, id: idIn({ start, end }, key), from: start, time: end - 1, kept, early, values };
  };

  /** Rows that are taken back stand before those that take their places. */
  const gone = (window: Window, was: readonly Numbered[], is: readonly Numbered[], early: boolean): DueRow[] => {
    if (was.length === 0) return [];
    const names = new Set(is.map(nameOf));
    return was.filter((row) => !names.has(nameOf(row))).map((row) => rowOf(window, row, false, early));
  };

  /** Rows that do not stand at the destination as they are. */
  const changed = (was: readonly Numbered[], is: readonly Numbered[]): readonly Numbered[] => {
    const known = new Map(was.map((row) => [nameOf(row), row]));
    return is.filter((row) => {
      const before = known.get(nameOf(row));
      return before === undefined || before.no !== row.no || keyOf(before.values) !== keyOf(row.values);
    });
  };

  const refusal = (window: Window, rule: Refusal['rule'], key: string, cause: string): Refusal => ({
    query,
    rule,
    cause,
    key,
    window: [window.start, window.end],
  });

  const tooMany = (window: Window, parts: readonly Part[]): Refusal[] =>
    open.flatMap((f, i) => {
      const { rows } = f.fold;
      if (rows === null) return [];
      return statesOf(f, parts, readNow(f)).flatMap(([key, states]) => {
        const out = rows.leftOut(states);
        if (out === 0) return [];
        const kept = rows.listOf(states).length;
        const cause = `input ${i + 1} has ${kept + out} rows of this key; the first ${kept} count`;
        return [refusal(window, 'rows.too-many', key, cause)];
      });
    });

  return {
    fold(packed, fresh) {
      if (packed.t !== 'c' || packed.p.length !== open.length)
        throw new Error(`partials of ${query.id} are no slices of ${open.length} folds`);
      open.forEach(({ fold, slices, before }, i) => {
        eachSlicePartial(packed.p[i] as PackedSlices, (j, slice, key, states) => {
          if (fresh.early) before?.capture({ j, slice }, key);
          mergeSlice(slices, { j, slice }, key, states, fold.merge);
        });
      });
    },

    deadIn(packed, closed) {
      if (packed.t !== 'c') return null;
      return packed.p.map((p) => deadSlice(p, slicing, NO_LATENESS, closed)).find((dead) => dead !== null) ?? null;
    },

    due(closed, w): Due {
      const rows: DueRow[] = [];
      const refused: Refusal[] = [];
      for (const [end, parts] of windows()) {
        if (!isDue(end, w) || isDue(end, closed)) continue;
        const window = windowOf(end, slicing);
        refused.push(...tooMany(window, parts));
        try {
          const is = shownIn(window, parts, readNow);
          rows.push(...gone(window, shownBefore(window, parts), is, false));
          for (const row of is) rows.push(rowOf(window, row, true, false));
        } catch (error) {
          const cause = error instanceof Error ? error.message : String(error);
          refused.push(refusal(window, 'row.threw', '', cause));
        }
      }
      return { rows, refused };
    },

    early(w) {
      if (query.early === undefined) return [];
      return windows().flatMap(([end, parts]): readonly DueRow[] => {
        if (isDue(end, w) || !open.some(({ before }) => before && before.touched(parts).size > 0)) return [];
        const window = windowOf(end, slicing);
        try {
          const [was, is] = [shownBefore(window, parts), shownIn(window, parts, readNow)];
          const news = changed(was, is).map((row) => rowOf(window, row, true, true));
          return [...gone(window, was, is, true), ...news];
        } catch {
          // Told when the window closes.
          return [];
        }
      });
    },

    drop(w) {
      for (const { slices, before } of open) {
        dropSlices(slices, slicing, NO_LATENESS, w);
        before?.drop(slicing, NO_LATENESS, w);
      }
    },

    settle(early) {
      if (early) for (const { before } of open) before?.clear();
    },

    pack: () => ({ t: 'c', p: open.map(({ slices }) => packSlices(slices)) }),

    packEarly() {
      const packed = open.map(({ before }) => before?.pack() ?? null);
      return packed.every((p) => p === null) ? null : packed;
    },

    restoreEarly(packed) {
      (packed as readonly (Parameters<BeforeSlices['restore']>[0] | null)[]).forEach((p, i) => {
        if (p !== null) open[i]?.before?.restore(p);
      });
    },
  };
};

export const composedOperator = (query: ComposedQuery, deps: OperatorDeps): Operator => {
  const folds = query.folds.map((f) => keyedFold(f, deps, deps.mostRows));
  const slicing = slicingOf(query.window);
  const takes = folds.map((f) => takesInput(f.plan.input));
  return {
    query,
    async prepare(events) {
      for (const [i, f] of folds.entries()) await f.prepare(events.filter(({ event }) => takes[i]?.(event)));
    },
    batch: () => batchFold(folds, slicing),
    open: () => openComposed(query, folds, slicing, deps),
  };
};
