// Data Firehose by the AWS SDK.
import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import type { Calls, FirehoseApi } from '../calls.ts';
import { settingsOf } from '../client.ts';
import type { ClientOptions } from '../connection.ts';
import { carried } from './carried.ts';

const COMMANDS = {
  PutRecordBatch: PutRecordBatchCommand,
};

export const firehoseCallsBy = (client: FirehoseClient): Calls<FirehoseApi> => carried(client, COMMANDS);

export const firehoseCalls = (options?: ClientOptions): Calls<FirehoseApi> =>
  firehoseCallsBy(new FirehoseClient(settingsOf('FIREHOSE', options)));
