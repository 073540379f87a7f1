// Which windows a watermark closes, and their rows.
import type { QueryFold, States } from '../../fold/query-fold.ts';
import type { Value } from '../../query/types.ts';
import type { EpochMs } from '../../time.ts';
import { endsOf, isDue, type Window, windowOf } from '../../window/window.ts';
import type { OpenQuery } from './open-state.ts';

/** A row that is due. `kept` false: a revision whose HAVING does not hold any more, so the row must go. */
export type DueRow = {
  readonly fold: QueryFold;
  readonly key: string;
  readonly window: Window;
  readonly kept: boolean;
  readonly values: readonly Value[];
};

type Part = { readonly j: number; readonly slice: EpochMs };

/** Slices that belong to each window end. A partial with j > 0 counts only in the windows after those j. */
const windowsOf = (q: OpenQuery): Map<EpochMs, Part[]> => {
  const out = new Map<EpochMs, Part[]>();
  if (q.slicing === null) return out;
  for (const [j, slices] of q.slices)
    for (const slice of slices.keys())
      endsOf(slice, q.slicing).forEach((end, i) => {
        if (i < j) return;
        const parts = out.get(end);
        if (parts) parts.push({ j, slice });
        else out.set(end, [{ j, slice }]);
      });
  return out;
};

const statesOf = (q: OpenQuery, parts: readonly Part[], only: ReadonlySet<string> | null): Map<string, States> => {
  const out = new Map<string, States>();
  for (const { j, slice } of parts)
    for (const [key, states] of q.slices.get(j)?.get(slice) ?? []) {
      if (only !== null && !only.has(key)) continue;
      const mine = out.get(key);
      // The open states stay: other windows share the slice.
      out.set(key, mine === undefined ? [...states] : q.fold.merge(mine, states));
    }
  return out;
};

const touched = (q: OpenQuery, parts: readonly Part[]): Set<string> => {
  const out = new Set<string>();
  for (const { slice } of parts) for (const key of q.dirty.get(slice) ?? []) out.add(key);
  return out;
};

const sliceRows = (q: OpenQuery, closed: EpochMs, w: EpochMs): DueRow[] => {
  const rows: DueRow[] = [];
  const { query } = q.fold;
  if (q.slicing === null) return rows;
  for (const [end, parts] of windowsOf(q)) {
    if (!isDue(end, w)) continue;
    const first = !isDue(end, closed);
    if (!first && isDue(end + query.lateness, closed)) continue;
    const only = first ? null : touched(q, parts);
    if (only !== null && only.size === 0) continue;
    const window = windowOf(end, q.slicing);
    for (const [key, states] of statesOf(q, parts, only)) {
      const { kept, values } = q.fold.finish(key, window, states);
      if (kept || !first) rows.push({ fold: q.fold, key, window, kept, values });
    }
  }
  return rows;
};

const sessionRows = (q: OpenQuery, closed: EpochMs, w: EpochMs): DueRow[] => {
  const rows: DueRow[] = [];
  for (const [key, sessions] of q.sessions)
    for (const { start, end, state } of sessions) {
      if (!isDue(end, w) || isDue(end, closed)) continue;
      const window = { start, end };
      const { kept, values } = q.fold.finish(key, window, state);
      if (kept) rows.push({ fold: q.fold, key, window, kept, values });
    }
  return rows;
};

const inOrder = (a: DueRow, b: DueRow): number =>
  a.window.end - b.window.end || a.window.start - b.window.start || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** Windows with closed < end - 1 <= w, all keys; and closed ones within their lateness, the keys that changed. In order of end. */
export const dueRows = (q: OpenQuery, closed: EpochMs, w: EpochMs): DueRow[] => {
  const rows = q.slicing === null ? sessionRows(q, closed, w) : sliceRows(q, closed, w);
  return rows.sort(inOrder);
};
