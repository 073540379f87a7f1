// What all clients share. Everything is read from the environment when a client is made, not at its first call: the local run gives
// each handler an environment of its own while it loads it.
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { NodeHttpHandler } from '@smithy/node-http-handler';
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
const TIMEOUT: Readonly<Record<Service, Ms>> = {
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
/** Tries of one request by the SDK, with its own back-off; what still fails is the caller's to retry. */
const MAX_ATTEMPTS = 4;
const MAX_SOCKETS = 64;

/** The endpoint that the environment names for a service: AWS_ENDPOINT_URL_<SERVICE>, else AWS_ENDPOINT_URL. */
export const endpointOf = (service: Service, env: Env = process.env): string | undefined =>
  env[`AWS_ENDPOINT_URL_${service}`] || env.AWS_ENDPOINT_URL || undefined;

/**
 * Settings for any client of the SDK. HTTP/1.1 with keep-alive for all: the HTTP/2 handler that Kinesis has by default fails on
 * http:// endpoints. The user agent names the function, so that a server (and CloudTrail) can tell its callers.
 */
export const clientSettings = (service: Service, env: Env = process.env) => {
  const endpoint = endpointOf(service, env);
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION;
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  const caller = env.AWS_LAMBDA_FUNCTION_NAME;
  return {
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: seconds(2),
      requestTimeout: TIMEOUT[service],
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent({ keepAlive: true, maxSockets: MAX_SOCKETS }),
      httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: MAX_SOCKETS }),
    }),
    ...(endpoint && { endpoint }),
    ...(region && { region }),
    ...(caller && { customUserAgent: [['fn', caller] as [string, string]] }),
    ...(accessKeyId &&
      secretAccessKey && { credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } }),
  };
};
