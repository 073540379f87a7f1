// A table that is given up decides nothing any more: a run of `refine` that outlives the pause would send rows that nobody knows of, a
// compaction of the lake would point readers away from the files of the new table.
import type { Table } from '../../shared/ports.ts';
import { homeItem, homeKey } from '../../shared/steps/home.ts';

const DECIDERS = ['aggregate/enriched', 'aggregate/refined'];
const PART = '0';

/**
 * Whoever asks from now on where it is at home stops with `table.restored`. Epoch and fences stay: a copy of the table may be brought back.
 * `left` tells the table that was given up from copies of it.
 */
const leaveHome = async (table: Table, run: string, to: string): Promise<void> => {
  const left = table.name;
  for (let done = false; !done; ) {
    const before = (await table.get(homeKey(run)))?.table as string | undefined;
    const written =
      before === undefined
        ? await table.put({ ...homeItem(run, { table: to, epoch: 0, fences: [] }), left }, { kind: 'absent' })
        : await table.update(homeKey(run), { table: to, left }, { kind: 'equals', field: 'table', value: before });
    done = written.ok;
  }
};

/**
 * Its home and its manifests name the other table, so that whoever reads them stops with `table.restored`; the manifests under a new
 * version, so that whoever has read them is too late.
 * @param to name of the table that takes its place
 */
export const retire = async (table: Table, run: string, to: string): Promise<void> => {
  await leaveHome(table, run, to);
  for (const fn of DECIDERS) {
    const key = { pk: `man#${run}#${fn}`, sk: PART };
    for (let done = false; !done; ) {
      const item = await table.get(key);
      const v = item?.v as number | undefined;
      const written =
        v === undefined
          ? await table.put({ ...key, v: 1, home: to }, { kind: 'absent' })
          : await table.update(key, { v: v + 1, home: to }, { kind: 'equals', field: 'v', value: v });
      done = written.ok;
    }
  }
};
