// DynamoDB by the AWS SDK.
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Calls, DynamoApi } from '../calls.ts';
import { settingsOf } from '../client.ts';
import type { ClientOptions } from '../connection.ts';
import { carried } from './carried.ts';

const COMMANDS = {
  GetItem: GetItemCommand,
  BatchGetItem: BatchGetItemCommand,
  Query: QueryCommand,
  PutItem: PutItemCommand,
  UpdateItem: UpdateItemCommand,
  DeleteItem: DeleteItemCommand,
  BatchWriteItem: BatchWriteItemCommand,
};

export const dynamoCallsBy = (client: DynamoDBClient): Calls<DynamoApi> => carried(client, COMMANDS);

export const dynamoCalls = (options?: ClientOptions): Calls<DynamoApi> =>
  dynamoCallsBy(new DynamoDBClient(settingsOf('DYNAMODB', options)));
