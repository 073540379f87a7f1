// WITH options as Flink's connectors want them: those of Millrace left out, those that a connector needs added.
import type { CreateTable, OptionNode, Span } from '../../shared/query/ast.ts';

/** What stands for the user's region and account where the SQL names none. */
export const REGION = 'REGION';
const ACCOUNT = 'ACCOUNT';

type Needs = (table: string, written: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;

const JSON_FORMAT = { format: 'json', 'json.timestamp-format.standard': 'ISO-8601' };

/** What aws-msk-iam-auth wants beside the mechanism's name. */
const loginOf: (written: Readonly<Record<string, string>>) => Readonly<Record<string, string>> = (written) =>
  written['properties.sasl.mechanism'] === 'AWS_MSK_IAM'
    ? {
        'properties.sasl.jaas.config': 'software.amazon.msk.auth.iam.IAMLoginModule required;',
        'properties.sasl.client.callback.handler.class': 'software.amazon.msk.auth.iam.IAMClientCallbackHandler',
      }
    : {};

/** Options that a connector of Flink cannot do without, by its documentation (flink-connector-aws 5, JDBC 3, OpenSearch 2). */
const NEEDS: Readonly<Record<string, Needs>> = {
  kinesis: (table) => ({
    'stream.arn': `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/${table}`,
    'aws.region': REGION,
    ...JSON_FORMAT,
  }),
  dynamodb: (table) => ({ 'table-name': table, 'aws.region': REGION }),
  firehose: (table) => ({ 'delivery-stream': table, 'aws.region': REGION, ...JSON_FORMAT }),
  sqs: () => ({ 'aws.region': REGION, ...JSON_FORMAT }),
  filesystem: () => ({ format: 'parquet' }),
  jdbc: (table) => ({ 'table-name': table }),
  'opensearch-2': (table) => ({ index: table }),
  'http-sink': () => JSON_FORMAT,
  kafka: (_, written) => loginOf(written),
  'upsert-kafka': (_, written) => loginOf(written),
};

const written = (node: CreateTable): readonly OptionNode[] =>
  node.options.filter((o) => !o.key.startsWith('millrace.'));

export const connectorOf = (node: CreateTable): string => node.options.find((o) => o.key === 'connector')?.value ?? '';

/** Whether Flink has a connector of this name. */
export const isOfFlink = (connector: string): boolean => Object.hasOwn(NEEDS, connector);

const AT: Span = { line: 0, col: 0, start: 0, end: 0 };

/** The statement for Flink. What the user wrote stays; a format that was written keeps its own options. */
export const forFlink = (node: CreateTable): CreateTable => {
  const own = written(node);
  const has = (key: string): boolean => own.some((o) => o.key === key);
  const values = Object.fromEntries(own.map((o) => [o.key, o.value]));
  const added = Object.entries(NEEDS[connectorOf(node)]?.(node.name.name, values) ?? {}).filter(
    ([key]) => !has(key) && !(key.startsWith('json.') && has('format')),
  );
  return {
    ...node,
    options: [...own, ...added.map(([key, value]) => ({ key, value, keyAt: AT, valueAt: AT }))],
  };
};
