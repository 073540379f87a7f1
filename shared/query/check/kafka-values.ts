// Values that the options of 'kafka' and 'upsert-kafka' may have, and which belong together for a login.
import type { OptionNode, Span } from '../ast.ts';
import { LOGINS, loginOf } from '../kafka-options.ts';

export type Problem = { readonly at: Span; readonly message: string };

/** The place of a login in the secret, and of nothing in SQL. */
const NO_PASSWORD =
  'a password does not belong into SQL; put it into the secret that \'millrace.secret-arn\' names, as {"username": …, "password": …}';

/** What each may be. Flink takes more; what is not written here would be heeded by nobody. */
const SHAPES: Readonly<Record<string, readonly [RegExp, string]>> = {
  topic: [/^(?!\.{1,2}$)[\w.-]{1,249}$/, 'write the name of one topic: letters, digits, dots, _ and -'],
  'properties.bootstrap.servers': [
    /^[^\s:,]+:\d{1,5}(,[^\s:,]+:\d{1,5})*$/,
    'write HOST:PORT, several parted by commas',
  ],
  'properties.security.protocol': [
    /^(PLAINTEXT|SSL|SASL_SSL)$/,
    'write PLAINTEXT, SSL or SASL_SSL; a login without TLS is not sent',
  ],
  'properties.sasl.mechanism': [/^(AWS_MSK_IAM|SCRAM-SHA-512|PLAIN)$/, 'write AWS_MSK_IAM, SCRAM-SHA-512 or PLAIN'],
  'properties.sasl.jaas.config': [/^software\.amazon\.msk\.auth\.iam\.IAMLoginModule required;$/, NO_PASSWORD],
  'properties.sasl.client.callback.handler.class': [
    /^software\.amazon\.msk\.auth\.iam\.IAMClientCallbackHandler$/,
    'write software.amazon.msk.auth.iam.IAMClientCallbackHandler, or leave it out',
  ],
  'properties.compression.type': [/^(none|gzip|snappy|lz4|zstd)$/, 'write none, gzip, snappy, lz4 or zstd'],
  format: [/^json$/, "rows are written as 'json'"],
  'value.format': [/^json$/, "rows are written as 'json'"],
  'key.format': [/^(json|raw)$/, "write 'json', or 'raw' for a key of one STRING column as it is"],
  'value.fields-include': [/^(ALL|EXCEPT_KEY)$/, 'write ALL or EXCEPT_KEY'],
  'sink.delivery-guarantee': [
    /^at-least-once$/,
    "write 'at-least-once': a record that comes again has the same headers ce_id and ce_revision",
  ],
  'millrace.cluster-arn': [
    /^arn:aws[\w-]*:kafka:[\w-]+:\d{12}:cluster\/[\w-]+\/[\w-]+$/,
    'write arn:aws:kafka:region:account:cluster/name/id',
  ],
  'millrace.secret-arn': [
    /^arn:aws[\w-]*:secretsmanager:[\w-]+:\d{12}:secret:\S+$/,
    'write arn:aws:secretsmanager:region:account:secret:name-1a2b3c',
  ],
};

/** Formats of Flink that tell what a row was before. */
const CHANGES = /^(debezium-json|canal-json|maxwell-json|ogg-json|changelog-json|debezium-avro-confluent)$/;

/** What is wrong with a value, or null. */
export const wrongValue = (key: string, value: string): string | null => {
  if (/format$/.test(key) && CHANGES.test(value))
    return "that format tells what a row was before, which a destination here is not told; write 'upsert-kafka', whose record takes the place of the one before";
  const shape = SHAPES[key];
  return shape === undefined || shape[0].test(value) ? null : shape[1];
};

/** Options that both connectors take. */
export const IN_COMMON = [
  'properties.security.protocol',
  'properties.sasl.mechanism',
  'properties.sasl.jaas.config',
  'properties.sasl.client.callback.handler.class',
  'properties.compression.type',
  'value.fields-include',
  'sink.delivery-guarantee',
  'millrace.cluster-arn',
  'millrace.secret-arn',
];

export type Given = ReadonlyMap<string, OptionNode>;

export const loginProblems = (given: Given): readonly Problem[] => {
  const options = Object.fromEntries([...given].map(([key, o]) => [key, o.value]));
  const at = (given.get('properties.sasl.mechanism') ?? given.get('properties.security.protocol'))?.valueAt;
  const login = loginOf(options);
  if (login === undefined && at !== undefined) {
    const known = LOGINS.map((l) => (l.mechanism === undefined ? l.protocol : `${l.protocol} with ${l.mechanism}`));
    const message = `WITH: 'properties.security.protocol' and 'properties.sasl.mechanism' go together: ${known.join(', ')}`;
    return [{ at, message }];
  }
  const needs = (key: string, why: string): readonly Problem[] =>
    at === undefined || given.has(key) ? [] : [{ at, message: `WITH: ${why}; write '${key}' = 'arn:…'` }];
  if (login === 'iam')
    return needs(
      'millrace.cluster-arn',
      'AWS_MSK_IAM needs the cluster by its name in IAM, for the role of write-topic',
    );
  if (login === 'scram' || login === 'plain')
    return needs('millrace.secret-arn', 'a login by name and password needs the secret that holds them');
  return [];
};
