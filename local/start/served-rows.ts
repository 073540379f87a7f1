// The rows that readers see: of each destination those of the run that serves it, and of no other. Who serves is asked first, once for all
// tables; the rows of a run are kept apart, so that a switch shows all of the one and nothing of the other.

import type { Serving } from '../../shared/steps/replay/serving.ts';
import type { LiveRow } from '../page/live-state.ts';

/** Rows that came since it was asked last. */
export type RowReader = { readonly run: string; look(): Promise<readonly LiveRow[]> };

/** A second run, and what is said of it: `run 2 (orders_per_minute@3f2a91bc)`. */
export type SecondReader = RowReader & { readonly says: string };

export type ServedRows = {
  /** Newest first. */
  readonly rows: readonly LiveRow[];
  /** Rows since the start by destination. */
  readonly counts: ReadonlyMap<string, number>;
  /** Destination -> the second run that readers see. */
  readonly served: ReadonlyMap<string, string>;
  /** Those that came since the last call, of the runs that serve. */
  readonly fresh: readonly LiveRow[];
};

type Kept = { rows: readonly LiveRow[]; readonly counts: Map<string, number> };

/**
 * @param newest keeps as many rows as are shown
 * @param open   a second run's rows; asked once for each run, again when it failed
 */
export const servedRows = (options: {
  readonly own: RowReader;
  readonly serving: () => Promise<Serving>;
  readonly open: (run: string) => Promise<SecondReader>;
  readonly newest: (rows: readonly LiveRow[]) => readonly LiveRow[];
}) => {
  const { own, serving, open, newest } = options;
  const kept = new Map<string, Kept>();
  const seconds = new Map<string, SecondReader>();

  const take = async (reader: RowReader): Promise<readonly LiveRow[]> => {
    const mine = kept.get(reader.run) ?? { rows: [], counts: new Map<string, number>() };
    kept.set(reader.run, mine);
    const fresh = await reader.look();
    for (const { table } of fresh) mine.counts.set(table, (mine.counts.get(table) ?? 0) + 1);
    mine.rows = newest([...fresh.toReversed(), ...mine.rows]);
    return fresh;
  };

  return {
    async look(): Promise<ServedRows> {
      const { tables } = await serving();
      const fresh: LiveRow[] = [];
      const served = new Map<string, string>();
      const runOf = (table: string): string => tables[table]?.run ?? own.run;
      for (const run of new Set(Object.values(tables).map((s) => s.run))) {
        if (run === own.run) continue;
        const isNew = !seconds.has(run);
        const reader = seconds.get(run) ?? (await open(run));
        seconds.set(run, reader);
        const came = await take(reader);
        if (!isNew) fresh.push(...came.filter(({ table }) => runOf(table) === run));
        for (const [table, by] of Object.entries(tables)) if (by.run === run) served.set(table, reader.says);
      }
      fresh.push(...(await take(own)).filter(({ table }) => runOf(table) === own.run));
      const all = [...kept].flatMap(([run, k]) => k.rows.filter(({ table }) => runOf(table) === run));
      const counts = new Map([...kept].flatMap(([run, k]) => [...k.counts].filter(([table]) => runOf(table) === run)));
      return { rows: all.toSorted((a, b) => b.at - a.at), counts, served, fresh };
    },
  };
};
