// What `validate` counts of one raw shard, by the hour of arrival. It stands in the shard's checkpoint, written with it, and counts only
// what lies behind the checkpoint before: so it is a function of the position alone, whatever was delivered twice. An hour that is over
// becomes an item of its own, once.
import type { Table } from '../../ports.ts';
import { days, type EpochMs } from '../../time.ts';
import { type Hour, hourOf, isBooked, overAt, startOf } from './hour.ts';

/** `last`: the last sequence number of the hour, zero-padded. */
export type HourCounts = {
  readonly in: number;
  readonly passed: number;
  readonly rejected: number;
  readonly duplicate: number;
  readonly last: string;
};
export type Doors = Omit<HourCounts, 'last'>;

export const NO_COUNTS: HourCounts = { in: 0, passed: 0, rejected: 0, duplicate: 0, last: '' };

type Packed = readonly [hour: Hour, in_: number, passed: number, rejected: number, duplicate: number, last: string];
/** `over`: the newest hour that became an item. */
export type Page = { readonly over: Hour; readonly open: ReadonlyMap<Hour, HourCounts> };
export const NEW_PAGE: Page = { over: 0, open: new Map() };

export const packPage = ({ over, open }: Page): string =>
  JSON.stringify([over, ...[...open].map(([h, c]): Packed => [h, c.in, c.passed, c.rejected, c.duplicate, c.last])]);

/** @param text of a checkpoint; undefined: none was kept yet */
export const readPage = (text: string | undefined): Page => {
  if (text === undefined) return NEW_PAGE;
  const [over, ...rows] = JSON.parse(text) as [Hour, ...Packed[]];
  return {
    over,
    open: new Map(
      rows.map(([h, in_, passed, rejected, duplicate, last]) => [h, { in: in_, passed, rejected, duplicate, last }]),
    ),
  };
};

/**
 * What a record makes of the page. One that steps back behind an hour that is over counts in the hour after it: this hangs on the
 * records before it alone, not on the borders of batches.
 */
export const addRecord = (page: Page, arrival: EpochMs, now: EpochMs, seq: string, d: Doors): Page => {
  if (!isBooked(arrival, now)) return page;
  const over = Math.max(page.over, overAt(arrival));
  const hour = Math.max(hourOf(arrival), over + 1);
  const c = page.open.get(hour) ?? NO_COUNTS;
  const sum = {
    in: c.in + d.in,
    passed: c.passed + d.passed,
    rejected: c.rejected + d.rejected,
    duplicate: c.duplicate + d.duplicate,
    last: seq,
  };
  return { over, open: new Map(page.open).set(hour, sum) };
};

/** The hours that are over, and the page without them. */
export const takeOver = (page: Page): { readonly page: Page; readonly over: ReadonlyMap<Hour, HourCounts> } => {
  const [over, open] = [new Map<Hour, HourCounts>(), new Map<Hour, HourCounts>()];
  for (const [hour, counts] of page.open) (hour <= page.over ? over : open).set(hour, counts);
  return { page: { ...page, open }, over };
};

const pageKey = (run: string, fn: string, hour: Hour, shard: string) => ({
  pk: `book#${run}#${fn}`,
  sk: `${String(hour).padStart(9, '0')}#${shard}`,
});
const KEPT = days(30);

/** Before the checkpoint: a crash between the two writes the same item again. */
export const putHours = async (
  table: Table,
  run: string,
  fn: string,
  shard: string,
  over: ReadonlyMap<Hour, HourCounts>,
): Promise<void> => {
  for (const [hour, c] of over)
    await table.put({ ...pageKey(run, fn, hour, shard), ...c, x: Math.ceil((startOf(hour) + KEPT) / 1000) });
};

/** The items of an hour, by shard. */
export const readHour = async (
  table: Table,
  run: string,
  fn: string,
  hour: Hour,
): Promise<ReadonlyMap<string, HourCounts>> => {
  const { pk, sk } = pageKey(run, fn, hour, '');
  const items = await table.query(pk, { prefix: sk });
  return new Map(items.map((item) => [item.sk.slice(sk.length), item as unknown as HourCounts]));
};
