// A secret of Secrets Manager, read anew from time to time: a changed one is in force everywhere within `fresh`.
import { secretsCalls } from '#aws/secrets-manager';
import { Fault } from '../faults.ts';
import type { Clock } from '../ports.ts';
import { type Ms, minutes } from '../time.ts';

export type SecretOptions<T> = {
  /** Its name or ARN. */
  readonly secret: string;
  /** Reads the text; what it throws is as if the secret could not be had. */
  readonly parse: (text: string) => T;
  readonly clock: Clock;
  /** How long a value is taken without asking; 1 minute. */
  readonly fresh?: Ms;
  /** How long the last value is taken while asking fails; 15 minutes. */
  readonly stale?: Ms;
  /** Told why a value could not be had. */
  readonly onFailure?: (error: unknown) => void;
};

/** @returns the value; it throws when there is none that is young enough */
export const secretValue = <T>(options: SecretOptions<T>): (() => Promise<T>) => {
  const { secret, parse, clock, fresh = minutes(1), stale = minutes(15) } = options;
  const calls = secretsCalls();
  let known: { readonly value: T; readonly read: number } | undefined;
  let asked = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;
  const ask = async (): Promise<void> => {
    const now = clock.now();
    asked = now;
    try {
      const { SecretString } = await calls('GetSecretValue', { SecretId: secret });
      known = { value: parse(SecretString ?? ''), read: now };
    } catch (error) {
      options.onFailure?.(error);
    } finally {
      asking = undefined;
    }
  };
  return async () => {
    // After a failure with a value at hand the next question waits its turn too: producers must not wait for a service that is down.
    if (known === undefined || clock.now() - asked >= fresh) {
      asking ??= ask();
      await asking;
    }
    if (known !== undefined && clock.now() - known.read < stale) return known.value;
    throw new Fault('secret.unavailable', `${secret} cannot be read`);
  };
};
