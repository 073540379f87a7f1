// Streams, tables, buckets, queues and secrets from `resources:`.
import { hours, seconds } from '../../shared/time.ts';
import type { Complaints, Fields } from './fields.ts';
import { fieldsOf } from './fields.ts';
import { expiries } from './lifecycle.ts';
import type { BucketTemplate, QueueTemplate, SecretTemplate, StreamTemplate, TableTemplate } from './template.ts';
import { refuse, type Tree } from './tree.ts';

/** Types that the local run has no use for. */
const NOT_LOCAL = [
  'AWS::ApiGatewayV2::ApiMapping',
  'AWS::ApiGatewayV2::DomainName',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Events::Rule',
  'AWS::Glue::Database',
  'AWS::IAM::Role',
  'AWS::IoT::TopicRule',
  'AWS::KMS::Alias',
  'AWS::Logs::SubscriptionFilter',
  'AWS::Pipes::Pipe',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
];
/** Field that holds the name, and the fields that may stand beside it. */
const TYPES: Readonly<Record<string, readonly [string, ...string[]]>> = {
  'AWS::Kinesis::Stream': [
    'Name',
    'ShardCount',
    'StreamModeDetails',
    'RetentionPeriodHours',
    'StreamEncryption',
    'DesiredShardLevelMetrics',
  ],
  'AWS::DynamoDB::Table': [
    'TableName',
    'BillingMode',
    'AttributeDefinitions',
    'KeySchema',
    'TimeToLiveSpecification',
    'SSESpecification',
    'PointInTimeRecoverySpecification',
    'DeletionProtectionEnabled',
  ],
  'AWS::S3::Bucket': [
    'BucketName',
    'BucketEncryption',
    'PublicAccessBlockConfiguration',
    'OwnershipControls',
    'VersioningConfiguration',
    'LifecycleConfiguration',
  ],
  'AWS::KMS::Key': ['Description', 'EnableKeyRotation', 'PendingWindowInDays', 'KeyPolicy'],
  'AWS::SecretsManager::Secret': ['Name', 'Description', 'SecretString', 'KmsKeyId'],
  'AWS::SQS::Queue': [
    'QueueName',
    'DelaySeconds',
    'VisibilityTimeout',
    'MessageRetentionPeriod',
    'SqsManagedSseEnabled',
    'KmsMasterKeyId',
    'KmsDataKeyReusePeriodSeconds',
  ],
};

export type Resource = {
  readonly logicalId: string;
  readonly type: string;
  readonly name: string;
  readonly fields: Fields;
};

/** `resources:` is one map or a list of them, merged. */
export const entriesOf = (tree: Tree | undefined): readonly (readonly [string, Tree])[] => {
  if (tree === undefined || tree.kind === 'scalar') return [];
  if (tree.kind === 'list') return tree.items.flatMap(entriesOf);
  const resources = tree.fields.get('Resources');
  return resources?.kind === 'map' ? [...resources.fields] : [];
};

export const readResources = (tree: Tree | undefined, complaints: Complaints): readonly Resource[] => {
  const literal = (t: Tree): string =>
    t.kind === 'scalar' ? String(t.value) : refuse(t.at, 'a name is plain text here');
  return entriesOf(tree).flatMap(([logicalId, entry]): readonly Resource[] => {
    const resource = fieldsOf(entry, logicalId, complaints, literal);
    const type = resource.text('Type');
    const known = TYPES[type];
    if (known === undefined) {
      if (!NOT_LOCAL.includes(type))
        complaints.say(entry.at, `unknown type ${type}; known are ${[...Object.keys(TYPES), ...NOT_LOCAL].join(', ')}`);
      return [];
    }
    const properties = resource.tree('Properties');
    if (properties === undefined) complaints.say(entry.at, `${logicalId} has no "Properties"`);
    const fields = fieldsOf(properties ?? entry, `${type} ${logicalId}`, complaints, literal, known);
    return [{ logicalId, type, name: fields.text(known[0]), fields }];
  });
};

export const streamOf = ({ logicalId, name, fields }: Resource): StreamTemplate => {
  const onDemand = fields.map('StreamModeDetails').text('StreamMode', 'PROVISIONED') === 'ON_DEMAND';
  return {
    name,
    logicalId,
    onDemand,
    shards: onDemand ? 4 : fields.number('ShardCount'),
    retentionMs: hours(fields.number('RetentionPeriodHours', 24)),
  };
};

export const tableOf = ({ logicalId, name, fields }: Resource, complaints: Complaints): TableTemplate => {
  const keys = new Map<string, string>();
  for (const key of fields.list('KeySchema')) {
    const { text } = fieldsOf(key, 'KeySchema', complaints, (t) => (t.kind === 'scalar' ? String(t.value) : ''));
    keys.set(text('KeyType'), text('AttributeName'));
  }
  const hashKey = keys.get('HASH');
  if (hashKey === undefined) complaints.say(fields.at, `${logicalId} has no HASH key`);
  const ttl = fields.map('TimeToLiveSpecification');
  return {
    name,
    logicalId,
    hashKey: hashKey ?? '',
    rangeKey: keys.get('RANGE') ?? null,
    ttl: ttl.flag('Enabled', false) ? ttl.text('AttributeName') : null,
  };
};

export const secretOf = ({ logicalId, name, fields }: Resource): SecretTemplate => ({
  name,
  logicalId,
  text: fields.text('SecretString', ''),
});

export const bucketOf = ({ logicalId, name, fields }: Resource, complaints: Complaints): BucketTemplate => ({
  name,
  logicalId,
  expires: expiries(fields, complaints),
});

/** Defaults are those of SQS. */
export const queueOf = ({ logicalId, name, fields }: Resource): QueueTemplate => ({
  name,
  logicalId,
  delayMs: seconds(fields.number('DelaySeconds', 0)),
  visibilityMs: seconds(fields.number('VisibilityTimeout', 30)),
  retentionMs: seconds(fields.number('MessageRetentionPeriod', 345_600)),
});
