// What the roles of the sinks must be allowed for the tables of a pipeline: the plugin adds it when a stage is packaged.
import { warehouseOf } from '../../shared/destinations/redshift.ts';
import { getOrMake } from '../../shared/get-or-make.ts';
import type { Plan, TablePlan } from '../../shared/query/plan.ts';
import { FUNCTION } from './of-connector.ts';

/** One statement of a policy; a `Fn::Sub` where the account or region is the stack's own. */
export type Statement = {
  readonly Effect: 'Allow';
  readonly Action: string | readonly string[];
  readonly Resource: readonly (string | { readonly 'Fn::Sub': string })[];
};
export type Grants = Readonly<Record<string, readonly Statement[]>>;

type Resource = Statement['Resource'][number];

const own = (service: string, rest: string): Resource => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`,
});

/** `https://sqs.eu-north-1.amazonaws.com/123456789012/name` */
const queueArn = (url: string): Resource => {
  const found = /^https:\/\/sqs\.([\w-]+)\.amazonaws\.com(?:\.cn)?\/(\d{12})\/([\w.-]+)$/.exec(url);
  if (found) return { 'Fn::Sub': `arn:\${AWS::Partition}:sqs:${found[1]}:${found[2]}:${found[3]}` };
  return own('sqs', url.split('/').at(-1) ?? '');
};

/** Addresses of domains and collections hold their names; one behind a name of your own needs a grant of your own. */
const searchGrant = (host: string): Statement | null => {
  const { hostname } = new URL(host);
  const domain = /^(?:search|vpc)-(.+)-[a-z0-9]{26}\.([\w-]+)\.es\.amazonaws\.com$/.exec(hostname);
  if (domain)
    return {
      Effect: 'Allow',
      Action: ['es:ESHttpPost', 'es:ESHttpPut'],
      Resource: [{ 'Fn::Sub': `arn:\${AWS::Partition}:es:${domain[2]}:\${AWS::AccountId}:domain/${domain[1]}/*` }],
    };
  const collection = /^([a-z0-9]{20})\.([\w-]+)\.aoss\.amazonaws\.com$/.exec(hostname);
  if (!collection) return null;
  return {
    Effect: 'Allow',
    Action: 'aoss:APIAccessAll',
    Resource: [
      { 'Fn::Sub': `arn:\${AWS::Partition}:aoss:${collection[2]}:\${AWS::AccountId}:collection/${collection[1]}` },
    ],
  };
};

/** Statements can be asked after by whoever made them; AWS takes no narrower resource there. */
const redshiftGrants = (hostname: string, workgroupArn: string | undefined): readonly Statement[] => {
  const found = warehouseOf(hostname);
  if (found === null) return [];
  const own = `arn:\${AWS::Partition}:redshift:${found.region}:\${AWS::AccountId}:cluster:`;
  const where: Resource | undefined = 'cluster' in found ? { 'Fn::Sub': `${own}${found.cluster}` } : workgroupArn;
  return [
    ...(where === undefined ? [] : [one('redshift-data:BatchExecuteStatement', where)]),
    one('redshift-data:DescribeStatement', '*'),
  ];
};

const one = (Action: Statement['Action'], Resource: Resource): Statement => ({
  Effect: 'Allow',
  Action,
  Resource: [Resource],
});

/** On Amazon MSK with IAM the topic and its cluster, by the cluster's ARN; with a name and password the secret. */
const topicGrants = (options: TablePlan['options']): readonly Statement[] => {
  const { topic = '', 'millrace.cluster-arn': cluster, 'millrace.secret-arn': secret } = options;
  return [
    ...(cluster === undefined
      ? []
      : [
          one(['kafka-cluster:Connect', 'kafka-cluster:WriteDataIdempotently'], cluster),
          one(
            ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'],
            `${cluster.replace(':cluster/', ':topic/')}/${topic}`,
          ),
        ]),
    ...(secret === undefined ? [] : [one('secretsmanager:GetSecretValue', secret)]),
  ];
};

type Grant = { readonly role: string; readonly statement: Statement };

const grantOf = ({ connector, options }: TablePlan): Grant | null => {
  const option = (key: string): string => options[key] ?? '';
  switch (connector) {
    case 'sns':
      return { role: 'PublishRole', statement: one('sns:Publish', option('topic-arn')) };
    case 'sqs':
      return { role: 'PublishRole', statement: one('sqs:SendMessage', queueArn(option('queue-url'))) };
    case 'eventbridge': {
      const bus = option('bus');
      return {
        role: 'PublishRole',
        statement: one('events:PutEvents', bus.startsWith('arn:') ? bus : own('events', `event-bus/${bus}`)),
      };
    }
    case 'firehose':
      return {
        role: 'PublishRole',
        statement: one('firehose:PutRecordBatch', own('firehose', `deliverystream/${option('delivery-stream')}`)),
      };
    case 'opensearch-2': {
      const statement = searchGrant(option('hosts'));
      return statement && { role: 'WriteSearchRole', statement };
    }
    default:
      return null;
  }
};

const grantsFor = (table: TablePlan): readonly Grant[] => {
  if (table.connector === 'redshift')
    return redshiftGrants(table.options.hostname ?? '', table.options['millrace.workgroup-arn']).map((statement) => ({
      role: 'WriteWarehouseRole',
      statement,
    }));
  if (FUNCTION[table.connector] === 'write-topic')
    return topicGrants(table.options).map((statement) => ({ role: 'WriteTopicRole', statement }));
  const found = grantOf(table);
  return found === null ? [] : [found];
};

/** Statements by logical id of a role; tables of one service share a statement. */
export const grantsOf = (plan: Plan): Grants => {
  const out = new Map<string, Map<string, Statement>>();
  for (const found of plan.tables.flatMap(grantsFor)) {
    const mine = getOrMake(out, found.role, () => new Map<string, Statement>());
    const action = String(found.statement.Action);
    const before = mine.get(action)?.Resource ?? [];
    const isKnown = (r: Resource): boolean => before.some((b) => JSON.stringify(b) === JSON.stringify(r));
    const fresh = found.statement.Resource.filter((r) => !isKnown(r));
    mine.set(action, { ...found.statement, Resource: [...before, ...fresh] });
  }
  return Object.fromEntries([...out].map(([role, statements]) => [role, [...statements.values()]]));
};

/** The parameter that turns the function of a connector on. */
export const SWITCH: Readonly<Partial<Record<TablePlan['connector'], string>>> = {
  dynamodb: 'table',
  filesystem: 'lake',
  jdbc: 'warehouse',
  redshift: 'warehouse',
  'opensearch-2': 'search',
  eventbridge: 'publish',
  sns: 'publish',
  sqs: 'publish',
  firehose: 'publish',
  'http-sink': 'webhooks',
  kafka: 'topics',
  'upsert-kafka': 'topics',
};
