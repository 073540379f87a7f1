// What a batch of `refined` holds for a function's tables, and what is kept aside.
import { rejectedEvent, toNdjson } from '../../event/reject.ts';
import type { RejectRule } from '../../faults.ts';
import { innerReader } from '../../lanes/block.ts';
import type { Inner, StampedEvent } from '../../lanes/inner.ts';
import { position, shardOfLane } from '../../lanes/position.ts';
import type { Told } from '../../metrics/told.ts';
import type { Batch } from '../../trigger/batch.ts';

type Where = {
  readonly shard: string;
  readonly position: string;
  readonly arrival: number;
  readonly payload: Uint8Array;
};

/** A line of `rejected` for what a destination cannot hold. */
export const refusal = (stage: string, rule: RejectRule, cause: string, at: Where): string =>
  toNdjson(rejectedEvent({ door: 'rejected', stage, rule, cause, ...at }));

export const whereOf = (e: StampedEvent): Where => ({
  shard: shardOfLane(e.lane),
  position: position(e.seq, e.index, e.child),
  arrival: e.arrival,
  payload: e.bytes,
});

/** Items with the index of their record, in order; `aside`: lines for records that no function of this pipeline wrote. */
export const readBatch = (
  { shard, records }: Batch,
  stage: string,
): {
  readonly items: readonly { readonly item: Inner; readonly record: number }[];
  readonly aside: readonly string[];
} => {
  const items: { item: Inner; record: number }[] = [];
  const aside: string[] = [];
  const unpack = innerReader(records);
  records.forEach((r, record) => {
    const unpacked = unpack(r);
    if (unpacked.ok) for (const item of unpacked.items) items.push({ item, record });
    else
      aside.push(
        refusal(stage, 'aggregate.corrupt', `not written by a function of this pipeline: ${unpacked.cause}`, {
          shard,
          position: position(r.seq, 0),
          arrival: r.arrival,
          payload: r.data,
        }),
      );
  });
  return { items, aside };
};

/** Rows that this invocation took out of the batch; those that come again count when they do. */
export const toldOf = (rows: number, undone: number, rejected: number): Told => ({
  measures: { EventsIn: rows - undone, EventsPassed: rows - undone - rejected, EventsRejected: rejected },
});
