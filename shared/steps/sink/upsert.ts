// refined -> a destination that keeps one row for each key. The newest revision stands in the end, whoever delivers what again: the
// destination compares versions, so no function remembers anything.
import type { Patience } from '../../lanes/emit.ts';
import type { StampedEvent } from '../../lanes/inner.ts';
import type { Objects } from '../../ports.ts';
import type { BatchStep, Progress } from '../../trigger/batch.ts';
import { keepAside, nameWithLines, sideDoorKey } from '../side-door.ts';
import { deliver } from './deliver.ts';
import type { Destination, SinkRow } from './destination.ts';
import { readBatch, refusal, toldOf, whereOf } from './read-batch.ts';
import { readSinkRow, type SinkTables } from './read-sink-row.ts';

export type UpsertDeps = {
  /** Name of the function, for lines of `rejected`. */
  readonly stage: string;
  readonly tables: SinkTables;
  readonly destination: Destination;
  readonly rejected: Objects;
  readonly run: string;
  readonly patience?: Patience;
};

/** `record`: the first record with a row of this key; it is done only when the row is written. */
type Write = { row: SinkRow; event: StampedEvent; readonly record: number };

export const upsert = (deps: UpsertDeps): BatchStep => {
  const { stage, tables, destination, rejected, run, patience } = deps;
  return async (batch, budget): Promise<Progress> => {
    const [first, last] = [batch.records[0], batch.records.at(-1)];
    if (first === undefined || last === undefined) return { done: 0 };
    const { items, aside } = readBatch(batch, stage);
    const lines = [...aside];
    const newest = new Map<string, Write>();
    let rows = 0;
    for (const { item, record } of items) {
      if (item.kind !== 'event') continue;
      const found = readSinkRow(item, tables);
      if (found.kind === 'reject') lines.push(refusal(stage, found.rule, found.cause, whereOf(item)));
      if (found.kind !== 'other') rows++;
      if (found.kind !== 'row') continue;
      const name = `${found.row.table} ${found.row.key}`;
      const write = newest.get(name);
      if (write === undefined) newest.set(name, { row: found.row, event: item, record });
      else if (found.row.version > write.row.version) {
        write.row = found.row;
        write.event = item;
      }
    }
    const unread = lines.length - aside.length;
    const { undone, refused, fault } = await deliver(destination, [...newest.values()], budget, patience);
    for (const { of, rule, cause } of refused) lines.push(refusal(stage, rule, cause, whereOf(of.event)));
    const name = nameWithLines(`${batch.shard}/${first.seq}-${last.seq}`, lines);
    await keepAside(rejected, sideDoorKey('rejected', run, stage, first.arrival, name), lines);
    const done = undone.reduce((least, write) => Math.min(least, write.record), batch.records.length);
    return { done, ...(fault && { fault }), told: toldOf(rows, undone.length, refused.length + unread) };
  };
};
