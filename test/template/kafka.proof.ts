// The stack with topics in place of streams: on Amazon MSK with IAM, and on brokers of one's own with SCRAM.
import { describe, expect, test } from 'vitest';
import { ofType, type Stack, stackOf } from './stack.ts';

const CLUSTER = 'arn:aws:kafka:us-east-1:123456789012:cluster/events/12345678-1234-1234-1234-123456789012-1';
const SECRET = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:kafka-a1b2c3';
const stacks: readonly (readonly [string, Stack])[] = ['kafka', 'kafka-own'].map((n) => [n, stackOf(n)]);
const mappingsOf = (stack: Stack) =>
  ofType(stack, 'AWS::Lambda::EventSourceMapping')
    .map(([, m]) => m.Properties)
    .filter((m) => m.Topics !== undefined);
type Statement = { readonly Action: string | readonly string[]; readonly Resource: unknown };
const statementsOf = (stack: Stack, role: string): readonly Statement[] =>
  stack.Resources[role]?.Properties.Policies[0].PolicyDocument.Statement;
const on = (stack: Stack, role: string, kind: string) =>
  statementsOf(stack, role)
    .filter((s) => JSON.stringify(s.Resource).includes(`:${kind}/`))
    .map((s) => [s.Action, s.Resource]);

describe.each(stacks)('%s', (_, stack) => {
  test('has no stream, and nothing that names one', () => {
    expect(Object.values(stack.Resources).filter((r) => r.Type.startsWith('AWS::Kinesis'))).toEqual([]);
    const actions = ofType(stack, 'AWS::IAM::Role').flatMap(([id]) =>
      statementsOf(stack, id).flatMap((s) => [s.Action].flat()),
    );
    expect(actions.filter((a) => a.startsWith('kinesis:'))).toEqual([]);
    expect(JSON.stringify(stack)).not.toMatch(/"(Raw|Validated|Enriched|Refined)Stream"/);
  });

  test('reads each topic in a consumer group of the function, from its oldest record, and gives nothing up', () => {
    const mappings = mappingsOf(stack);
    expect(mappings.length).toBeGreaterThan(5);
    for (const m of mappings) {
      expect(m.Topics).toHaveLength(1);
      expect([m.StartingPosition, m.Enabled]).toEqual(['TRIM_HORIZON', true]);
      // With a destination Lambda gives a batch up after ten tries.
      expect(Object.keys(m)).not.toContain('DestinationConfig');
      expect(Object.keys(m)).not.toContain('ParallelizationFactor');
    }
    const groups = mappings.map(
      (m) => (m.AmazonManagedKafkaEventSourceConfig ?? m.SelfManagedKafkaEventSourceConfig).ConsumerGroupId,
    );
    expect(new Set(groups).size).toBe(groups.length);
  });

  test('tells every function that reads or writes a topic where the brokers are, and puts it into the network', () => {
    for (const name of ['Ingest', 'Validate', 'Enrich', 'Aggregate', 'Refine', 'Tick', 'WriteDashtable']) {
      const { Environment, VpcConfig } = stack.Resources[`${name}LambdaFunction`]?.Properties ?? {};
      const { KAFKA_BROKERS, KAFKA_AUTH, KAFKA_PARTITIONS } = Environment.Variables;
      expect([name, KAFKA_BROKERS !== '', KAFKA_AUTH !== '', Number(KAFKA_PARTITIONS) > 0]).toEqual([
        name,
        true,
        true,
        true,
      ]);
      expect(VpcConfig.SubnetIds).toHaveLength(2);
    }
  });
});

describe('on Amazon MSK', () => {
  const stack = stackOf('kafka');

  test('mappings name the cluster, and heed partial answers by provisioned pollers', () => {
    for (const m of mappingsOf(stack))
      expect([m.EventSourceArn, m.ProvisionedPollerConfig, m.FunctionResponseTypes]).toEqual([
        CLUSTER,
        { MinimumPollers: 1, MaximumPollers: 4 },
        ['ReportBatchItemFailures'],
      ]);
    expect(stack.Resources.ValidateLambdaFunction?.Properties.Environment.Variables.KAFKA_PARTIAL).toBe('on');
  });

  test('each role may do with its own topics what it does, and no more', () => {
    const topic = (name: string) => `${CLUSTER.replace(':cluster/', ':topic/')}/millrace-prod-${name}`;
    expect(on(stack, 'ValidateRole', 'topic')).toEqual([
      [['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'], topic('raw')],
      [['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'], topic('validated')],
    ]);
    expect(on(stack, 'TickRole', 'topic')).toEqual([
      [['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'], topic('raw')],
    ]);
    expect(on(stack, 'TickRole', 'group')).toEqual([]);
    expect(on(stack, 'ValidateRole', 'group')).toHaveLength(1);
  });
});

describe('on brokers of one’s own', () => {
  const stack = stackOf('kafka-own');

  test('mappings name brokers, network and secret; without pollers of their own a function throws for what is not done', () => {
    for (const m of mappingsOf(stack)) {
      expect(m.SelfManagedEventSource).toEqual({ Endpoints: { KafkaBootstrapServers: ['kafka-1.acme.example:9096'] } });
      expect(m.SourceAccessConfigurations.map((a: { Type: string }) => a.Type)).toEqual([
        'SASL_SCRAM_512_AUTH',
        'VPC_SUBNET',
        'VPC_SUBNET',
        'VPC_SECURITY_GROUP',
      ]);
      expect(Object.keys(m)).not.toContain('FunctionResponseTypes');
    }
    const { KAFKA_PARTIAL, KAFKA_SECRET } =
      stack.Resources.ValidateLambdaFunction?.Properties.Environment.Variables ?? {};
    expect([KAFKA_PARTIAL, KAFKA_SECRET]).toEqual(['off', SECRET]);
  });

  test('roles may read that secret, and speak to no cluster of MSK', () => {
    const all = statementsOf(stack, 'ValidateRole');
    expect(all.filter((s) => s.Action === 'secretsmanager:GetSecretValue').map((s) => s.Resource)).toEqual([SECRET]);
    expect(JSON.stringify(all)).not.toContain('kafka-cluster:');
  });
});
