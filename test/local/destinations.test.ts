import { describe, expect, test } from 'vitest';
import { grantsOf } from '../../local/destinations/grants.ts';
import { compileSql } from '../../shared/query/compile.ts';

const grants = (...tables: readonly string[]) => {
  const text = tables.map((options, i) => `CREATE TABLE t${i} (id STRING) WITH (${options});`).join('\n');
  const { plan, errors } = compileSql([{ path: 'tables.sql', text }], { types: [] });
  expect(errors).toEqual([]);
  return grantsOf(plan);
};
const allow = (Action: unknown, ...Resource: unknown[]) => ({ Effect: 'Allow', Action, Resource });
/** `<AWS::Region>` stands for what CloudFormation fills in. */
const sub = (text: string) => ({ 'Fn::Sub': text.replaceAll('<', '$' + '{').replaceAll('>', '}') });

describe('a sink may write where its tables say, and nowhere else', () => {
  test.each([
    [
      "'connector' = 'sns', 'topic-arn' = 'arn:aws:sns:eu-north-1:123456789012:alarms'",
      'PublishRole',
      allow('sns:Publish', 'arn:aws:sns:eu-north-1:123456789012:alarms'),
    ],
    [
      "'connector' = 'sqs', 'queue-url' = 'https://sqs.eu-north-1.amazonaws.com/123456789012/orders.fifo'",
      'PublishRole',
      allow('sqs:SendMessage', sub('arn:<AWS::Partition>:sqs:eu-north-1:123456789012:orders.fifo')),
    ],
    [
      "'connector' = 'eventbridge', 'bus' = 'shop'",
      'PublishRole',
      allow('events:PutEvents', sub('arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:event-bus/shop')),
    ],
    [
      "'connector' = 'firehose', 'delivery-stream' = 'to-s3'",
      'PublishRole',
      allow(
        'firehose:PutRecordBatch',
        sub('arn:<AWS::Partition>:firehose:<AWS::Region>:<AWS::AccountId>:deliverystream/to-s3'),
      ),
    ],
    [
      "'connector' = 'opensearch-2', 'hosts' = 'https://search-shop-abcdefghijklmnopqrstuvwxyz.eu-north-1.es.amazonaws.com'",
      'WriteSearchRole',
      allow(
        ['es:ESHttpPost', 'es:ESHttpPut'],
        sub('arn:<AWS::Partition>:es:eu-north-1:<AWS::AccountId>:domain/shop/*'),
      ),
    ],
  ])('%s', (options, role, statement) => {
    expect(grants(options)).toEqual({ [role]: [statement] });
  });
  const MSK =
    "'connector' = 'kafka', 'format' = 'json', 'properties.bootstrap.servers' = 'b-1.shop:9098', 'properties.security.protocol' = 'SASL_SSL'";
  const cluster = 'arn:aws:kafka:eu-north-1:123456789012:cluster/shop/0a1b';
  test('a topic of Amazon MSK: the cluster to connect to, and this topic alone', () => {
    const login = `'properties.sasl.mechanism' = 'AWS_MSK_IAM', 'millrace.cluster-arn' = '${cluster}'`;
    expect(grants(`${MSK}, 'topic' = 'orders', ${login}`, `${MSK}, 'topic' = 'hours', ${login}`)).toEqual({
      WriteTopicRole: [
        allow(['kafka-cluster:Connect', 'kafka-cluster:WriteDataIdempotently'], cluster),
        allow(
          ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'],
          'arn:aws:kafka:eu-north-1:123456789012:topic/shop/0a1b/orders',
          'arn:aws:kafka:eu-north-1:123456789012:topic/shop/0a1b/hours',
        ),
      ],
    });
  });
  test('a topic with a name and password: the secret', () => {
    const secret = 'arn:aws:secretsmanager:eu-north-1:123456789012:secret:AmazonMSK_shop-1a2b3c';
    expect(
      grants(
        `${MSK}, 'topic' = 'orders', 'properties.sasl.mechanism' = 'SCRAM-SHA-512', 'millrace.secret-arn' = '${secret}'`,
      ),
    ).toEqual({ WriteTopicRole: [allow('secretsmanager:GetSecretValue', secret)] });
  });
  test('a serverless workgroup of Redshift by its own ARN', () => {
    const workgroup = 'arn:aws:redshift-serverless:eu-north-1:123456789012:workgroup/0a1b-2c3d';
    const host = 'shop.123456789012.eu-north-1.redshift-serverless.amazonaws.com';
    expect(
      grants(
        `'connector' = 'redshift', 'hostname' = '${host}', 'database-name' = 'dev', 'iam-role-arn' = 'arn:aws:iam::123456789012:role/r', 'millrace.workgroup-arn' = '${workgroup}'`,
      ),
    ).toEqual({
      WriteWarehouseRole: [
        allow('redshift-data:BatchExecuteStatement', workgroup),
        allow('redshift-data:DescribeStatement', '*'),
      ],
    });
  });
  test('tables of one service share a statement, each place once', () => {
    const topic = (name: string) => `'connector' = 'sns', 'topic-arn' = 'arn:aws:sns:eu-north-1:123456789012:${name}'`;
    expect(grants(topic('a'), topic('b'), topic('a')).PublishRole).toEqual([
      allow('sns:Publish', 'arn:aws:sns:eu-north-1:123456789012:a', 'arn:aws:sns:eu-north-1:123456789012:b'),
    ]);
  });
  test('a database and an endpoint need no statement: a login and a key open them', () => {
    expect(
      grants(
        "'connector' = 'jdbc', 'url' = 'jdbc:postgresql://db/shop'",
        "'connector' = 'http-sink', 'url' = 'https://hooks.example/x'",
        "'connector' = 'kafka', 'format' = 'json', 'topic' = 't', 'properties.bootstrap.servers' = 'kafka.example:9092'",
      ),
    ).toEqual({});
  });
});
