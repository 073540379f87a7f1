// SQS by our own client.
import type { Calls, SqsApi } from '../calls.ts';
import { jsonCalls } from './json.ts';
import type { SignedOptions } from './service.ts';

export const sqsCalls = (options?: SignedOptions): Calls<SqsApi> =>
  jsonCalls({ service: 'SQS', prefix: 'sqs', target: 'AmazonSQS', version: '1.0' }, options);
