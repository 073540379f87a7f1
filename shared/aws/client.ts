// What all clients of the SDK share.
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import {
  type ClientOptions,
  CONNECT_TIMEOUT,
  credentialsIn,
  endpointOf,
  MAX_ATTEMPTS,
  MAX_SOCKETS,
  regionOf,
  type Service,
  TIMEOUT,
} from './connection.ts';
import type { Env } from './settings.ts';

/**
 * Settings for any client of the SDK. HTTP/1.1 with keep-alive for all: the HTTP/2 handler that Kinesis has by default fails on
 * http:// endpoints. The user agent names the function, so that a server (and CloudTrail) can tell its callers.
 */
export const clientSettings = (service: Service, env: Env = process.env) => {
  const endpoint = endpointOf(service, env);
  const region = regionOf(env);
  const credentials = credentialsIn(env);
  const caller = env.AWS_LAMBDA_FUNCTION_NAME;
  return {
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_TIMEOUT,
      requestTimeout: TIMEOUT[service],
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent({ keepAlive: true, maxSockets: MAX_SOCKETS }),
      httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: MAX_SOCKETS }),
    }),
    ...(endpoint && { endpoint }),
    ...(region && { region }),
    ...(caller && { customUserAgent: [['fn', caller] as [string, string]] }),
    ...(credentials && { credentials }),
  };
};

/** The same, as the makers of calls take them. */
export const settingsOf = (service: Service, { env, region, maxAttempts }: ClientOptions = {}) => ({
  ...clientSettings(service, env),
  ...(region !== undefined && { region }),
  ...(maxAttempts !== undefined && { maxAttempts }),
});
