// Lambda's Kinesis event in, how much of it is safe out.
import type { KinesisStreamBatchResponse, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import type { Watch } from '../metrics/watch.ts';
import type { Batch, BatchStep, StreamRecord } from './batch.ts';
import { consoleLog, type FaultLog } from './fault-log.ts';
import { type RemainingTime, runStep } from './run-step.ts';

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
    const { done } = await runStep(step, batchOf(records, first), context, log, watch);
    const undone = records[done];
    return { batchItemFailures: undone === undefined ? [] : [{ itemIdentifier: undone.kinesis.sequenceNumber }] };
  };
