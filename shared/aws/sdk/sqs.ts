// SQS by the AWS SDK.
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Calls, SqsApi } from '../calls.ts';
import { settingsOf } from '../client.ts';
import type { ClientOptions } from '../connection.ts';
import { carried } from './carried.ts';

const COMMANDS = {
  SendMessage: SendMessageCommand,
  SendMessageBatch: SendMessageBatchCommand,
};

export const sqsCallsBy = (client: SQSClient): Calls<SqsApi> => carried(client, COMMANDS);

export const sqsCalls = (options?: ClientOptions): Calls<SqsApi> =>
  sqsCallsBy(new SQSClient(settingsOf('SQS', options)));
