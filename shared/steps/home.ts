// Which table the state belongs to. A copy of a table (a backup, a point in time) looks like the original to every function, but the streams
// have gone on: rows were sent that it knows nothing of, ids were claimed. So the state names its table, a function that finds it in another
// one does nothing, and `millrace restore` writes the new name last, with the outbox numbers that nobody may count any more.
import { Fault } from '../faults.ts';
import { innerReader } from '../lanes/block.ts';
import type { Inner } from '../lanes/inner.ts';
import { padSeq, SEQ_DIGITS } from '../lanes/position.ts';
import type { Item, Table } from '../ports.ts';
import type { Batch } from '../trigger/batch.ts';
import { understood } from './ledger/format.ts';
import { isRefinedLane, refinedLanesOf } from './roster.ts';

/** Outbox numbers [from, to) of an aggregate's lanes: decided after the instant that a table was brought back to, and decided anew since. */
export type Fence = {
  readonly fn: string;
  readonly from: string;
  readonly to: string;
  /** Name of the object that holds the newest of each of these rows; absent: none was sent. */
  readonly lost?: string;
};
export type Home = {
  /** Name of the table. */
  readonly table: string;
  /** Of outbox numbers, where nothing was decided yet: raised by a restore. */
  readonly epoch: number;
  readonly fences: readonly Fence[];
};

export const homeKey = (run: string) => ({ pk: `home#${run}`, sk: '-' }) as const;

export const homeItem = (run: string, { table, epoch, fences }: Home): Item => ({
  ...homeKey(run),
  table,
  epoch,
  fences: JSON.stringify(fences),
});

export const homeIn = (item: Item): Home => ({
  table: understood('home of the state', item).table as string,
  epoch: item.epoch as number,
  fences: JSON.parse(item.fences as string) as readonly Fence[],
});

/** @throws Fault table.restored when the state was copied from another table and `millrace restore` has not finished */
export const mustBeHome = (table: string, said: string): void => {
  if (said !== table)
    throw new Fault(
      'table.restored',
      `${table} holds a copy of the state of ${said}: run millrace restore before any function uses it`,
    );
};

/** Asked once by each sandbox: a function that is to use another table is deployed anew. @throws Fault table.restored */
export const homeOf = ({ table, run }: { readonly table: Table; readonly run: string }): (() => Promise<Home>) => {
  let known: Home | undefined;
  return async () => {
    if (known !== undefined) return known;
    const mine: Home = { table: table.name, epoch: 0, fences: [] };
    const item = await table.get(homeKey(run));
    const written = item === undefined ? await table.put(homeItem(run, mine), { kind: 'absent' }) : undefined;
    const found = item ?? (written?.ok === false ? written.found : undefined);
    const home = found === undefined ? mine : homeIn(found);
    mustBeHome(table.name, home.table);
    known = home;
    return home;
  };
};

/** Whether something on `refined` was decided by a table that was given up, after the instant that its successor begins with. */
export const isFenced = (item: Inner, fences: readonly Fence[]): boolean => {
  if (fences.length === 0 || (item.kind !== 'event' && item.kind !== 'mark') || !isRefinedLane(item.lane)) return false;
  const no = item.kind === 'event' ? padSeq(item.seq) : item.pos.slice(0, SEQ_DIGITS);
  return fences.some((f) => refinedLanesOf(f.fn, item.lane) && no >= padSeq(f.from) && no < padSeq(f.to));
};

/** What of a batch may count. A record that is not ours was rejected by the hop before; it has no position, so it counts nowhere. */
export const countable = (batch: Batch, fences: readonly Fence[]): readonly Inner[] => {
  const out: Inner[] = [];
  const unpack = innerReader(batch.records);
  for (const record of batch.records) {
    const unpacked = unpack(record);
    if (unpacked.ok) for (const item of unpacked.items) if (!isFenced(item, fences)) out.push(item);
  }
  return out;
};
