// What the options of a table with the connector 'kafka' or 'upsert-kafka' say, in Flink's names.
import type { Auth } from '../kafka/settings.ts';

type Options = Readonly<Record<string, string>>;

/** How brokers know who speaks: `properties.security.protocol` and `properties.sasl.mechanism`. */
export const LOGINS: readonly { readonly protocol: string; readonly mechanism?: string; readonly auth: Auth }[] = [
  { protocol: 'PLAINTEXT', auth: 'none' },
  { protocol: 'SSL', auth: 'tls' },
  { protocol: 'SASL_SSL', mechanism: 'AWS_MSK_IAM', auth: 'iam' },
  { protocol: 'SASL_SSL', mechanism: 'SCRAM-SHA-512', auth: 'scram' },
  { protocol: 'SASL_SSL', mechanism: 'PLAIN', auth: 'plain' },
];

/** Without a protocol brokers are spoken to in the clear, as Kafka's own clients do. Undefined: no login of ours. */
export const loginOf = (options: Options): Auth | undefined => {
  const { 'properties.security.protocol': protocol = 'PLAINTEXT', 'properties.sasl.mechanism': mechanism } = options;
  return LOGINS.find((l) => l.protocol === protocol && l.mechanism === mechanism)?.auth;
};

/** `json`: an object of the key's columns. `raw`: the text of the one key column. `none`: records have no key. */
export type KeyFormat = 'json' | 'raw' | 'none';

export type RecordShape = {
  /** Columns of the record's key, in their order. */
  readonly key: readonly string[];
  readonly keyFormat: KeyFormat;
  /** Whether the value leaves the key's columns out (`value.fields-include` = EXCEPT_KEY). */
  readonly withoutKey: boolean;
};

/** Columns that `key.fields` names: `store;minute_start`. */
export const keyFields = (options: Options): readonly string[] =>
  (options['key.fields'] ?? '')
    .split(';')
    .map((name) => name.trim())
    .filter(Boolean);

/** @param table as it was checked */
export const recordShape = (table: {
  readonly connector: string;
  readonly primaryKey: readonly string[];
  readonly options: Options;
}): RecordShape => {
  const key = table.connector === 'upsert-kafka' ? table.primaryKey : keyFields(table.options);
  return {
    key,
    keyFormat: key.length === 0 ? 'none' : table.options['key.format'] === 'raw' ? 'raw' : 'json',
    withoutKey: table.options['value.fields-include'] === 'EXCEPT_KEY',
  };
};
