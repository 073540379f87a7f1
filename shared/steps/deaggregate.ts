// Any stream -> a stream of single records, order and keys kept: for consumers outside that cannot take aggregates apart. A
// redelivery repeats records from where it begins, so those consumers see each at least once.
import { backOff, type Patience } from '../lanes/emit.ts';
import type { OutRecord, Stream } from '../ports.ts';
import type { BatchStep } from '../trigger/batch.ts';
import { sendInOrder } from './deaggregate/send-in-order.ts';
import { singlesOf } from './deaggregate/singles.ts';

/** The share of the time limit that is left for the last put. */
const RESERVE = 0.2;

export const deaggregate =
  (deps: { readonly to: Stream; readonly patience?: Patience }): BatchStep =>
  async ({ records }, budget) => {
    const reserve = budget.remainingMs() * RESERVE;
    const singles: OutRecord[] = [];
    /** ends[i]: how many singles there are up to the end of record i. */
    const ends = records.map((record) => {
      for (const single of singlesOf(record)) singles.push(single);
      return singles.length;
    });
    const mayGoOn = () => budget.remainingMs() > reserve;
    const { sent, fault } = await sendInOrder(deps.to, singles, deps.patience ?? backOff, mayGoOn);
    const stopped = ends.findIndex((end) => end > sent);
    return { done: stopped < 0 ? records.length : stopped, ...(fault && { fault }) };
  };
