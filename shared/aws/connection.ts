// What a client needs to know before its first call, whoever made the client. Everything is read from the environment when a client is
// made, not at its first call: the local run gives each handler an environment of its own while it loads it.
import { type Ms, seconds } from '../time.ts';
import type { Env } from './settings.ts';

export type Service =
  | 'KINESIS'
  | 'DYNAMODB'
  | 'S3'
  | 'SQS'
  | 'SNS'
  | 'EVENTBRIDGE'
  | 'FIREHOSE'
  | 'REDSHIFT_DATA'
  | 'CLOUDFORMATION'
  | 'CLOUDWATCH'
  | 'LAMBDA'
  | 'SECRETS_MANAGER'
  | 'GLUE';

/** How long one try of a request may take. Objects may have megabytes; the others are small and regional. */
export const TIMEOUT: Readonly<Record<Service, Ms>> = {
  KINESIS: seconds(10), // a put may carry 5 MiB
  DYNAMODB: seconds(5),
  S3: seconds(30),
  SQS: seconds(5),
  SNS: seconds(10),
  EVENTBRIDGE: seconds(10),
  FIREHOSE: seconds(10),
  GLUE: seconds(10),
  REDSHIFT_DATA: seconds(10),
  CLOUDFORMATION: seconds(30), // a whole template
  CLOUDWATCH: seconds(10),
  LAMBDA: seconds(10),
  SECRETS_MANAGER: seconds(3), // a request of a producer waits for it
};
export const CONNECT_TIMEOUT: Ms = seconds(2);
/** Tries of one request, with the client's own back-off; what still fails is the caller's to retry. */
export const MAX_ATTEMPTS = 4;
export const MAX_SOCKETS = 64;

/** The endpoint that the environment names for a service: AWS_ENDPOINT_URL_<SERVICE>, else AWS_ENDPOINT_URL. */
export const endpointOf = (service: Service, env: Env = process.env): string | undefined =>
  env[`AWS_ENDPOINT_URL_${service}`] || env.AWS_ENDPOINT_URL || undefined;

export const regionOf = (env: Env = process.env): string | undefined => env.AWS_REGION || env.AWS_DEFAULT_REGION;

export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

/** undefined: the environment holds none. */
export const credentialsIn = (env: Env = process.env): Credentials | undefined => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: token } = env;
  return accessKeyId && secretAccessKey
    ? { accessKeyId, secretAccessKey, ...(token && { sessionToken: token }) }
    : undefined;
};

/** How a client is made; both kinds take the same. */
export type ClientOptions = {
  readonly env?: Env;
  /** Another region than the environment's. */
  readonly region?: string;
  readonly maxAttempts?: number;
};
