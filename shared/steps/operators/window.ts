// GROUP BY in windows that tumble, hop or cumulate.
import { type QueryFold, queryFold, type States } from '../../fold/query-fold.ts';
import { getOrMake } from '../../get-or-make.ts';
import type { WindowQuery, WindowSpec } from '../../query/plan.ts';
import type { SideDeps } from '../../query/side-rows.ts';
import type { Value } from '../../query/types.ts';
import type { EpochMs } from '../../time.ts';
import { isDue, type Slicing, sliceOf, slicing as slicingOf, type Window, windowOf } from '../../window/window.ts';
import { byText, eachSlicePartial, packPartials, type SlicePartials } from '../ledger/partials.ts';
import { type BeforeSlices, beforeSlices } from './before-slices.ts';
import { type Finished, finished } from './finished.ts';
import {
  deadSlice,
  dropSlices,
  idIn,
  inOrder,
  keysOf,
  mergeKey,
  mergeSlice,
  type Part,
  placeIn,
  windowsOf,
} from './open-slices.ts';
import type { BatchFold, DueRow, OpenQuery, Operator, Refusal } from './operator.ts';

export type SlicedQuery = WindowQuery & { readonly window: Exclude<WindowSpec, { kind: 'session' }> };

const addTo = (keys: Map<string, States>, key: string, fold: QueryFold, row: readonly Value[]): void => {
  const states = keys.get(key);
  if (states === undefined) keys.set(key, fold.one(row));
  else fold.add(states, row);
};

const batchFold = (fold: QueryFold, slicing: Slicing): BatchFold => {
  const { query } = fold;
  const slices: SlicePartials = new Map();
  /** Where the event before went: most follow it into the same slice, under the same watermark. */
  let last: { readonly slice: EpochMs; readonly w: EpochMs; readonly keys: Map<string, States> } | undefined;
  return {
    add(_, event, time, w) {
      const rows = fold.rows(event, time);
      if (rows.length === 0) return 'filtered';
      let keys: Map<string, States>;
      if (last !== undefined && last.w === w && last.slice === sliceOf(time, slicing)) keys = last.keys;
      else {
        const at = placeIn(time, w, slicing, query.lateness);
        if ('late' in at) return at;
        keys = keysOf(slices, at);
        last = { slice: at.slice, w, keys };
      }
      const [only] = rows;
      if (rows.length === 1 && only !== undefined) addTo(keys, fold.keyOf(only), fold, only);
      else {
        // All rows of the event are computed before the first is added.
        const all = rows.map((row) => [fold.keyOf(row), fold.one(row)] as const);
        for (const [key, states] of all) mergeKey(keys, key, states, fold.merge);
      }
      return 'folded';
    },
    packed: () => (slices.size === 0 ? null : packPartials({ kind: 'slices', of: slices })),
  };
};

const openWindows = (fold: QueryFold, slicing: Slicing): OpenQuery => {
  const { query, merge, finish } = fold;
  const { lateness } = query;
  const slices: SlicePartials = new Map();
  /** Keys that changed since the last decision, by slice. */
  let dirty = new Map<EpochMs, Set<string>>();
  const before = query.early === undefined ? null : beforeSlices(slices, (states) => [...states]);

  const statesOf = (parts: readonly Part[], only: ReadonlySet<string> | null): Map<string, States> => {
    const out = new Map<string, States>();
    for (const { j, slice } of parts)
      for (const [key, states] of slices.get(j)?.get(slice) ?? []) {
        if (only !== null && !only.has(key)) continue;
        const mine = out.get(key);
        // The open states stay: other windows share the slice.
        out.set(key, mine === undefined ? [...states] : merge(mine, states));
      }
    return out;
  };

  const touched = (parts: readonly Part[]): Set<string> => {
    const out = new Set<string>();
    for (const { slice } of parts) for (const key of dirty.get(slice) ?? []) out.add(key);
    return out;
  };

  /** Whether a row of the window stands at the destination since early rows were sent last. */
  const wasShown = (key: string, window: Window, parts: readonly Part[]): boolean => {
    if (before === null) return false;
    let was: States | undefined;
    for (const at of parts) {
      const states = before.states(at, key);
      if (states !== undefined) was = was === undefined ? [...states] : merge(was, states);
    }
    return was !== undefined && finished(query, key, window, () => finish(key, window, was)).kept;
  };

  const rowOf = (key: string, window: Window, early: boolean, { kept, values }: Finished): DueRow => {
    return { query, key, id: idIn(window, key), from: window.start, time: window.end - 1, kept, early, values };
  };

  return {
    fold(packed, fresh) {
      if (packed.t !== 's') throw new Error(`partials of ${query.id} are no slices`);
      eachSlicePartial(packed.p, (j, slice, key, states) => {
        if (before !== null && fresh.early) before.capture({ j, slice }, key);
        mergeSlice(slices, { j, slice }, key, states, merge);
        if (fresh.decision && lateness > 0) getOrMake(dirty, slice, () => new Set<string>()).add(key);
      });
    },

    deadIn: (packed, closed) => (packed.t === 's' ? deadSlice(packed.p, slicing, lateness, closed) : null),

    /** Windows with closed < end - 1 <= w, all keys; and closed ones within their lateness, the keys that changed. */
    due(closed, w) {
      const rows: DueRow[] = [];
      const refused: Refusal[] = [];
      for (const [end, parts] of inOrder(windowsOf(slices, slicing))) {
        if (!isDue(end, w)) continue;
        const first = !isDue(end, closed);
        if (!first && isDue(end + lateness, closed)) continue;
        const only = first ? null : touched(parts);
        if (only !== null && only.size === 0) continue;
        const window = windowOf(end, slicing);
        for (const [key, states] of [...statesOf(parts, only)].sort(byText)) {
          const result = finished(query, key, window, () => finish(key, window, states));
          if (result.refusal) refused.push(result.refusal);
          else if (result.kept || !first || query.tellsEnds || wasShown(key, window, parts))
            rows.push(rowOf(key, window, false, result));
        }
      }
      return { rows, refused };
    },

    early(w) {
      const rows: DueRow[] = [];
      if (before === null) return rows;
      for (const [end, parts] of inOrder(windowsOf(slices, slicing))) {
        if (isDue(end, w)) continue;
        const only = before.touched(parts);
        const window = windowOf(end, slicing);
        for (const [key, states] of [...statesOf(parts, only)].sort(byText)) {
          const result = finished(query, key, window, () => finish(key, window, states));
          if (result.kept || wasShown(key, window, parts)) rows.push(rowOf(key, window, true, result));
        }
      }
      return rows;
    },

    drop(w) {
      dropSlices(slices, slicing, lateness, w);
      before?.drop(slicing, lateness, w);
    },

    settle(early) {
      dirty = new Map();
      if (early) before?.clear();
    },

    pack: () => packPartials({ kind: 'slices', of: slices }),
    packEarly: () => before?.pack() ?? null,
    restoreEarly: (packed) => before?.restore(packed as Parameters<BeforeSlices['restore']>[0]),
  };
};

export const windowOperator = (query: SlicedQuery, deps: SideDeps): Operator => {
  const fold = queryFold(query, deps);
  const slicing = slicingOf(query.window);
  return {
    query,
    prepare: fold.prepare,
    batch: () => batchFold(fold, slicing),
    open: () => openWindows(fold, slicing),
  };
};
