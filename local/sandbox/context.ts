import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import type { EpochMs } from '../../shared/time.ts';
import { LOCAL_ACCOUNT } from '../template/intrinsics.ts';
import type { FunctionTemplate } from '../template/template.ts';

const notHere = (): never => {
  throw new Error('callbacks are not taken by the Node 24 runtime');
};

/** What Lambda hands to a handler beside the event. */
export const contextOf = (fn: FunctionTemplate, region: string, deadline: EpochMs, now: () => EpochMs): Context => ({
  functionName: fn.fullName,
  functionVersion: '$LATEST',
  invokedFunctionArn: `arn:aws:lambda:${region}:${LOCAL_ACCOUNT}:function:${fn.fullName}`,
  memoryLimitInMB: String(fn.memoryMb),
  awsRequestId: randomUUID(),
  logGroupName: `/aws/lambda/${fn.fullName}`,
  logStreamName: 'local',
  callbackWaitsForEmptyEventLoop: false,
  getRemainingTimeInMillis: () => Math.max(0, deadline - now()),
  done: notHere,
  fail: notHere,
  succeed: notHere,
});
