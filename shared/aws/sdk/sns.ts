// SNS by the AWS SDK.
import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Calls, SnsApi } from '../calls.ts';
import { settingsOf } from '../client.ts';
import type { ClientOptions } from '../connection.ts';
import { carried } from './carried.ts';

const COMMANDS = {
  PublishBatch: PublishBatchCommand,
};

export const snsCallsBy = (client: SNSClient): Calls<SnsApi> => carried(client, COMMANDS);

export const snsCalls = (options?: ClientOptions): Calls<SnsApi> =>
  snsCallsBy(new SNSClient(settingsOf('SNS', options)));
