// Which failures are tried again, how often and how soon: the SDK's standard mode. A budget that all calls of a client share keeps a service
// that is down from being asked many times over: retries cost, answers refill.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
import { setTimeout as wait } from 'node:timers/promises';
import { type Ms, seconds } from '../../time.ts';
import type { Sleep } from '../back-off.ts';
import { ServiceError } from './service-error.ts';

const THROTTLING = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);
const TRANSIENT = new Set(['TimeoutError', 'RequestTimeout', 'RequestTimeoutException', 'UnreadableAnswer']);
const NETWORK = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
const STATUSES = new Set([500, 502, 503, 504]);

export type Kind = 'throttled' | 'transient' | 'final';

export const kindOf = (error: unknown): Kind => {
  const { name, code } = error as { readonly name?: string; readonly code?: string };
  const status = error instanceof ServiceError ? error.$metadata.httpStatusCode : 0;
  if (status === 429 || THROTTLING.has(name ?? '')) return 'throttled';
  // HPE_…: what came is no HTTP, as from a connection whose answers are out of step.
  const isOfWire = NETWORK.has(code ?? '') || code?.startsWith('HPE_') === true;
  const passes = isOfWire || TRANSIENT.has(name ?? '') || STATUSES.has(status);
  return passes ? 'transient' : 'final';
};

const CAPACITY = 500;
const COST = { throttled: 5, transient: 14 } as const;
const BASE: Readonly<Record<keyof typeof COST, Ms>> = { throttled: seconds(1), transient: 50 };
const LONGEST: Ms = seconds(20);

export type Retrying = {
  readonly maxAttempts: number;
  readonly sleep?: Sleep;
  /** From 0 up to 1. */
  readonly random?: () => number;
};

/** @returns a function that runs a try until it answers, fails for good, or tries or budget are at their end */
export const retrying = ({ maxAttempts, sleep = wait, random = Math.random }: Retrying) => {
  let budget = CAPACITY;
  return async <T>(attempt: (again: () => void) => Promise<T>): Promise<T> => {
    let paid = 1;
    for (let tries = 1; ; tries++) {
      let corrected = false;
      try {
        const answer = await attempt(() => {
          corrected = true;
        });
        budget = Math.min(CAPACITY, budget + paid);
        return answer;
      } catch (error) {
        const found = kindOf(error);
        const kind = found === 'final' && corrected ? 'transient' : found;
        if (kind === 'final' || tries >= maxAttempts || budget < COST[kind]) throw error;
        paid = COST[kind];
        budget -= paid;
        await sleep(random() * Math.min(LONGEST, BASE[kind] * 2 ** (tries - 1)));
      }
    }
  };
};
