// How far the books were checked: one item, moved under the condition that nobody else moved it.
import { packJson, unpackJson } from '../../fold/pack.ts';
import type { Table } from '../../ports.ts';
import type { EpochMs } from '../../time.ts';
import { understood } from '../ledger/format.ts';
import type { Cursors } from '../refine/manifest.ts';
import type { Hour } from './hour.ts';
import type { ReadUpTo } from './side-rows.ts';

/** Of one ledger: entries counted, and the number of the next decision. */
export type LedgerCursor = {
  readonly cur: Cursors;
  readonly next: string;
  readonly at: EpochMs;
  /** The first hour whose events the ledger can have taken in whole. */
  readonly since: Hour;
};

export type BooksCursor = {
  /** 0: no check was made yet. */
  readonly v: number;
  /** The last hour that was checked, or before which nothing is. */
  readonly hour: Hour;
  readonly ledgers: Readonly<Record<string, LedgerCursor>>;
  /** Events in the entries counted, by the hour of their arrival, of hours not checked yet. */
  readonly arrived: Readonly<Record<string, number>>;
  /** By stage. */
  readonly readUpTo: Readonly<Record<string, ReadUpTo>>;
};

export const NO_CURSOR: BooksCursor = { v: 0, hour: 0, ledgers: {}, arrived: {}, readUpTo: {} };

export const booksCursor = (table: Table, run: string) => {
  const key = { pk: `books#${run}`, sk: '-' };
  return {
    async read(): Promise<BooksCursor> {
      const item = await table.get(key);
      if (item === undefined) return NO_CURSOR;
      understood('cursor of the books', item);
      return { ...(unpackJson(item.b as Uint8Array) as Omit<BooksCursor, 'v'>), v: item.v as number };
    },
    /** False when another check moved it. */
    async move({ v, ...rest }: BooksCursor): Promise<boolean> {
      const item = { ...key, v: v + 1, b: packJson(rest) };
      return (await table.put(item, v === 0 ? { kind: 'absent' } : { kind: 'equals', field: 'v', value: v })).ok;
    },
  };
};
