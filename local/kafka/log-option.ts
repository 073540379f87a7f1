// `--log kafka [--brokers HOST:PORT,…]`: brokers of the user's own, or one that is started for the call.
import type { Broker } from './broker.ts';

export type LogChoice =
  | { readonly kind: 'kinesis' }
  /** Empty: start one. */
  | { readonly kind: 'kafka'; readonly brokers: readonly string[] };

const ADDRESS = /^[^\s:,]+:\d{1,5}$/;

/** @returns the choice, or what is wrong with it in one line */
export const logChoice = (log = 'kinesis', brokers?: string): LogChoice | string => {
  if (log !== 'kinesis' && log !== 'kafka') return `--log is "${log}"; expected kinesis or kafka`;
  if (log === 'kinesis') return brokers === undefined ? { kind: 'kinesis' } : '--brokers goes with --log kafka';
  const given = brokers === undefined ? [] : brokers.split(',');
  const wrong = given.find((b) => !ADDRESS.test(b));
  return wrong === undefined
    ? { kind: 'kafka', brokers: given }
    : `--brokers: "${wrong}" is no HOST:PORT; several are parted by commas`;
};

/** Calls back with brokers to work with; one that was started for it is stopped afterwards. @throws NoBroker */
export const withBrokers = async <T>(
  brokers: readonly string[],
  tell: (line: string) => void,
  use: (brokers: readonly string[]) => Promise<T>,
): Promise<T> => {
  if (brokers.length > 0) return use(brokers);
  // The client of Kafka takes a while to load, and most calls need none.
  const { startBroker } = await import('./broker.ts');
  const broker: Broker = await startBroker(tell);
  try {
    return await use([broker.address]);
  } finally {
    await broker.close();
  }
};
