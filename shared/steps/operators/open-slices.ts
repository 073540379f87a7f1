// Slices that are open: slice -> key -> states, those that were late for the first j windows of their slice apart.
import type { States } from '../../fold/aggregate-fold.ts';
import { getOrMake } from '../../get-or-make.ts';
import type { EpochMs, Ms } from '../../time.ts';
import { endsOf, isDue, type Slicing, sliceOf, type Window, windowOf } from '../../window/window.ts';
import { eachSlicePartial, type PackedSlices, type SlicePartials } from '../ledger/partials.ts';
import type { Late } from './operator.ts';

type Merge = (a: States, b: States) => States;
export type Part = { readonly j: number; readonly slice: EpochMs };
/** Where a row counts: in the windows of its slice behind the first j, which were closed for it. */
export type Place = Part | Late;

/** @param lateness rows count in a window until the watermark is this far behind its end */
export const placeIn = (time: EpochMs, w: EpochMs, slicing: Slicing, lateness: Ms): Place => {
  const slice = sliceOf(time, slicing);
  const ends = endsOf(slice, slicing);
  let j = 0;
  while (j < ends.length && isDue((ends[j] as number) + lateness, w)) j++;
  if (j < ends.length) return { j, slice };
  const { start, end } = windowOf(ends[j - 1] as number, slicing);
  return { late: [start, end] };
};

export const keysOf = <S>(s: Map<number, Map<EpochMs, Map<string, S>>>, { j, slice }: Part): Map<string, S> =>
  getOrMake(
    getOrMake(s, j, () => new Map<EpochMs, Map<string, S>>()),
    slice,
    () => new Map<string, S>(),
  );

export const mergeKey = (keys: Map<string, States>, key: string, states: States, merge: Merge): void => {
  const mine = keys.get(key);
  keys.set(key, mine === undefined ? states : merge(mine, states));
};

export const mergeSlice = (s: SlicePartials, at: Part, key: string, states: States, merge: Merge): void =>
  mergeKey(keysOf(s, at), key, states, merge);

/** Slices that belong to each window end. A partial with j > 0 counts only in the windows after those j. */
export const windowsOf = (
  all: ReadonlyMap<number, ReadonlyMap<EpochMs, unknown>>,
  slicing: Slicing,
): Map<EpochMs, Part[]> => {
  const out = new Map<EpochMs, Part[]>();
  for (const [j, slices] of all)
    for (const slice of slices.keys())
      endsOf(slice, slicing).forEach((end, i) => {
        if (i < j) return;
        const parts = out.get(end);
        if (parts) parts.push({ j, slice });
        else out.set(end, [{ j, slice }]);
      });
  return out;
};

/** A partial for a window that is closed for good, in words; null when there is none. */
export const deadSlice = (p: PackedSlices, slicing: Slicing, lateness: Ms, closed: EpochMs): string | null => {
  let dead: string | null = null;
  eachSlicePartial({ ...p, v: [] }, (j, slice) => {
    const end = endsOf(slice, slicing)[j] ?? Number.NEGATIVE_INFINITY;
    if (end - 1 + lateness <= closed) dead = `a window that is closed, ending ${end}`;
  });
  return dead;
};

/** Drops slices whose last window, and its lateness, lie behind the watermark. */
export const dropSlices = (
  all: ReadonlyMap<number, Map<EpochMs, unknown>>,
  { size }: Slicing,
  lateness: Ms,
  w: EpochMs,
): void => {
  for (const slices of all.values())
    for (const slice of slices.keys()) if (slice + size - 1 + lateness <= w) slices.delete(slice);
};

/** The part of a row's id that names window and key. */
export const idIn = ({ start, end }: Window, key: string): string => `${start}|${end}|${key}`;

export const inOrder = <T>(windows: ReadonlyMap<EpochMs, T>): readonly [end: EpochMs, parts: T][] =>
  [...windows].sort(([a], [b]) => a - b);
