// A table that is given up decides nothing any more: a run of `refine` that outlives the pause would send rows that nobody knows of.
import type { Table } from '../../shared/ports.ts';

const DECIDERS = ['aggregate/enriched', 'aggregate/refined'];
const PART = '0';

/**
 * Its manifests name the other table, so that whoever reads them stops with `table.restored`, under a new version, so that whoever has
 * read them is too late.
 * @param to name of the table that takes its place
 */
export const retire = async (table: Table, run: string, to: string): Promise<void> => {
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
