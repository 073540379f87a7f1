// Errors of the SDK as Faults.
import { Fault, type FaultCode } from '../faults.ts';

const THROTTLING = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'RequestLimitExceeded',
  'LimitExceededException',
  'KMSThrottlingException',
  'TooManyRequestsException',
  'RequestThrottled',
  'SlowDown',
]);

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

export const isNamed = (error: unknown, ...names: readonly string[]): boolean => names.includes(nameOf(error));

export const httpStatus = (error: unknown): number | undefined =>
  (error as { readonly $metadata?: { readonly httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;

/**
 * Runs a call and throws a Fault for whatever it throws.
 * @param what  the call and its target, as the message shall name them: `PutRecords raw`
 * @param codes the Fault for a refusal for want of capacity, and for everything else
 */
export const faulting = async <T>(
  what: string,
  codes: { readonly throttled: FaultCode; readonly unavailable: FaultCode },
  call: () => Promise<T>,
): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Fault || error instanceof RangeError) throw error;
    const message = `${what}: ${nameOf(error)}: ${error instanceof Error ? error.message : String(error)}`;
    throw new Fault(THROTTLING.has(nameOf(error)) ? codes.throttled : codes.unavailable, message, error);
  }
};
