// Lambda's Kinesis event, as its documentation shows it.
import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import type { StreamRecord } from '../../shared/trigger/batch.ts';

export type Origin = {
  readonly arn: string;
  readonly region: string;
  readonly roleArn: string;
  readonly shard: string;
};

const asLambda = (record: StreamRecord, origin: Origin): KinesisStreamRecord => ({
  kinesis: {
    kinesisSchemaVersion: '1.0',
    partitionKey: record.partitionKey,
    sequenceNumber: record.seq,
    data: Buffer.from(record.data.buffer, record.data.byteOffset, record.data.byteLength).toString('base64'),
    approximateArrivalTimestamp: record.arrival / 1000, // seconds with a fraction
  },
  eventSource: 'aws:kinesis',
  eventVersion: '1.0',
  eventID: `${origin.shard}:${record.seq}`,
  eventName: 'aws:kinesis:record',
  invokeIdentityArn: origin.roleArn,
  awsRegion: origin.region,
  eventSourceARN: origin.arn,
});

export const kinesisEvent = (records: readonly StreamRecord[], origin: Origin): KinesisStreamEvent => ({
  Records: records.map((r) => asLambda(r, origin)),
});

/** The field names and fixed values around one record's data. */
const ENVELOPE = 500;

/** A record's share of the 6 MB that one invocation may carry: the base64 text counts, not the bytes. */
export const payloadBytes = ({ data, partitionKey }: StreamRecord): number =>
  4 * Math.ceil(data.byteLength / 3) + partitionKey.length + ENVELOPE;
export const MAX_PAYLOAD = 6 * 1024 * 1024;
