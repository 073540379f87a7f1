// Whose credentials sign: those in the environment (Lambda puts the role's there), else those of the container's endpoint (Lambda with
// SnapStart, ECS, EKS), asked again before they end.
import { readFileSync } from 'node:fs';
import { Fault } from '../../faults.ts';
import { type EpochMs, type Ms, minutes, seconds } from '../../time.ts';
import { type Credentials, credentialsIn } from '../connection.ts';
import type { Env } from '../settings.ts';
import { exchangeWith } from './exchange.ts';

/** Asked anew so long before their end. */
const EARLY: Ms = minutes(5);
const TIMEOUT: Ms = seconds(2);
const ECS = 'http://169.254.170.2';
/** Where plain http is taken: this machine, and the link-local addresses of ECS and EKS. */
const NEAR = /^(?:localhost|127(?:\.\d+){3}|\[::1\]|169\.254\.170\.2|169\.254\.170\.23|\[fd00:ec2::23\])$/;

/** Whether the environment says where credentials are. */
export const isGiven = (env: Env): boolean =>
  credentialsIn(env) !== undefined ||
  Boolean(env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI || env.AWS_CONTAINER_CREDENTIALS_FULL_URI);

const endpointOf = (env: Env): URL | undefined => {
  if (env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI) return new URL(env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, ECS);
  if (!env.AWS_CONTAINER_CREDENTIALS_FULL_URI) return undefined;
  const url = new URL(env.AWS_CONTAINER_CREDENTIALS_FULL_URI);
  if (url.protocol === 'https:' || NEAR.test(url.hostname)) return url;
  throw new Fault('setting.invalid', `AWS_CONTAINER_CREDENTIALS_FULL_URI: ${url.href} is neither https nor local`);
};

const tokenOf = (env: Env): string | undefined =>
  env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE
    ? readFileSync(env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, 'utf8').trim()
    : env.AWS_CONTAINER_AUTHORIZATION_TOKEN;

type Known = { readonly credentials: Credentials; readonly until: EpochMs };

const ask = async (url: URL, env: Env): Promise<Known> => {
  const token = tokenOf(env);
  const headers = { host: url.host, accept: 'application/json', ...(token && { authorization: token }) };
  const path = `${url.pathname}${url.search}`;
  const { status, body } = await exchangeWith(url)({ method: 'GET', path, headers, body: Buffer.alloc(0) }, TIMEOUT);
  if (status !== 200) throw new Error(`${url.host} gave no credentials: ${status} ${body.toString('utf8', 0, 200)}`);
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = JSON.parse(body.toString()) as Record<string, string>;
  if (!AccessKeyId || !SecretAccessKey) throw new Error(`${url.host} gave no credentials: keys are missing`);
  return {
    credentials: {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      ...(Token && { sessionToken: Token }),
    },
    until: Expiration ? Date.parse(Expiration) : Number.POSITIVE_INFINITY,
  };
};

/** @throws Fault setting.missing when there are none to be had; whatever the endpoint's answer is, where none is left that is in force */
export const credentialsOf = (env: Env, now: () => EpochMs): (() => Promise<Credentials>) => {
  const fixed = credentialsIn(env);
  if (fixed !== undefined) return async () => fixed;
  const url = endpointOf(env);
  let known: Known | undefined;
  let asking: Promise<Known> | undefined;
  return async () => {
    if (url === undefined)
      throw new Fault(
        'setting.missing',
        'no credentials: neither AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY nor AWS_CONTAINER_CREDENTIALS_FULL_URI are in the environment',
      );
    if (known !== undefined && now() < known.until - EARLY) return known.credentials;
    asking ??= ask(url, env).finally(() => {
      asking = undefined;
    });
    try {
      known = await asking;
    } catch (error) {
      if (known === undefined || now() >= known.until) throw error;
    }
    return known.credentials;
  };
};
