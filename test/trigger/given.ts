import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import type { FaultLog } from '../../shared/trigger/fault-log.ts';

export const SHARD = 'shardId-000000000006';
export const ARN = 'arn:aws:kinesis:us-east-2:123456789012:stream/dev-millrace-raw';
export const seqOf = (n: number): string => `4957334189873487634986734987643298673498${String(n).padStart(16, '0')}`;

export const record = (n: number, data: string | Uint8Array, arn = ARN): KinesisStreamRecord => ({
  kinesis: {
    kinesisSchemaVersion: '1.0',
    partitionKey: `key-${n}`,
    sequenceNumber: seqOf(n),
    data: Buffer.from(data).toString('base64'),
    approximateArrivalTimestamp: 1_545_084_650.987 + n,
  },
  eventSource: 'aws:kinesis',
  eventVersion: '1.0',
  eventID: `${SHARD}:${seqOf(n)}`,
  eventName: 'aws:kinesis:record',
  invokeIdentityArn: 'arn:aws:iam::123456789012:role/lambda-role',
  awsRegion: 'us-east-2',
  eventSourceARN: arn,
});
export const kinesisEvent = (...data: (string | Uint8Array)[]): KinesisStreamEvent => ({
  Records: data.map((d, i) => record(i, d)),
});

export const context = { getRemainingTimeInMillis: () => 4_000 };

/** A log that remembers what it was told. */
export const listening = (): FaultLog & { readonly lines: string[] } => {
  const lines: string[] = [];
  return { lines, error: (message, error) => lines.push(`${message}: ${error.message}`) };
};
