// Connections to the brokers: one producer and one admin for all streams of a process that have the same settings.
import { Admin, Producer, type SASLOptions } from '@platformatic/kafka';
import { mskToken } from '../aws/msk-token.ts';
import { secretValue } from '../aws/secret.ts';
import type { Env } from '../aws/settings.ts';
import { systemClock } from '../ports.ts';
import { type KafkaSettings, kafkaSettings } from './settings.ts';

export type KafkaClient = {
  readonly producer: Producer;
  readonly admin: Admin;
  readonly settings: KafkaSettings;
};

type Login = { readonly username: string; readonly password: string };

const loginOf = (text: string): Login => {
  const { username, password } = JSON.parse(text) as Partial<Login>;
  if (typeof username !== 'string' || typeof password !== 'string')
    throw new TypeError('the secret is no {"username": …, "password": …}');
  return { username, password };
};

const saslOf = ({ auth, secret }: KafkaSettings, env: Env): SASLOptions | undefined => {
  if (auth === 'none' || auth === 'tls') return undefined;
  if (auth === 'iam') return { mechanism: 'OAUTHBEARER', token: () => mskToken(env) };
  const login = secretValue({ secret, parse: loginOf, clock: systemClock });
  return {
    mechanism: auth === 'plain' ? 'PLAIN' : 'SCRAM-SHA-512',
    username: async () => (await login()).username,
    password: async () => (await login()).password,
  };
};

/** Settings for any client of the package. */
export const connectionOf = (settings: KafkaSettings, env: Env = process.env) => {
  const sasl = saslOf(settings, env);
  return {
    clientId: env.AWS_LAMBDA_FUNCTION_NAME ?? 'millrace',
    bootstrapBrokers: [...settings.brokers],
    ...(settings.auth !== 'none' && { tls: {} }),
    ...(sasl && { sasl }),
    connectTimeout: 5_000, // ms
    requestTimeout: 10_000, // ms; a put may carry 5 MiB
    timeout: 8_000, // ms that a broker waits for its replicas
    retries: 3, // with the pause below; what still fails is the caller's to try again
    retryDelay: 200, // ms
    metadataMaxAge: 60_000, // ms; a leader that moved is heard of at once, by the error
  };
};

const clients = new Map<string, KafkaClient>();

/**
 * acks=all and idempotent: a record counts as put when all replicas in sync have it, and a repeat inside the client stores nothing
 * twice. What the client gave up on may be there twice; positions tell copies apart.
 */
export const kafkaClientOf = (settings: KafkaSettings, env: Env = process.env): KafkaClient => {
  const name = `${env.AWS_LAMBDA_FUNCTION_NAME} ${JSON.stringify(settings)}`;
  const known = clients.get(name);
  if (known !== undefined) return known;
  const connection = connectionOf(settings, { ...env });
  const made = {
    settings,
    producer: new Producer({ ...connection, idempotent: true, acks: -1 }),
    admin: new Admin(connection),
  };
  clients.set(name, made);
  return made;
};

/** For the log that a stage is chained by. */
export const kafkaClient = (env: Env = process.env): KafkaClient => kafkaClientOf(kafkaSettings(env), env);

/** For a process that goes on without Kafka. */
export const closeKafka = async (): Promise<void> => {
  const open = [...clients.values()];
  clients.clear();
  await Promise.all(open.flatMap(({ producer, admin }) => [producer.close(true), admin.close()]));
};
