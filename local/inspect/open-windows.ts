// What is open of a query: its windows, how many keys each holds, and which keys hold most.
import type { State } from '../../shared/fold/fold.ts';
import type { Aggregate, StatefulQuery } from '../../shared/query/plan.ts';
import { eachSessionPartial, eachSlicePartial, type PackedPartials } from '../../shared/steps/ledger/partials.ts';
import type { EpochMs } from '../../shared/time.ts';
import { endsOf, isDue, slicing, windowOf } from '../../shared/window/window.ts';

export type HotKey = {
  /** As a JSON list. */
  readonly key: string;
  /** Events where the query counts them, else batches that touched the key. */
  readonly n: number;
  /** Of all in open windows. */
  readonly share: number;
};

export type OpenWindows = {
  readonly windows: number;
  readonly keys: number;
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
  readonly hot: readonly HotKey[];
  readonly countedBy: 'events' | 'batches';
};

const HOT_KEYS = 3;

/** Where COUNT(*) stands among the aggregates. */
const countAt = (q: StatefulQuery): number => {
  const all: readonly Aggregate[] = q.kind === 'window' ? q.aggregates : [];
  return all.findIndex((a) => a.fn === 'COUNT' && a.arg === null && a.filter === null);
};

export const openWindows = (q: StatefulQuery, packed: readonly PackedPartials[], closed: EpochMs): OpenWindows => {
  const at = countAt(q);
  const sums = new Map<string, number>();
  const windows = new Map<string, readonly [start: EpochMs, end: EpochMs]>();
  const keys = new Set<string>();
  const lateness = 'lateness' in q ? q.lateness : 0;
  const add = (key: string, states: readonly State[]): void => {
    const n = at < 0 ? 1 : Number(states[at] ?? 0);
    sums.set(key, (sums.get(key) ?? 0) + n);
    keys.add(key);
  };
  const spec = q.kind === 'window' || q.kind === 'composed' ? q.window : null;
  const grid = spec === null || spec.kind === 'session' ? null : slicing(spec);
  const slices = (p: Parameters<typeof eachSlicePartial>[0]): void =>
    eachSlicePartial(p, (j, slice, key, states) => {
      if (grid === null) return;
      const ends = endsOf(slice, grid)
        .slice(j)
        .filter((end) => !isDue(end + lateness, closed));
      if (ends.length === 0) return;
      for (const end of ends) {
        const w = windowOf(end, grid);
        windows.set(`${w.start} ${w.end}`, [w.start, w.end]);
      }
      add(key, states);
    });
  for (const p of packed) {
    if (p.t === 's') slices(p.p);
    else if (p.t === 'c') for (const fold of p.p) slices(fold);
    else if (p.t === 'i')
      eachSessionPartial(p.p, (key, all) => {
        for (const s of all) {
          if (isDue(s.end, closed)) continue;
          windows.set(`${key} ${s.start}`, [s.start, s.end]);
          add(key, s.state);
        }
      });
  }
  const spans = [...windows.values()];
  const all = [...sums.values()].reduce((a, b) => a + b, 0);
  const hot = [...sums]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, HOT_KEYS)
    .map(([key, n]) => ({ key, n, share: all === 0 ? 0 : n / all }));
  return {
    windows: windows.size,
    keys: keys.size,
    from: spans.length === 0 ? null : spans.reduce((least, [s]) => Math.min(least, s), Number.POSITIVE_INFINITY),
    to: spans.length === 0 ? null : spans.reduce((most, [, e]) => Math.max(most, e), Number.NEGATIVE_INFINITY),
    hot,
    countedBy: at < 0 ? 'batches' : 'events',
  };
};
