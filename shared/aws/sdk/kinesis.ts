// Kinesis by the AWS SDK.
import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
  UpdateShardCountCommand,
} from '@aws-sdk/client-kinesis';
import type { Calls, KinesisApi } from '../calls.ts';
import { settingsOf } from '../client.ts';
import type { ClientOptions } from '../connection.ts';
import { carried } from './carried.ts';

const COMMANDS = {
  PutRecords: PutRecordsCommand,
  ListShards: ListShardsCommand,
  GetShardIterator: GetShardIteratorCommand,
  GetRecords: GetRecordsCommand,
  DescribeStreamSummary: DescribeStreamSummaryCommand,
  UpdateShardCount: UpdateShardCountCommand,
};

export const kinesisCallsBy = (client: KinesisClient): Calls<KinesisApi> => carried(client, COMMANDS);

export const kinesisCalls = (options?: ClientOptions): Calls<KinesisApi> =>
  kinesisCallsBy(new KinesisClient(settingsOf('KINESIS', options)));
