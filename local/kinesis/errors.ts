// The errors of the Kinesis API, by the names that SDKs know.
import { Refused } from '../services/serve.ts';

export type KinesisErrorName =
  | 'ResourceNotFoundException'
  | 'ResourceInUseException'
  | 'InvalidArgumentException'
  | 'LimitExceededException'
  | 'ValidationException'
  | 'SerializationException'
  | 'UnknownOperationException'
  | 'ExpiredIteratorException'
  | 'ExpiredNextTokenException'
  | 'ProvisionedThroughputExceededException';

export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';
export const arnOf = (stream: string): string => `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/${stream}`;

/** All of these have HTTP status 400. */
export const kinesisError = (error: KinesisErrorName, message: string): Refused =>
  new Refused({ error, status: 400, message });

export const noSuchStream = (stream: string): Refused =>
  kinesisError('ResourceNotFoundException', `Stream ${stream} under account ${ACCOUNT} not found.`);
export const noSuchShard = (stream: string, shard: string): Refused =>
  kinesisError(
    'ResourceNotFoundException',
    `Shard ${shard} in stream ${stream} under account ${ACCOUNT} does not exist`,
  );
export const rateExceeded = (stream: string, shard: string): string =>
  `Rate exceeded for shard ${shard} in stream ${stream} under account ${ACCOUNT}.`;
