// The operations of the Kinesis API by name: JSON in, JSON out.
import type { Clock } from '../../shared/ports.ts';
import { kinesisError } from './errors.ts';
import { getRecords, getShardIterator } from './get.ts';
import { listShards } from './list-shards.ts';
import * as manage from './manage.ts';
import { putRecord, putRecords } from './put.ts';
import type { Quotas } from './quotas.ts';
import type { Streams } from './streams.ts';
import { type Input, inputOf } from './validate.ts';

/** @param refused indexes of records that PutRecords must refuse */
type Operation = (input: Input, refused: readonly number[]) => object;
export type KinesisApi = (operation: string, body: unknown, refused?: readonly number[]) => object;

/** @returns a function that does one operation. It throws `Refused` with the error's name as AWS gives it */
export const kinesisApi = (streams: Streams, clock: Clock, quotas: Quotas): KinesisApi => {
  const operations: Readonly<Record<string, Operation>> = {
    CreateStream: (i) => manage.createStream(streams, i),
    DeleteStream: (i) => manage.deleteStream(streams, i),
    DescribeStream: (i) => manage.describeStream(streams, i),
    DescribeStreamSummary: (i) => manage.describeStreamSummary(streams, i),
    ListStreams: (i) => manage.listStreams(streams, i),
    ListShards: (i) => listShards(streams, clock, i),
    SplitShard: (i) => manage.splitShard(streams, i),
    MergeShards: (i) => manage.mergeShards(streams, i),
    UpdateShardCount: (i) => manage.updateShardCount(streams, i),
    IncreaseStreamRetentionPeriod: (i) => manage.changeRetention(streams, i, 'up'),
    DecreaseStreamRetentionPeriod: (i) => manage.changeRetention(streams, i, 'down'),
    PutRecord: (i) => putRecord(streams, quotas, i),
    PutRecords: (i, refused) => putRecords(streams, quotas, i, refused),
    GetShardIterator: (i) => getShardIterator(streams, clock, i),
    GetRecords: (i) => getRecords(streams, clock, quotas, i),
  };
  return (operation, body, refused = []) => {
    const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
    if (!run)
      throw kinesisError(
        'UnknownOperationException',
        `${operation} is not among ${Object.keys(operations).join(', ')}`,
      );
    return run(inputOf(body), refused);
  };
};
