// The connectors of destinations and the options each takes, in Flink's own names where Flink has the connector.
import type { CreateTable, OptionNode } from '../ast.ts';
import type { TablePlan } from '../plan.ts';
import { didYouMean, listed, type Problems } from '../problem.ts';
import { KAFKA, UPSERT_KAFKA } from './kafka-connector.ts';
import type { Given, Problem } from './kafka-values.ts';

export type Connector = TablePlan['connector'];

type Rule = {
  readonly needs: readonly string[];
  readonly may: readonly string[];
  /** Options of Flink's connector that would change what is written, and that nobody reads here: why. */
  readonly unheeded?: Readonly<Record<string, string>>;
  /** What is wrong with a value, or null. */
  readonly wrong?: (key: string, value: string) => string | null;
  /** Whether a row takes the place of the one before it with the same key; otherwise each is a message. */
  readonly keyed: boolean;
  /** What is wrong with options that belong together, and with the table itself. */
  readonly together?: (node: CreateTable, given: Given) => readonly Problem[];
};

const shaped =
  (shapes: Readonly<Record<string, readonly [RegExp, string]>>) =>
  (key: string, value: string): string | null => {
    const shape = shapes[key];
    return shape === undefined || shape[0].test(value) ? null : shape[1];
  };

const REDSHIFT = shaped({
  hostname: [
    /^[a-z0-9-]+\.[a-z0-9]+\.[a-z0-9-]+\.redshift(-serverless)?\.amazonaws\.com(\.cn)?$/,
    'write the endpoint as Redshift shows it: shop.c9aklmwyabcd.eu-north-1.redshift.amazonaws.com',
  ],
  'iam-role-arn': [
    /^arn:aws[\w-]*:iam::\d{12}:role\/\S+$/,
    'write the role that COPY reads S3 with: arn:aws:iam::account:role/name',
  ],
  'sink.write.mode': [/^COPY$/, 'COPY alone is written'],
  'millrace.workgroup-arn': [
    /^arn:aws[\w-]*:redshift-serverless:[\w-]+:\d{12}:workgroup\/[\w-]+$/,
    'write arn:aws:redshift-serverless:region:account:workgroup/id',
  ],
});

/** What is written, whatever Flink's connector could write. */
const AS_JSON = [/^json$/, "rows are written as 'json'"] as const;

/** `any`: options of these are the business of Flink alone, and pass through. */
const RULES: Readonly<Record<Exclude<Connector, 'kinesis' | 'dynamodb' | 'filesystem'>, Rule>> = {
  jdbc: {
    needs: ['url'],
    may: [
      'table-name',
      'driver',
      'username',
      'password',
      'sink.buffer-flush.max-rows',
      'sink.buffer-flush.interval',
      'sink.max-retries',
      'sink.parallelism',
    ],
    keyed: true,
    wrong: (key, value) => {
      if (key === 'password')
        return 'a password does not belong into SQL; put it into the secret that --param warehouseSecret names';
      if (key !== 'url') return null;
      if (/^jdbc:postgresql:\/\/[^\s:@/]+(:\d+)?\/\S+$/.test(value)) return null;
      if (value.startsWith('jdbc:redshift:'))
        return "write 'connector' = 'redshift' with 'hostname', 'database-name' and 'iam-role-arn' (docs/destinations.md)";
      return 'write jdbc:postgresql://host:5432/database, without a password';
    },
  },
  redshift: {
    needs: ['hostname', 'database-name', 'iam-role-arn'],
    may: [
      'port',
      'table-name',
      'username',
      'password',
      'sink.write.mode',
      'sink.write.temp.s3-uri',
      'millrace.workgroup-arn',
    ],
    keyed: true,
    wrong: (key, value) => {
      if (key === 'password')
        return 'a password does not belong into SQL; put it into the secret that --param warehouseSecret names';
      return REDSHIFT(key, value);
    },
  },
  'opensearch-2': {
    needs: ['hosts'],
    unheeded: {
      username: 'requests are signed with the function’s role; leave it out',
      password: 'requests are signed with the function’s role, and a password does not belong into SQL; leave it out',
      'connection.path-prefix': 'requests go to the root of the host; leave it out',
      'document-id.key-delimiter': 'a document’s id is the key as a JSON list; leave it out',
    },
    may: ['index', 'format', 'sink.bulk-flush.max-actions', 'sink.bulk-flush.max-size', 'sink.bulk-flush.interval'],
    keyed: true,
    wrong: shaped({ hosts: [/^https?:\/\/[^\s;/]+$/, 'write one host, https://search.example'], format: AS_JSON }),
  },
  eventbridge: {
    needs: ['bus'],
    may: ['source', 'millrace.alert'],
    keyed: false,
    wrong: shaped({
      bus: [
        /^(?:arn:aws[\w-]*:events:[\w-]+:\d{12}:event-bus\/)?[\w./-]{1,256}$/,
        'write the name of an event bus or its ARN',
      ],
      source: [/^(?!aws\.)[\w.-]{1,256}$/, 'write the source that rules match, such as shop.orders; aws. is reserved'],
    }),
  },
  sns: {
    needs: ['topic-arn'],
    may: ['millrace.alert'],
    keyed: false,
    wrong: shaped({
      'topic-arn': [/^arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w-]+(\.fifo)?$/, 'write arn:aws:sns:region:account:name'],
    }),
  },
  sqs: {
    needs: ['queue-url'],
    may: ['millrace.alert'],
    keyed: false,
    wrong: shaped({
      'queue-url': [
        /^https?:\/\/[^\s/]+\/\d{12}\/[\w-]+(\.fifo)?$/,
        'write https://sqs.region.amazonaws.com/account/name',
      ],
    }),
  },
  firehose: {
    needs: ['delivery-stream'],
    may: ['aws.region', 'format', 'sink.batch.max-size'],
    keyed: false,
    wrong: shaped({
      'delivery-stream': [/^[\w.-]{1,64}$/, 'write the name of a delivery stream'],
      format: AS_JSON,
    }),
  },
  'http-sink': {
    needs: ['url'],
    may: ['method', 'format', 'millrace.alert'],
    keyed: false,
    wrong: shaped({
      url: [/^https?:\/\/\S+$/, 'write https://host/path'],
      method: [/^POST$/, 'POST alone is sent'],
      format: AS_JSON,
    }),
  },
  kafka: KAFKA,
  'upsert-kafka': UPSERT_KAFKA,
};

export const CONNECTORS: readonly Connector[] = [
  'kinesis',
  'dynamodb',
  'filesystem',
  ...(Object.keys(RULES) as (keyof typeof RULES)[]),
];

/** Options of ours that belong to single connectors. */
export const OF_CONNECTORS = ['millrace.workgroup-arn', 'millrace.cluster-arn', 'millrace.secret-arn'];
/** Values that may hold a password. */
const SECRET = /^(password|properties\.sasl\.jaas\.config)$/;

/** Options that any connector of a destination takes. */
const COMMON = /^(connector$|millrace\.(?!alert))/;
const isCommon = (key: string): boolean => COMMON.test(key) && !OF_CONNECTORS.includes(key);

/** Of a destination whose rows go outside: the options it needs, and those that nobody reads. */
export const checkConnector = (node: CreateTable, connector: Connector | null, problems: Problems): void => {
  const rule = connector === null ? undefined : (RULES as Readonly<Record<string, Rule>>)[connector];
  if (rule === undefined || node.options.some((o) => o.key === 'millrace.reference')) return;
  const known = [...rule.needs, ...rule.may];
  const given = new Map<string, OptionNode>(node.options.map((o) => [o.key, o]));
  for (const need of rule.needs)
    if (!given.has(need))
      problems.add(
        node.name.at,
        `CREATE TABLE ${node.name.name}: the connector '${connector}' needs WITH ('${need}' = …)`,
      );
  for (const option of node.options) {
    if (isCommon(option.key)) continue;
    const unheeded = rule.unheeded?.[option.key];
    if (unheeded !== undefined) {
      problems.add(option.keyAt, `WITH: '${option.key}' of '${connector}' is not heeded here: ${unheeded}`);
      continue;
    }
    if (!known.includes(option.key)) {
      problems.add(
        option.keyAt,
        `WITH: '${option.key}' is no option of '${connector}'.${didYouMean(option.key, known)} Options: ${listed(known)}`,
      );
      continue;
    }
    const wrong = rule.wrong?.(option.key, option.value);
    if (wrong)
      problems.add(
        option.valueAt,
        `WITH: '${option.key}' = '${SECRET.test(option.key) ? '…' : option.value}': ${wrong}`,
      );
  }
  for (const { at, message } of rule.together?.(node, given) ?? []) problems.add(at, message);
};
