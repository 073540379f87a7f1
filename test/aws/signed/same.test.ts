// Both carriers side by side: for the same call they send the same, and of the same answer they tell the same.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Calls, Operations } from '../../../shared/aws/calls.ts';
import type { ClientOptions } from '../../../shared/aws/connection.ts';
import { cloudWatchCalls as sdkCloudWatch } from '../../../shared/aws/sdk/cloudwatch.ts';
import { dynamoCalls as sdkDynamo } from '../../../shared/aws/sdk/dynamodb.ts';
import { eventsCalls as sdkEvents } from '../../../shared/aws/sdk/eventbridge.ts';
import { firehoseCalls as sdkFirehose } from '../../../shared/aws/sdk/firehose.ts';
import { glueCalls as sdkGlue } from '../../../shared/aws/sdk/glue.ts';
import { kinesisCalls as sdkKinesis } from '../../../shared/aws/sdk/kinesis.ts';
import { redshiftCalls as sdkRedshift } from '../../../shared/aws/sdk/redshift-data.ts';
import { s3Calls as sdkS3 } from '../../../shared/aws/sdk/s3.ts';
import { secretsCalls as sdkSecrets } from '../../../shared/aws/sdk/secrets-manager.ts';
import { snsCalls as sdkSns } from '../../../shared/aws/sdk/sns.ts';
import { sqsCalls as sdkSqs } from '../../../shared/aws/sdk/sqs.ts';
import { cloudWatchCalls } from '../../../shared/aws/signed/cloudwatch.ts';
import { dynamoCalls } from '../../../shared/aws/signed/dynamodb.ts';
import { eventsCalls } from '../../../shared/aws/signed/eventbridge.ts';
import { firehoseCalls } from '../../../shared/aws/signed/firehose.ts';
import { glueCalls } from '../../../shared/aws/signed/glue.ts';
import { kinesisCalls } from '../../../shared/aws/signed/kinesis.ts';
import { redshiftCalls } from '../../../shared/aws/signed/redshift-data.ts';
import { s3Calls } from '../../../shared/aws/signed/s3.ts';
import { secretsCalls } from '../../../shared/aws/signed/secrets-manager.ts';
import { snsCalls } from '../../../shared/aws/signed/sns.ts';
import { sqsCalls } from '../../../shared/aws/signed/sqs.ts';
import { answer, startWire, type Told, type Wire } from './given.ts';

let wire: Wire;
beforeAll(async () => {
  wire = await startWire();
});
afterAll(() => wire.close());

type Make = (options: ClientOptions) => Calls<Operations>;
const pair = (ours: unknown, theirs: unknown) => [ours as Make, theirs as Make] as const;
const dynamo = pair(dynamoCalls, sdkDynamo);
const kinesis = pair(kinesisCalls, sdkKinesis);
const sqs = pair(sqsCalls, sdkSqs);
const sns = pair(snsCalls, sdkSns);
const s3 = pair(s3Calls, sdkS3);
const glue = pair(glueCalls, sdkGlue);

const bytes = Buffer.from([0, 1, 254, 255]);
const item = {
  pk: { S: 'é"\u2028' },
  sk: { S: 's' },
  n: { N: '1.5' },
  b: { B: bytes },
  t: { BOOL: true },
  B: { B: bytes },
};
const KEY = { pk: { S: 'p' }, sk: { S: 's' } };
const at = new Date('2026-01-05T09:00:00.123Z');
const json = (value: object): Told =>
  answer(200, JSON.stringify(value), { 'content-type': 'application/x-amz-json-1.1' });
const wired = { ...item, b: { B: 'AAH+/w==' }, B: { B: 'AAH+/w==' } };
const attributes = { type: { DataType: 'String', StringValue: 'a&b' } };
const query = {
  TableName: 't',
  KeyConditionExpression: 'pk = :pk AND sk > :after',
  ExpressionAttributeValues: { ':pk': { S: 'p' }, ':after': { B: bytes } },
  ScanIndexForward: false,
  ConsistentRead: true,
  Limit: 3,
  ExclusiveStartKey: KEY,
};
const put = {
  TableName: 't',
  Item: item,
  ConditionExpression: 'attribute_not_exists(#w) OR #w < :w',
  ExpressionAttributeNames: { '#w': 'v' },
  ExpressionAttributeValues: { ':w': { N: '4' } },
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  ReturnConsumedCapacity: 'TOTAL',
};
const columns = [{ Name: 'a', Type: 'bigint' }];
const partition = { Values: ['2026-01-05', '09'], StorageDescriptor: { Columns: columns, Location: 's3://b/x' } };

type Case = readonly [operation: string, carriers: readonly [Make, Make], input: object, told: Told];
const OF_JSON: readonly Case[] = [
  [
    'GetItem',
    dynamo,
    { TableName: 't', Key: KEY, ConsistentRead: true },
    json({ Item: wired, ConsumedCapacity: { TableName: 't', CapacityUnits: 0.5 } }),
  ],
  ['GetItem', dynamo, { TableName: 't', Key: KEY }, json({})],
  ['PutItem', dynamo, put, json({ ConsumedCapacity: { TableName: 't', CapacityUnits: 2 } })],
  [
    'UpdateItem',
    dynamo,
    {
      TableName: 't',
      Key: KEY,
      UpdateExpression: 'SET #f0 = :f0',
      ExpressionAttributeNames: { '#f0': 'x' },
      ExpressionAttributeValues: { ':f0': { B: bytes } },
    },
    json({}),
  ],
  ['DeleteItem', dynamo, { TableName: 't', Key: KEY }, json({})],
  ['Query', dynamo, query, json({ Items: [wired, wired], Count: 2, ScannedCount: 2, LastEvaluatedKey: KEY })],
  [
    'BatchGetItem',
    dynamo,
    { RequestItems: { t: { Keys: [KEY], ConsistentRead: true } } },
    json({ Responses: { t: [wired] }, UnprocessedKeys: { t: { Keys: [KEY] } } }),
  ],
  [
    'BatchWriteItem',
    dynamo,
    { RequestItems: { t: [{ PutRequest: { Item: item } }] } },
    json({ UnprocessedItems: { t: [{ PutRequest: { Item: wired } }] } }),
  ],
  [
    'PutRecords',
    kinesis,
    {
      StreamName: 's',
      Records: [{ PartitionKey: 'ü', ExplicitHashKey: '340282366920938463463374607431768211455', Data: bytes }],
    },
    json({
      FailedRecordCount: 1,
      Records: [
        { SequenceNumber: '1', ShardId: 'x' },
        { ErrorCode: 'E', ErrorMessage: 'm' },
      ],
    }),
  ],
  [
    'ListShards',
    kinesis,
    { StreamName: 's' },
    json({
      Shards: [
        {
          ShardId: 'x',
          HashKeyRange: { StartingHashKey: '0', EndingHashKey: '1' },
          SequenceNumberRange: { StartingSequenceNumber: '1' },
        },
      ],
      NextToken: 'n',
    }),
  ],
  [
    'GetShardIterator',
    kinesis,
    { StreamName: 's', ShardId: 'x', ShardIteratorType: 'TRIM_HORIZON' },
    json({ ShardIterator: 'i' }),
  ],
  [
    'GetRecords',
    kinesis,
    { ShardIterator: 'i', Limit: 2 },
    json({
      Records: [
        { SequenceNumber: '1', PartitionKey: 'k', Data: 'AAH+/w==', ApproximateArrivalTimestamp: 1767603600.123 },
      ],
      NextShardIterator: 'j',
      MillisBehindLatest: 0,
    }),
  ],
  [
    'SendMessage',
    sqs,
    { QueueUrl: 'http://x/q', MessageBody: 'ü', DelaySeconds: 3 },
    json({ MD5OfMessageBody: 'c03410a5204b21cd8229ff754688d743', MessageId: 'm' }),
  ],
  [
    'PutEvents',
    pair(eventsCalls, sdkEvents),
    { Entries: [{ EventBusName: 'b', Source: 's', DetailType: 't', Detail: '{}', Time: at }] },
    json({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] }),
  ],
  [
    'PutRecordBatch',
    pair(firehoseCalls, sdkFirehose),
    { DeliveryStreamName: 'd', Records: [{ Data: bytes }] },
    json({ FailedPutCount: 0, RequestResponses: [{ RecordId: 'r' }] }),
  ],
  ['GetSecretValue', pair(secretsCalls, sdkSecrets), { SecretId: 's' }, json({ Name: 's', SecretString: 'ü' })],
  [
    'BatchExecuteStatement',
    pair(redshiftCalls, sdkRedshift),
    { Sqls: ['select 1'], Database: 'd', ClientToken: 'c', WorkgroupName: 'w' },
    json({ Id: 'i' }),
  ],
  [
    'DescribeStatement',
    pair(redshiftCalls, sdkRedshift),
    { Id: 'i' },
    json({ Id: 'i', Status: 'FAILED', SubStatements: [{ Id: 'i:1', Error: 'e' }] }),
  ],
  [
    'GetTable',
    glue,
    { DatabaseName: 'd', Name: 't' },
    json({ Table: { Name: 't', VersionId: '3', StorageDescriptor: { Columns: columns } } }),
  ],
  ['CreatePartition', glue, { DatabaseName: 'd', TableName: 't', PartitionInput: partition }, json({})],
  [
    'UpdatePartition',
    glue,
    { DatabaseName: 'd', TableName: 't', PartitionValueList: ['a'], PartitionInput: partition },
    json({}),
  ],
  [
    'GetMetricData',
    pair(cloudWatchCalls, sdkCloudWatch),
    {
      StartTime: new Date('2026-01-05T09:00:00Z'),
      EndTime: new Date('2026-01-05T09:03:00Z'),
      MetricDataQueries: [
        {
          Id: 'bytes',
          MetricStat: { Metric: { Namespace: 'AWS/Kinesis', MetricName: 'IncomingBytes' }, Period: 60, Stat: 'Sum' },
        },
      ],
    },
    json({ MetricDataResults: [{ Id: 'bytes', Timestamps: [1767603600], Values: [9.5] }] }),
  ],
];
const OF_OTHERS: readonly Case[] = [
  [
    'PublishBatch',
    sns,
    {
      TopicArn: 'arn:x',
      PublishBatchRequestEntries: [
        { Id: '0', Message: 'ü & +', MessageAttributes: attributes, MessageGroupId: 'g', MessageDeduplicationId: 'd' },
      ],
    },
    answer(
      200,
      '<R><PublishBatchResult><Successful><member><Id>0</Id><MessageId>m</MessageId></member></Successful><Failed><member><Id>1</Id><Code>c</Code><Message>m</Message><SenderFault>true</SenderFault></member></Failed></PublishBatchResult></R>',
    ),
  ],
  [
    'PutObject',
    s3,
    { Bucket: 'b', Key: "a b/é'(1)*!+&=", Body: bytes, ContentType: 'text/x', IfNoneMatch: '*' },
    answer(200, ''),
  ],
  [
    'GetObject',
    s3,
    { Bucket: 'b', Key: 'day=1/x', Range: 'bytes=0-3' },
    answer(206, 'abcd', { 'content-range': 'bytes 0-3/9' }),
  ],
  ['GetObject', s3, { Bucket: 'b', Key: 'k' }, answer(200, 'abcd')],
  [
    'ListObjectsV2',
    s3,
    { Bucket: 'b', Prefix: 'a&b/', MaxKeys: 7, StartAfter: 'a&b/é', ContinuationToken: 'x+/=' },
    answer(
      200,
      '<?xml version="1.0"?>\n<ListBucketResult><Contents><Key>a&amp;b/\u00fc</Key><Size>3</Size></Contents><NextContinuationToken>n</NextContinuationToken></ListBucketResult>',
    ),
  ],
  [
    'DeleteObjects',
    s3,
    { Bucket: 'b', Keys: ['k', 'é<&>'] },
    answer(200, '<DeleteResult><Error><Key>k</Key><Code>c</Code><Message>m</Message></Error></DeleteResult>'),
  ],
];

const options = (): ClientOptions => ({
  env: { AWS_ENDPOINT_URL: wire.endpoint, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' },
  maxAttempts: 1,
});
/** Bytes are bytes, of whatever class; a field that is undefined is none. */
const shown = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') };
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shown(inner)]));
};
/** What both were told, and what they sent. */
const outcome = async (make: Make, operation: string, input: object, told: Told) => {
  wire.tell(told);
  const output = (await make(options())(operation, input)) as Record<string, unknown>;
  const { $metadata: _, ...said } = output;
  const asked = wire.asked[0] as Wire['asked'][0];
  return { said: shown(said), asked };
};
const some = (asked: Wire['asked'][0], names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, asked.headers[name]]));

describe('a call of', () => {
  test.each(OF_JSON)('%s', async (operation, [ours, theirs], input, told) => {
    const mine = await outcome(ours, operation, input, told);
    const sdks = await outcome(theirs, operation, input, told);
    expect(mine.said).toEqual(sdks.said);
    expect(JSON.parse(mine.asked.body.toString())).toEqual(JSON.parse(sdks.asked.body.toString()));
    const names = ['x-amz-target', 'content-type'];
    expect([mine.asked.method, mine.asked.url, some(mine.asked, names)]).toEqual([
      sdks.asked.method,
      sdks.asked.url,
      some(sdks.asked, names),
    ]);
    const scope = /Credential=a\/\d+\/(\S+),/;
    expect(scope.exec(mine.asked.headers.authorization ?? '')?.[1]).toBe(
      scope.exec(sdks.asked.headers.authorization ?? '')?.[1],
    );
  });

  test.each(OF_OTHERS)('%s', async (operation, [ours, theirs], input, told) => {
    const mine = await outcome(ours, operation, input, told);
    const sdks = await outcome(theirs, operation, input, told);
    expect(mine.said).toEqual(sdks.said);
    const parts = ({ asked }: typeof mine) => {
      const url = new URL(asked.url, 'http://x');
      url.searchParams.delete('x-id'); // names the operation for logs
      url.searchParams.sort();
      return [asked.method, url.pathname, url.search, some(asked, ['range', 'if-none-match'])];
    };
    expect(parts(mine)).toEqual(parts(sdks));
    if (operation === 'PublishBatch')
      expect([...new URLSearchParams(mine.asked.body.toString())].toSorted()).toEqual(
        [...new URLSearchParams(sdks.asked.body.toString())].toSorted(),
      );
    if (operation === 'PutObject') {
      expect(mine.asked.body).toEqual(sdks.asked.body);
      const names = ['x-amz-checksum-crc32', 'x-amz-content-sha256', 'content-type'];
      expect(some(mine.asked, names)).toEqual(some(sdks.asked, names));
    }
  });
});
