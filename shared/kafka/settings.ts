// How a function reaches its brokers, from the environment that the template gives it.
import { type Env, settings } from '../aws/settings.ts';
import { Fault } from '../faults.ts';

export const AUTHS = ['none', 'tls', 'iam', 'scram', 'plain'] as const;
/** none: no TLS, for brokers of this machine. iam: Amazon MSK. scram, plain: SASL with a secret's username and password. */
export type Auth = (typeof AUTHS)[number];

export type KafkaSettings = {
  /** `host:port` */
  readonly brokers: readonly string[];
  readonly auth: Auth;
  /** Name or ARN of the secret {"username": …, "password": …}; '' where none is needed. */
  readonly secret: string;
  /** Partitions of each topic that the run was planned for; null: as many as the topic has. */
  readonly partitions: number | null;
  /** The topic that may grow within the run: `raw`. */
  readonly grows: string | null;
};

/** @throws Fault setting.missing or setting.invalid */
export const kafkaSettings = (env: Env = process.env): KafkaSettings => {
  const { KAFKA_BROKERS } = settings(['KAFKA_BROKERS'], env);
  const auth: string = env.KAFKA_AUTH || 'iam';
  const known: Auth | undefined = AUTHS.find((a) => a === auth);
  if (known === undefined) throw new Fault('setting.invalid', `KAFKA_AUTH is "${auth}"; expected ${AUTHS.join(', ')}`);
  const partitions = env.KAFKA_PARTITIONS ? Number(env.KAFKA_PARTITIONS) : null;
  if (partitions !== null && !(Number.isInteger(partitions) && partitions > 0))
    throw new Fault(
      'setting.invalid',
      `KAFKA_PARTITIONS is "${env.KAFKA_PARTITIONS}"; expected a whole number above 0`,
    );
  const secret = known === 'scram' || known === 'plain' ? settings(['KAFKA_SECRET'], env).KAFKA_SECRET : '';
  return { brokers: KAFKA_BROKERS.split(','), auth: known, secret, partitions, grows: env.RAW_STREAM || null };
};
