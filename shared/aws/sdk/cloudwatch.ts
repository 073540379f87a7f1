// CloudWatch by the AWS SDK.
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { Calls, CloudWatchApi } from '../calls.ts';
import { settingsOf } from '../client.ts';
import type { ClientOptions } from '../connection.ts';
import { carried } from './carried.ts';

const COMMANDS = {
  GetMetricData: GetMetricDataCommand,
};

export const cloudWatchCallsBy = (client: CloudWatchClient): Calls<CloudWatchApi> => carried(client, COMMANDS);

export const cloudWatchCalls = (options?: ClientOptions): Calls<CloudWatchApi> =>
  cloudWatchCallsBy(new CloudWatchClient(settingsOf('CLOUDWATCH', options)));
