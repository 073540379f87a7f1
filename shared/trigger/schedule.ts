// EventBridge's clock in.
import type { Context, ScheduledEvent, SQSEvent } from 'aws-lambda';
import type { Told, Untold } from '../metrics/told.ts';
import type { Watch } from '../metrics/watch.ts';
import type { EpochMs } from '../time.ts';
import { spanOf } from '../trace/spans.ts';
import type { Budget } from './batch.ts';
import { asError, consoleLog, type FaultLog } from './fault-log.ts';
import { NOTHING, onQueue, type WakeStep } from './queue.ts';

type RemainingTime = Pick<Context, 'getRemainingTimeInMillis'>;

/** What a function does at its time. `at` is the time the schedule was due, so a repeated delivery has the same one. */
export type ScheduleStep = (at: EpochMs, budget: Budget) => Promise<Told | Untold>;

/** A handler for a schedule. A throw is tried again by Lambda (asynchronous invocation: twice). */
export const onSchedule =
  (step: ScheduleStep, log: FaultLog = consoleLog, watch?: Watch) =>
  async (event: Pick<ScheduledEvent, 'time'>, context: RemainingTime): Promise<void> => {
    const span = spanOf(watch?.name ?? 'schedule', 'internal');
    try {
      const told = await step(Date.parse(event.time), { remainingMs: () => context.getRemainingTimeInMillis() });
      watch?.tell(told ?? NOTHING);
      span.end();
    } catch (thrown) {
      span.end(thrown);
      log.error('scheduled run failed', asError(thrown));
      throw thrown;
    }
  };

/** A handler for a function woken by a queue and, in case a message was lost, by a schedule. */
export const onWake = (step: WakeStep, log: FaultLog = consoleLog, watch?: Watch) => {
  const queue = onQueue(step, log, watch);
  const schedule = onSchedule((_, budget) => step([], budget), log, watch);
  return (event: SQSEvent | Pick<ScheduledEvent, 'time'>, context: RemainingTime): Promise<void> =>
    'Records' in event ? queue(event, context) : schedule(event, context);
};
