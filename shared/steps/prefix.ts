// A function works through a batch record by record and stops in time: it reports the prefix that is wholly stored.
import type { Outbox } from '../lanes/outbox.ts';
import type { Batch, Budget, StreamRecord } from '../trigger/batch.ts';

/** The share of the time limit that is left for closing the batch: marks, side doors, checkpoint. */
const RESERVE = 0.2;

/**
 * Hands each record to `each`, sending what the outbox holds whenever it is full.
 * @returns how many records were taken in; all of them unless time ran short. The outbox may still hold the last ones.
 */
export const takeInTime = async (
  batch: Batch,
  budget: Budget,
  outbox: Outbox,
  each: (record: StreamRecord) => void | Promise<void>,
): Promise<number> => {
  const reserve = budget.remainingMs() * RESERVE;
  let taken = 0;
  for (const record of batch.records) {
    await each(record);
    taken++;
    if (outbox.full) await outbox.flush();
    if (budget.remainingMs() < reserve) break;
  }
  return taken;
};
