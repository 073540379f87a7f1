// Runs a step on one batch: whatever stands in the way becomes a count and one line of log.
import type { Context } from 'aws-lambda';
import type { Watch } from '../metrics/watch.ts';
import { spanOfBatch } from '../trace/spans.ts';
import type { Batch, BatchStep, Progress } from './batch.ts';
import { asError, type FaultLog } from './fault-log.ts';

export type RemainingTime = Pick<Context, 'getRemainingTimeInMillis'>;

export type Outcome = Pick<Progress, 'done' | 'told'> & {
  /** Why it stopped, if it did. */
  readonly stopped?: Error;
};

const outcomeOf = async (step: BatchStep, batch: Batch, context: RemainingTime, log: FaultLog): Promise<Outcome> => {
  const { length } = batch.records;
  try {
    const { done, fault, told } = await step(batch, { remainingMs: () => context.getRemainingTimeInMillis() });
    if (!(Number.isInteger(done) && done >= 0 && done <= length))
      throw new RangeError(`it answered done: ${done} of ${length} records`);
    if (fault !== undefined) log.error('batch stopped', fault);
    return { done, ...(fault && { stopped: fault }), ...(told && { told }) };
  } catch (thrown) {
    const stopped = asError(thrown);
    log.error('batch stopped, the step failed', stopped);
    return { done: 0, stopped };
  }
};

/** One line for the invocation: what the step told, and where its batch lies. */
const tell = (watch: Watch, { stream, shard, records }: Batch, { done, told, stopped }: Outcome): void =>
  watch.tell(
    { ...told, measures: { ...told?.measures, BatchesStopped: stopped === undefined ? 0 : 1 } },
    { stream, shard, records: records.length, ...(done < records.length && { done }) },
  );

/** A step that throws, or answers a count that cannot be, has done nothing. Why a batch stopped is logged once, here. */
export const runStep = async (
  step: BatchStep,
  batch: Batch,
  context: RemainingTime,
  log: FaultLog,
  watch?: Watch,
): Promise<Outcome> => {
  const span = spanOfBatch(watch?.name ?? '', batch);
  const outcome = await outcomeOf(step, batch, context, log);
  span.end(outcome.stopped);
  if (watch !== undefined) tell(watch, batch, outcome);
  return outcome;
};
