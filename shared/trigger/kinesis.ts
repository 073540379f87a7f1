// Lambda's Kinesis event in, how much of it is safe out.
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import type { Watch } from '../metrics/watch.ts';
import { spanOfBatch } from '../trace/spans.ts';
import type { Batch, BatchStep, Progress, StreamRecord } from './batch.ts';
import { asError, consoleLog, type FaultLog } from './fault-log.ts';

type RemainingTime = Pick<Context, 'getRemainingTimeInMillis'>;

const STREAM = ':stream/';

/** `arn:aws:kinesis:eu-west-1:1:stream/raw` or, for enhanced fan-out, `…:stream/raw/consumer/name:1` -> `raw`. */
const streamOf = (arn: string): string => {
  const start = arn.indexOf(STREAM) + STREAM.length;
  const end = arn.indexOf('/', start);
  return end < 0 ? arn.slice(start) : arn.slice(start, end);
};

/** `shardId-000000000006:4959…` -> `shardId-000000000006`. */
const shardOf = (eventId: string): string => eventId.slice(0, eventId.indexOf(':'));

const recordOf = ({ kinesis }: KinesisStreamRecord): StreamRecord => ({
  seq: kinesis.sequenceNumber,
  partitionKey: kinesis.partitionKey,
  data: Buffer.from(kinesis.data, 'base64'),
  arrival: Math.round(kinesis.approximateArrivalTimestamp * 1000), // Lambda gives seconds with a fraction
});

/** Lambda reads one shard for each invocation, so the first record names the stream and the shard of all. */
const batchOf = (records: readonly KinesisStreamRecord[], first: KinesisStreamRecord): Batch => ({
  stream: streamOf(first.eventSourceARN),
  shard: shardOf(first.eventID),
  records: records.map(recordOf),
});

type Outcome = Pick<Progress, 'done' | 'told'> & {
  /** Why it stopped, if it did. */
  readonly stopped?: Error;
};

/** Runs the step; whatever stands in the way becomes a count and one line of log. */
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

/**
 * A handler for a mapping with ReportBatchItemFailures. The answer names the first record that is not done, so that Lambda
 * sends it and all after it again; it is empty only when every record is done. A step that throws, or answers a count that
 * cannot be, has done nothing. Why a batch stopped is logged once, here.
 */
export const onKinesis =
  (step: BatchStep, log: FaultLog = consoleLog, watch?: Watch) =>
  async ({ Records: records }: KinesisStreamEvent, context: RemainingTime): Promise<KinesisStreamBatchResponse> => {
    const first = records[0];
    if (first === undefined) return { batchItemFailures: [] };
    const batch = batchOf(records, first);
    const span = spanOfBatch(watch?.name ?? '', batch);
    const outcome = await outcomeOf(step, batch, context, log);
    span.end(outcome.stopped);
    if (watch !== undefined) tell(watch, batch, outcome);
    const undone = records[outcome.done];
    return { batchItemFailures: undone === undefined ? [] : [{ itemIdentifier: undone.kinesis.sequenceNumber }] };
  };
