// Clicks as Lambda hands them over.
import type { KinesisStreamRecord } from 'aws-lambda';
import { encodeAggregate } from '../shared/event/kpl.ts';
import { CLICK_ARRIVAL, type clickOf } from './click.ts';

export const SHARD = 'shardId-000000000000';
export const SHARDS = [
  { id: SHARD, parents: [], startHash: '0', endHash: (2n ** 128n - 1n).toString(), closed: false },
] as const;

type Clicks = readonly ReturnType<typeof clickOf>[];

export const aggregateOf = (clicks: Clicks): Uint8Array =>
  encodeAggregate(
    clicks.map((click) => ({ partitionKey: click.data.visitor, data: Buffer.from(JSON.stringify(click)) })),
  );

const FIRST = 49_590_338_271_490_256n;

/** @param data clicks, which make one KPL aggregate, or the bytes of a record */
export const recordOf = (stream: string, seq: bigint, data: Clicks | Uint8Array): KinesisStreamRecord => ({
  awsRegion: 'eu-central-1',
  eventID: `${SHARD}:${seq}`,
  eventName: 'aws:kinesis:record',
  eventSource: 'aws:kinesis',
  eventSourceARN: `arn:aws:kinesis:eu-central-1:123456789012:stream/${stream}`,
  eventVersion: '1.0',
  invokeIdentityArn: 'arn:aws:iam::123456789012:role/validate',
  kinesis: {
    kinesisSchemaVersion: '1.0',
    partitionKey: 'a',
    sequenceNumber: String(FIRST + seq),
    approximateArrivalTimestamp: CLICK_ARRIVAL / 1_000,
    data: Buffer.from(data instanceof Uint8Array ? data : aggregateOf(data)).toString('base64'),
  },
});
