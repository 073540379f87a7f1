// HTTPS requests signed with Signature Version 4, for services that have no client in the SDK: an OpenSearch domain (`es`) or collection (`aoss`).
import { createHash } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Request } from '../destinations/search.ts';
import { seconds } from '../time.ts';
import type { Env } from './settings.ts';
import { Sha256 } from './sha256.ts';

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
  const sign = async (method: string, path: string, body: string, type: string): Promise<Record<string, string>> => {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: token } = env;
    const caller = env.AWS_LAMBDA_FUNCTION_NAME;
    const plain = { 'content-type': type, ...(caller && { 'user-agent': `millrace fn/${caller}` }) };
    if (!accessKeyId || !secretAccessKey || url.protocol === 'http:') return plain;
    const signer = new SignatureV4({
      service,
      region: env.AWS_REGION || 'us-east-1',
      credentials: { accessKeyId, secretAccessKey, ...(token && { sessionToken: token }) },
      sha256: Sha256,
    });
    const signed = await signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port && { port: Number(url.port) }),
      path,
      query: {},
      headers: {
        ...plain,
        host: url.host,
        // Collections refuse a request without it.
        'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
      },
      body,
    });
    const { host: _, ...headers } = signed.headers;
    return headers;
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
