// A queue's messages in. They only wake a function: what there is to do stands in the tables.
import type { Context, SQSEvent } from 'aws-lambda';
import type { Told, Untold } from '../metrics/told.ts';
import type { Watch } from '../metrics/watch.ts';
import { spanOf } from '../trace/spans.ts';
import type { Budget } from './batch.ts';
import { asError, consoleLog, type FaultLog } from './fault-log.ts';

/** What a function does when woken. `bodies` are the messages' texts, none for a schedule. */
export type WakeStep = (bodies: readonly string[], budget: Budget) => Promise<Told | Untold>;

/** Told of an invocation that measured nothing but its calls. */
export const NOTHING: Told = { measures: {} };

/** A handler for an SQS mapping: all messages of a batch make one run. A throw sends the whole batch again. */
export const onQueue =
  (step: WakeStep, log: FaultLog = consoleLog, watch?: Watch) =>
  async (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<void> => {
    const span = spanOf(watch?.name ?? 'wake', 'internal');
    try {
      const bodies = event.Records.map((record) => record.body);
      const told = await step(bodies, { remainingMs: () => context.getRemainingTimeInMillis() });
      watch?.tell(told ?? NOTHING);
      span.end();
    } catch (thrown) {
      span.end(thrown);
      log.error('wake-up failed', asError(thrown));
      throw thrown;
    }
  };
