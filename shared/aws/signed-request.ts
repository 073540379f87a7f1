// HTTPS requests signed with Signature Version 4, for services that have no client in the SDK: an OpenSearch domain (`es`) or collection (`aoss`).
import { hash } from 'node:crypto';
import type { Request } from '../destinations/search.ts';
import { seconds } from '../time.ts';
import { regionOf } from './connection.ts';
import type { Env } from './settings.ts';
import { credentialsOf, isGiven } from './signed/credentials.ts';
import { signer } from './signed/sign.ts';

const TIMEOUT = seconds(30);

export type SignedOptions = {
  /** `https://host[:port]` */
  readonly host: string;
  readonly service: 'es' | 'aoss';
  readonly env?: Env;
};

/** Without credentials in the environment, and for plain http on this machine, the request goes unsigned. */
export const signedRequest = ({ host, service, env = process.env }: SignedOptions): Request => {
  const url = new URL(host);
  const credentials = url.protocol === 'http:' || !isGiven(env) ? undefined : credentialsOf(env, Date.now);
  const signWith = signer(service, regionOf(env) ?? 'us-east-1');
  const sign = async (method: string, path: string, body: string, type: string): Promise<Record<string, string>> => {
    const caller = env.AWS_LAMBDA_FUNCTION_NAME;
    const plain = { 'content-type': type, ...(caller && { 'user-agent': `millrace fn/${caller}` }) };
    if (credentials === undefined) return plain;
    // Collections refuse a request without the hash of its body.
    const headers = { ...plain, host: url.host, 'x-amz-content-sha256': hash('sha256', body) };
    const { host: _, ...signed } = signWith({ method, path, headers, body }, await credentials(), Date.now());
    return signed;
  };

  return async ({ method, path, body, type }) => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: await sign(method, path, body, type),
      ...(method !== 'GET' && { body }),
      signal: AbortSignal.timeout(TIMEOUT),
      redirect: 'error',
    });
    return { status: response.status, body: await response.text() };
  };
};
