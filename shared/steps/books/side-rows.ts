// Rows of the stores of rejected, duplicate and late events, each position once.
import type { RejectedEvent } from '../../event/cloud-event.ts';
import { padSeq } from '../../lanes/position.ts';
import type { Objects } from '../../ports.ts';
import { days, type EpochMs } from '../../time.ts';
import { type Hour, hourOf, startOf } from './hour.ts';

/** The days of a span, both included, as the keys name them. */
const daysFrom = (from: EpochMs, to: EpochMs): readonly string[] => {
  const names: string[] = [];
  for (let at = from; at < to + days(1); at += days(1)) names.push(new Date(at).toISOString().slice(0, 10));
  return [...new Set([...names, new Date(to).toISOString().slice(0, 10)])];
};

const linesOf = (bytes: Uint8Array): readonly string[] =>
  Buffer.from(bytes)
    .toString()
    .split('\n')
    .filter((line) => line !== '');

/** By shard that was read: the last sequence number of the objects that hold nothing but hours already checked. */
export type ReadUpTo = Readonly<Record<string, string>>;

export type HourRows = { readonly rejected: number; readonly duplicate: number; readonly readUpTo: ReadUpTo };

/** `…/shardId-000000000000/49…1-49…7.ndjson` */
const partsOf = (key: string): { readonly shard: string; readonly last: string } => {
  const [name = '', shard = ''] = key.split('/').toReversed();
  return { shard, last: padSeq(name.slice(name.indexOf('-') + 1, name.lastIndexOf('.'))) };
};

/** What a hop kept aside of the events that arrived on `raw` in one hour. */
export const rowsOfHour = async (
  objects: Objects,
  at: { readonly run: string; readonly stage: string; readonly hour: Hour; readonly now: EpochMs },
  before: ReadUpTo,
): Promise<HourRows> => {
  const { run, stage, hour, now } = at;
  const found = new Set<string>();
  const readUpTo: Record<string, string> = { ...before };
  const stopped = new Set<string>();
  let duplicate = 0;
  // An object is named by the day of its batch's first record.
  for (const day of daysFrom(startOf(hour) - days(1), now))
    for (const { key } of await objects.list(`rejected/${run}/dt=${day}/${stage}/`)) {
      const { shard, last } = partsOf(key);
      if (last <= (before[shard] ?? '')) continue;
      const bytes = await objects.get(key);
      const rows = bytes === undefined ? [] : linesOf(bytes).map((line) => JSON.parse(line) as RejectedEvent);
      for (const row of rows) {
        const name = `${row.shard} ${row.position}`;
        // What `enrich` finds on its stream that is not ours was never passed by `validate`.
        const isForeign = stage === 'enrich' && row.rule === 'aggregate.corrupt';
        if (isForeign || hourOf(row.arrival) !== hour || found.has(name)) continue;
        found.add(name);
        if (row.door === 'duplicate') duplicate++;
      }
      if (rows.some((row) => hourOf(row.arrival) > hour)) stopped.add(shard);
      else if (!stopped.has(shard)) readUpTo[shard] = last;
    }
  return { rejected: found.size - duplicate, duplicate, readUpTo };
};

/** By query: late and failed events that decisions numbered [from, to) delivered to the stores. */
export const rowsOfDecisions = async (
  objects: Objects,
  at: { readonly run: string; readonly stage: string; readonly since: EpochMs; readonly now: EpochMs },
  isOurs: (decision: string) => boolean,
): Promise<ReadonlyMap<string, { late: number; failed: number }>> => {
  const { run, stage, since, now } = at;
  const sums = new Map<string, { late: number; failed: number }>();
  for (const door of ['late', 'rejected'] as const) {
    const found = new Set<string>();
    for (const day of daysFrom(since, now))
      for (const { key } of await objects.list(`${door}/${run}/dt=${day}/${stage}/`)) {
        const name = key.slice(key.lastIndexOf('/') + 1);
        if (!isOurs(name.slice(name.indexOf('-') + 1, name.lastIndexOf('.')))) continue;
        const bytes = await objects.get(key);
        for (const line of bytes === undefined ? [] : linesOf(bytes)) {
          const { query = '', shard, position } = JSON.parse(line) as RejectedEvent;
          const row = `${query} ${shard} ${position}`;
          if (found.has(row)) continue;
          found.add(row);
          const sum = sums.get(query) ?? { late: 0, failed: 0 };
          sum[door === 'late' ? 'late' : 'failed']++;
          sums.set(query, sum);
        }
      }
  }
  return sums;
};
