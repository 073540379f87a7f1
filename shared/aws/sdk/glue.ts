// Glue by the AWS SDK.
import {
  CreatePartitionCommand,
  CreateTableCommand,
  GetSchemaVersionCommand,
  GetTableCommand,
  GlueClient,
  UpdatePartitionCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import type { Calls, GlueApi } from '../calls.ts';
import { settingsOf } from '../client.ts';
import type { ClientOptions } from '../connection.ts';
import { carried } from './carried.ts';

const COMMANDS = {
  GetTable: GetTableCommand,
  CreateTable: CreateTableCommand,
  UpdateTable: UpdateTableCommand,
  CreatePartition: CreatePartitionCommand,
  UpdatePartition: UpdatePartitionCommand,
  GetSchemaVersion: GetSchemaVersionCommand,
};

export const glueCallsBy = (client: GlueClient): Calls<GlueApi> => carried(client, COMMANDS);

export const glueCalls = (options?: ClientOptions): Calls<GlueApi> =>
  glueCallsBy(new GlueClient(settingsOf('GLUE', options)));
