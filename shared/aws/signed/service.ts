// One service's door: signs a request, sends it, has its answer read, and tries again what may pass.
import { Fault } from '../../faults.ts';
import { type EpochMs, type Ms, minutes } from '../../time.ts';
import type { Sleep } from '../back-off.ts';
import type { CallOptions } from '../calls.ts';
import { type ClientOptions, endpointOf, MAX_ATTEMPTS, regionOf, type Service, TIMEOUT } from '../connection.ts';
import { credentialsOf } from './credentials.ts';
import { dnsSuffix } from './dns-suffix.ts';
import { type Exchange, exchangeWith, type WireAnswer } from './exchange.ts';
import { retrying } from './retry.ts';
import { headerOf, ServiceError } from './service-error.ts';
import { queryText, signer, type ToSign } from './sign.ts';

export type SignedOptions = ClientOptions & {
  readonly now?: () => EpochMs;
  readonly sleep?: Sleep;
  readonly random?: () => number;
  readonly timeout?: Ms;
};

export type Place = {
  readonly service: Service;
  /** In the host's name: `dynamodb.eu-north-1.amazonaws.com`. */
  readonly prefix: string;
  /** In the signature, where it has another name. */
  readonly signs?: string;
};

export type Asking = Omit<ToSign, 'body'> & {
  readonly body: Buffer;
  /** Another host than the service's own, as a bucket has. */
  readonly url?: URL;
};
export type Door = {
  /** The service's own address. */
  readonly url: URL;
  /** Whether the environment named it. */
  readonly custom: boolean;
  readonly region: string;
  /** @param read turns an answer into what the call gives, and throws ServiceError for a refusal */
  ask<T>(asking: Asking, read: (answer: WireAnswer) => T, options?: CallOptions): Promise<T>;
};

/** Switches of the SDK that change an endpoint, and that nobody may believe to be in force. */
const UNKNOWN = ['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'] as const;
/** A signature of another time is refused from 5 minutes on. */
const SKEWED: Ms = minutes(4);
const OF_TIME =
  /^(?:RequestTimeTooSkewed|RequestExpired|RequestInTheFuture|InvalidSignatureException|SignatureDoesNotMatch|AuthFailure)$/;

/** @throws Fault setting.missing without a region, setting.invalid for a switch that only the SDK knows */
export const openDoor = ({ service, prefix, signs = prefix }: Place, options: SignedOptions = {}): Door => {
  const { env = process.env, now = Date.now, maxAttempts = MAX_ATTEMPTS, timeout = TIMEOUT[service] } = options;
  const region = options.region ?? regionOf(env);
  if (!region) throw new Fault('setting.missing', `${service}: AWS_REGION is not in the environment`);
  const endpoint = endpointOf(service, env);
  const unknown = UNKNOWN.find((name) => env[name] === 'true');
  if (unknown !== undefined && endpoint === undefined)
    throw new Fault(
      'setting.invalid',
      `${unknown}=true: only the SDK's client knows these endpoints; deploy with --param client=sdk`,
    );
  const url = new URL(endpoint ?? `https://${prefix}.${region}.${dnsSuffix(region)}`);
  const caller = env.AWS_LAMBDA_FUNCTION_NAME;
  const agent = caller ? `millrace fn/${caller}` : 'millrace';
  const credentials = credentialsOf(env, now);
  const sign = signer(signs, region);
  const retry = retrying({
    maxAttempts,
    ...(options.sleep && { sleep: options.sleep }),
    ...(options.random && { random: options.random }),
  });
  const exchanges = new Map<string, Exchange>();
  const exchangeTo = (to: URL): Exchange => {
    const known = exchanges.get(to.origin) ?? exchangeWith(to);
    exchanges.set(to.origin, known);
    return known;
  };
  /** What is added to this machine's clock: the service's may be another. */
  let offset: Ms = 0;

  /**
   * @param signed the offset that was signed with; another call at the same time may have put the clock right since
   * @returns whether a new signature may pass
   */
  const correct = (error: unknown, answer: WireAnswer | undefined, signed: Ms): boolean => {
    if (answer === undefined || !(error instanceof ServiceError) || !OF_TIME.test(error.name)) return false;
    const found = Date.parse(headerOf(answer, 'date') ?? '') - now();
    if (Number.isNaN(found) || Math.abs(found - signed) < SKEWED) return false;
    offset = found;
    return true;
  };

  return {
    url,
    custom: endpoint !== undefined,
    region,
    ask: ({ method, path, query = [], headers, body, url: to = url }, read, { beforeSend } = {}) =>
      retry(async (again) => {
        const plain = { ...headers, host: to.host, 'user-agent': agent };
        const by = await credentials();
        const at = offset;
        const signed = sign({ method, path, query, headers: plain, body }, by, now() + at);
        beforeSend?.();
        const full = query.length === 0 ? path : `${path}?${queryText(query)}`;
        let answer: WireAnswer | undefined;
        try {
          answer = await exchangeTo(to)({ method, path: full, headers: signed, body }, timeout);
          return read(answer);
        } catch (error) {
          if (correct(error, answer, at)) again();
          throw error;
        }
      }),
  };
};
