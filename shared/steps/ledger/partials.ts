// What a batch adds to each query's windows, and how it is written: columns as JSON, so that equal things stand together.

import type { States } from '../../fold/aggregate-fold.ts';
import type { State } from '../../fold/fold.ts';
import type { EpochMs } from '../../time.ts';
import type { Session } from '../../window/session.ts';
import type { PackedSides } from '../operators/join-sides.ts';

/** Slice -> key -> states; rows that were late for the first j windows of their slice stand apart, under j. */
export type SlicePartials = Map<number, Map<EpochMs, Map<string, States>>>;
export type SessionPartials = Map<string, Session<States>[]>;
export type Partials =
  | { readonly kind: 'slices'; readonly of: SlicePartials }
  | { readonly kind: 'sessions'; readonly of: SessionPartials };

/** Runs of rows of one (j, slice), then keys and one column of states for each aggregate, all in the order of the rows. */
export type PackedSlices = {
  readonly w: readonly [j: number, slice: EpochMs, rows: number][];
  readonly k: string[];
  readonly v: State[][];
};
/** Runs of one key's sessions. Ends as length. */
export type PackedSessions = {
  readonly k: readonly [key: string, rows: number][];
  readonly s: EpochMs[];
  readonly l: number[];
  readonly v: State[][];
};
export type PackedPartials =
  | { readonly t: 's'; readonly p: PackedSlices }
  | { readonly t: 'i'; readonly p: PackedSessions }
  /** Slices of several folds, in their order. */
  | { readonly t: 'c'; readonly p: readonly PackedSlices[] }
  /** Rows of both sides of an interval join. */
  | { readonly t: 'j'; readonly p: PackedSides };

const pushStates = (columns: State[][], states: States): void => {
  states.forEach((s, i) => {
    const column = columns[i];
    if (column) column.push(s);
    else columns[i] = [s];
  });
};

const statesAt = (columns: readonly State[][], row: number): States => columns.map((c) => c[row] as State);

/** The order in which keys stand: by their code units. */
export const byText = (a: readonly [string, unknown], b: readonly [string, unknown]): number => (a[0] < b[0] ? -1 : 1);

export const packSlices = (all: SlicePartials): PackedSlices => {
  const out: PackedSlices = { w: [], k: [], v: [] };
  const runs = out.w as [number, number, number][];
  for (const [j, slices] of [...all].sort((a, b) => a[0] - b[0]))
    for (const [slice, keys] of [...slices].sort((a, b) => a[0] - b[0])) {
      if (keys.size === 0) continue;
      runs.push([j, slice, keys.size]);
      for (const [key, states] of [...keys].sort(byText)) {
        out.k.push(key);
        pushStates(out.v, states);
      }
    }
  return out;
};

export const packSessions = (all: SessionPartials): PackedSessions => {
  const out: PackedSessions = { k: [], s: [], l: [], v: [] };
  const runs = out.k as [string, number][];
  for (const [key, sessions] of [...all].sort(byText)) {
    runs.push([key, sessions.length]);
    for (const { start, end, state } of sessions) {
      out.s.push(start);
      out.l.push(end - start);
      pushStates(out.v, state);
    }
  }
  return out;
};

export const packPartials = (p: Partials): PackedPartials =>
  p.kind === 'slices' ? { t: 's', p: packSlices(p.of) } : { t: 'i', p: packSessions(p.of) };

/** Calls back once for each row, in the order in which they were written. */
export const eachSlicePartial = (
  p: PackedSlices,
  row: (j: number, slice: EpochMs, key: string, states: States) => void,
): void => {
  let at = 0;
  for (const [j, slice, rows] of p.w)
    for (const until = at + rows; at < until; at++) row(j, slice, p.k[at] as string, statesAt(p.v, at));
};

export const eachSessionPartial = (
  p: PackedSessions,
  each: (key: string, sessions: Session<States>[]) => void,
): void => {
  let at = 0;
  for (const [key, rows] of p.k) {
    const sessions: Session<States>[] = [];
    for (const until = at + rows; at < until; at++) {
      const start = p.s[at] as number;
      sessions.push({ start, end: start + (p.l[at] as number), state: statesAt(p.v, at) });
    }
    each(key, sessions);
  }
};

export const countPartials = (p: Partials): number => {
  let n = 0;
  if (p.kind === 'sessions') for (const s of p.of.values()) n += s.length;
  else for (const slices of p.of.values()) for (const keys of slices.values()) n += keys.size;
  return n;
};
