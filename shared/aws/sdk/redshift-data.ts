// The Redshift Data API by the AWS SDK.
import {
  BatchExecuteStatementCommand,
  DescribeStatementCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import type { Calls, RedshiftApi } from '../calls.ts';
import { settingsOf } from '../client.ts';
import type { ClientOptions } from '../connection.ts';
import { carried } from './carried.ts';

const COMMANDS = {
  BatchExecuteStatement: BatchExecuteStatementCommand,
  DescribeStatement: DescribeStatementCommand,
};

export const redshiftCallsBy = (client: RedshiftDataClient): Calls<RedshiftApi> => carried(client, COMMANDS);

export const redshiftCalls = (options?: ClientOptions): Calls<RedshiftApi> =>
  redshiftCallsBy(new RedshiftDataClient(settingsOf('REDSHIFT_DATA', options)));
