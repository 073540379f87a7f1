// Any stream -> a stream of single records, order and keys kept: for consumers outside that cannot take aggregates apart. A
// redelivery repeats records from where it begins, so those consumers see each at least once.
import { wholeAmong } from '../event/kpl-sum.ts';
import { backOff, type Patience } from '../lanes/emit.ts';
import type { OutRecord, Stream } from '../ports.ts';
import type { BatchStep } from '../trigger/batch.ts';
import { sendInOrder } from './deaggregate/send-in-order.ts';
import { singlesOf } from './deaggregate/singles.ts';

/** The share of the time limit that is left for the last put. */
const RESERVE = 0.2;

/**
 * A key takes one put after the other, so one record with thousands of events of a single key may need longer than the time limit.
 * What was sent of the record in which a delivery stopped is remembered while the sandbox lives, and its redelivery goes on there.
 */
export const deaggregate = (deps: { readonly to: Stream; readonly patience?: Patience }): BatchStep => {
  const stoppedIn = new Map<string, { readonly seq: string; readonly sent: number }>();

  return async ({ shard, records }, budget) => {
    const reserve = budget.remainingMs() * RESERVE;
    const before = stoppedIn.get(shard);
    const whole = wholeAmong(records.map((r) => r.data));
    const singles: OutRecord[] = [];
    /** ends[i]: how many singles there are up to the end of record i. */
    const ends = records.map((record) => {
      for (const single of singlesOf(record, whole.has(record.data))) singles.push(single);
      return singles.length;
    });
    const skip = before !== undefined && before.seq === records[0]?.seq ? before.sent : 0;
    const mayGoOn = () => budget.remainingMs() > reserve;
    const { sent, fault } = await sendInOrder(deps.to, singles.slice(skip), deps.patience ?? backOff, mayGoOn);
    const all = skip + sent;
    const told = { measures: { EventsIn: singles.length - skip, EventsPassed: sent } };
    const stopped = ends.findIndex((end) => end > all);
    const undone = records[stopped];
    if (undone === undefined) {
      stoppedIn.delete(shard);
      return { done: records.length, told };
    }
    stoppedIn.set(shard, { seq: undone.seq, sent: all - (ends[stopped - 1] ?? 0) });
    return { done: stopped, ...(fault && { fault }), told };
  };
};
