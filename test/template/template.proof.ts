// What `serverless package` made, held against what the stack promises. local/proof/template.sh packages first.
import { describe, expect, test } from 'vitest';
import { ON_ANYTHING } from './on-anything.ts';
import { namesIn, ofType, type Stack, stackOf } from './stack.ts';

const dev = stackOf('dev');
const prod = stackOf('prod');
const KEY = { 'Fn::GetAtt': ['DataKey', 'Arn'] };
const all: readonly (readonly [string, Stack])[] = ['dev', 'prod', 'tokens', 'bare', 'all'].map((n) => [n, stackOf(n)]);
const statementsOf = (stack: Stack) =>
  ofType(stack, 'AWS::IAM::Role').flatMap(([id, role]) =>
    role.Properties.Policies.flatMap((p: { PolicyDocument: { Statement: object[] } }) =>
      p.PolicyDocument.Statement.map((s) => ({ id, ...(s as { Action: string | string[]; Resource: unknown }) })),
    ),
  ) as readonly { id: string; Effect: string; Action: string | string[]; Resource: unknown }[];

test.each(all)('%s: nothing is left to settle', (_, stack) => {
  expect(stack.Conditions).toBeUndefined();
  expect(JSON.stringify(stack)).not.toMatch(/AWS::NoValue|"Condition":"Has/);
});

describe('two stages live in one account', () => {
  test('no name of one is a name of the other', () => {
    const mine = namesIn(dev);
    expect(mine.length).toBeGreaterThan(30);
    expect(mine.filter((name) => namesIn(prod).includes(name))).toEqual([]);
  });
});

/** Their mappings are topics': kafka.proof.ts looks at these. */
const onKafka: readonly (readonly [string, Stack])[] = ['kafka', 'kafka-own'].map((n) => [n, stackOf(n)]);

/** Objects below a prefix of the bucket, and the tables of the catalog's one database, which a deploy may add to. */
const BELOW = [
  /^\{"Fn::Sub":"\$\{DataBucket\.Arn\}\/[\w/-]+\/\*"\}$/,
  /^\{"Fn::Sub":"arn:\$\{AWS::Partition\}:glue:\$\{AWS::Region\}:\$\{AWS::AccountId\}:table\/\w+\/\*"\}$/,
];

describe.each([...all, ...onKafka])('%s: roles', (_, stack) => {
  test('are the functions’ own, without a wildcard action', () => {
    expect(Object.keys(stack.Resources)).not.toContain('IamRoleLambdaExecution');
    const roles = ofType(stack, 'AWS::Lambda::Function').map(([, f]) => JSON.stringify(f.Properties.Role));
    expect(new Set(roles).size).toBe(roles.length);
    expect(
      statementsOf(stack)
        .flatMap((s) => [s.Action].flat())
        .filter((a) => a.includes('*')),
    ).toEqual([]);
  });

  test('name every resource; a `*` ends the objects below a prefix, or stands where AWS takes nothing else', () => {
    const narrow = statementsOf(stack).filter(
      (s) => s.Resource !== '*' || ![s.Action].flat().every((a) => a in ON_ANYTHING),
    );
    const wide = narrow.flatMap((s) =>
      [s.Resource]
        .flat()
        .map((r) => JSON.stringify(r))
        .filter((r) => r.includes('*') && !BELOW.some((below) => below.test(r))),
    );
    expect(wide).toEqual([]);
    expect(statementsOf(stack).filter((s) => JSON.stringify(s.Resource) === '[]')).toEqual([]);
  });
});

describe.each(all)('%s: mappings', (_, stack) => {
  const mappings = ofType(stack, 'AWS::Lambda::EventSourceMapping').map(([id, m]) => [id, m.Properties] as const);
  const streams = mappings.filter(([, m]) => !JSON.stringify(m.EventSourceArn).includes('Queue'));

  test('skip nothing, keep a key’s order and begin with the oldest record', () => {
    expect(streams.length).toBeGreaterThan(3);
    for (const [id, m] of streams)
      expect([id, m]).toEqual([
        id,
        expect.objectContaining({
          MaximumRetryAttempts: -1,
          MaximumRecordAgeInSeconds: -1,
          ParallelizationFactor: 1,
          StartingPosition: 'TRIM_HORIZON',
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['TripwireQueue', 'Arn'] } } },
          Enabled: true,
        }),
      ]);
    const aggregates = streams.filter(([id]) => /^Aggregate|^WriteDashlake/.test(id));
    expect(aggregates.map(([, m]) => m.BisectBatchOnFunctionError)).toEqual(aggregates.map(() => false));
  });

  test('at most four share a stream', () => {
    const shared = streams.map(([, m]) => JSON.stringify(m.EventSourceArn)).filter((arn) => arn.includes('Stream"'));
    for (const arn of new Set(shared)) expect([arn, shared.filter((a) => a === arn).length <= 4]).toEqual([arn, true]);
  });
});

test('enhanced fan-out: the readers of refined beyond four have consumers of their own, and their roles may subscribe', () => {
  const stack = stackOf('all');
  const consumers = ofType(stack, 'AWS::Kinesis::StreamConsumer').map(([id]) => id);
  expect(consumers.length).toBe(5);
  const read = ofType(stack, 'AWS::Lambda::EventSourceMapping').map(
    ([, m]) => m.Properties.EventSourceArn.Ref as string,
  );
  expect(read.filter((ref) => consumers.includes(ref)).toSorted()).toEqual(consumers.toSorted());
  const subscribers = statementsOf(stack).filter((s) => s.Action === 'kinesis:SubscribeToShard');
  expect(subscribers.map((s) => (s.Resource as { Ref: string }).Ref).toSorted()).toEqual(consumers.toSorted());
  expect(subscribers.map((s) => s.id).toSorted()).toEqual([
    'CallWebhookRole',
    'PublishRole',
    'WriteSearchRole',
    'WriteTopicRole',
    'WriteWarehouseRole',
  ]);
  for (const name of ['dev', 'prod', 'tokens', 'bare'])
    expect([name, ofType(stackOf(name), 'AWS::Kinesis::StreamConsumer')]).toEqual([name, []]);
});

describe('production', () => {
  test('keeps its data when the stack goes, with recovery and protection; development does not', () => {
    for (const [id, table] of ofType(prod, 'AWS::DynamoDB::Table')) {
      const { PointInTimeRecoverySpecification: recovery, DeletionProtectionEnabled: protection } = table.Properties;
      expect([id, table.DeletionPolicy, table.UpdateReplacePolicy, recovery, protection]).toEqual([
        id,
        'Retain',
        'Retain',
        { PointInTimeRecoveryEnabled: true },
        true,
      ]);
    }
    for (const id of ['DataBucket', 'DataKey', 'ApiKeys'])
      expect([id, prod.Resources[id]?.DeletionPolicy]).toEqual([id, 'Retain']);
    expect(prod.Resources.DataBucket?.Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
    for (const [id, table] of ofType(dev, 'AWS::DynamoDB::Table'))
      expect([id, table.DeletionPolicy]).toEqual([id, 'Delete']);
  });

  test('encrypts everything with the key of the stage', () => {
    for (const [id, s] of ofType(prod, 'AWS::Kinesis::Stream'))
      expect([id, s.Properties.StreamEncryption]).toEqual([id, { EncryptionType: 'KMS', KeyId: KEY }]);
    for (const [id, t] of ofType(prod, 'AWS::DynamoDB::Table'))
      expect([id, t.Properties.SSESpecification]).toEqual([
        id,
        { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: KEY },
      ]);
    for (const [id, q] of ofType(prod, 'AWS::SQS::Queue')) expect([id, q.Properties.KmsMasterKeyId]).toEqual([id, KEY]);
    for (const [id, l] of ofType(prod, 'AWS::Logs::LogGroup'))
      expect([id, l.Properties.KmsKeyId, l.Properties.RetentionInDays]).toEqual([id, KEY, 90]);
    expect(prod.Resources.DataBucket?.Properties.BucketEncryption).toEqual({
      ServerSideEncryptionConfiguration: [
        { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY }, BucketKeyEnabled: true },
      ],
    });
    expect(prod.Resources.ApiKeys?.Properties.KmsKeyId).toEqual(KEY);
  });

  test('the key is nobody’s outside the account, and opens nothing by hand', () => {
    const statements = prod.Resources.DataKey?.Properties.KeyPolicy.Statement as readonly {
      Sid: string;
      Principal: unknown;
      Action: string[];
      Condition?: object;
    }[];
    for (const s of statements) {
      expect(JSON.stringify(s.Principal)).not.toContain('*');
      expect([s.Sid, s.Action.filter((a) => a.includes('*'))]).toEqual([s.Sid, []]);
      if (s.Action.some((a) => /Decrypt|Encrypt|GenerateDataKey|ReEncrypt|CreateGrant/.test(a)))
        expect([s.Sid, typeof s.Condition]).toEqual([s.Sid, 'object']);
    }
  });

  test('no secret stands in a template', () => {
    expect(prod.Resources.ApiKeys?.Properties.SecretString).toBe('{"keys":[]}');
    for (const [, stack] of all)
      expect(JSON.stringify(stack)).not.toMatch(/whsec_[A-Za-z0-9+/]{20}|"sha256":"[0-9a-f]{64}/);
  });
});

describe.each(all)('%s: data', (name, stack) => {
  test('is encrypted, expires where it should, and is reached over TLS only', () => {
    for (const [id, s] of ofType(stack, 'AWS::Kinesis::Stream'))
      expect([id, s.Properties.StreamEncryption.EncryptionType]).toEqual([id, 'KMS']);
    for (const [id, t] of ofType(stack, 'AWS::DynamoDB::Table'))
      expect([id, t.Properties.SSESpecification.SSEEnabled]).toEqual([id, true]);
    expect(stack.Resources.LedgerTable?.Properties.TimeToLiveSpecification).toEqual({
      AttributeName: 'x',
      Enabled: true,
    });
    for (const [id, q] of ofType(stack, 'AWS::SQS::Queue'))
      expect([
        id,
        'KmsMasterKeyId' in q.Properties && JSON.stringify(q.Properties.KmsMasterKeyId) !== '{"Ref":"AWS::NoValue"}'
          ? 'key'
          : q.Properties.SqsManagedSseEnabled,
      ]).toEqual([id, name === 'prod' || name === 'all' ? 'key' : true]);
    const overTls = (policy: { Properties: { PolicyDocument: { Statement: object[] } } } | undefined) =>
      expect(policy?.Properties.PolicyDocument.Statement).toEqual([
        expect.objectContaining({
          Effect: 'Deny',
          Principal: '*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ]);
    overTls(stack.Resources.DataBucketPolicy);
    const queues = ofType(stack, 'AWS::SQS::Queue')
      .map(([id]) => id)
      .toSorted();
    const policies = ofType(stack, 'AWS::SQS::QueuePolicy').map(([, p]) => p);
    for (const p of policies) overTls(p);
    expect(policies.flatMap((p) => p.Properties.Queues.map((q: { Ref: string }) => q.Ref)).toSorted()).toEqual(queues);
    expect(stack.Resources.DataBucket?.Properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
  });

  test('functions run Node 24 on arm64, and log groups end', () => {
    for (const [id, f] of ofType(stack, 'AWS::Lambda::Function'))
      expect([id, f.Properties.Runtime, f.Properties.Architectures]).toEqual([id, 'nodejs24.x', ['arm64']]);
    for (const [id, l] of ofType(stack, 'AWS::Logs::LogGroup'))
      expect([id, l.Properties.RetentionInDays > 0]).toEqual([id, true]);
  });
});

describe('alarms', () => {
  type Alarm = { MetricName: string; AlarmDescription: string; AlarmActions: unknown; Dimensions: { Value: string }[] };
  const alarms = ofType(prod, 'AWS::CloudWatch::Alarm').map(([, a]) => a.Properties as Alarm);
  const watched = (metric: string) =>
    alarms.filter((a) => a.MetricName === metric).flatMap((a) => a.Dimensions.map((d) => d.Value));

  test('production has them for every function, stream reader and the queue of what was given up; development has none', () => {
    const functions = ofType(prod, 'AWS::Lambda::Function').map(([, f]) => f.Properties.FunctionName as string);
    expect(watched('Errors')).toEqual(expect.arrayContaining(functions));
    expect(watched('Throttles')).toEqual(expect.arrayContaining(functions));
    const readers = ofType(prod, 'AWS::Lambda::EventSourceMapping')
      .filter(([, m]) => m.Properties.DestinationConfig !== undefined)
      .map(([, m]) => prod.Resources[m.Properties.FunctionName['Fn::GetAtt'][0]]?.Properties.FunctionName as string);
    expect(watched('IteratorAge')).toEqual(expect.arrayContaining(readers));
    expect(watched('ApproximateNumberOfMessagesVisible')).toEqual(['millrace-prod-tripwire']);
    expect(ofType(dev, 'AWS::CloudWatch::Alarm')).toEqual([]);
  });

  test('each says what it means, and tells the topic', () => {
    for (const a of alarms)
      expect([a.MetricName, a.AlarmActions, a.AlarmDescription.length > 20]).toEqual([
        a.MetricName,
        [{ Ref: 'AlarmTopic' }],
        true,
      ]);
  });
});

describe('the door', () => {
  const route = (stack: Stack) => stack.Resources.HttpApiRouteAnyProxyVar?.Properties;
  test.each([
    ['dev', 'AWS_IAM'],
    ['tokens', 'JWT'],
    ['prod', undefined],
    ['bare', undefined],
  ])('%s: the API asks for %s', (name, type) => expect(route(stackOf(name)).AuthorizationType).toBe(type));

  test('tokens are checked for who signed them and whom they are for', () => {
    const [[, authorizer] = []] = ofType(stackOf('tokens'), 'AWS::ApiGatewayV2::Authorizer');
    expect(authorizer?.Properties).toMatchObject({
      AuthorizerType: 'JWT',
      JwtConfiguration: { Issuer: 'https://id.acme.example/', Audience: ['events'] },
    });
  });

  test('keys: the function is told the secret, and may read that one; without keys none', () => {
    expect(prod.Resources.IngestLambdaFunction?.Properties.Environment.Variables.KEYS_SECRET).toBe(
      'millrace-prod-api-keys',
    );
    expect(statementsOf(prod).filter((s) => s.Action === 'secretsmanager:GetSecretValue')).toEqual([
      expect.objectContaining({ id: 'IngestRole', Resource: { Ref: 'ApiKeys' } }),
    ]);
    expect(dev.Resources.IngestLambdaFunction?.Properties.Environment.Variables.KEYS_SECRET).toBe('');
  });

  test.each(all)('%s: requests are throttled, and pages of others are let in where they are named', (name, stack) => {
    expect(stack.Resources.HttpApiStage?.Properties.DefaultRouteSettings).toEqual({
      ThrottlingRateLimit: 500,
      ThrottlingBurstLimit: 1000,
    });
    expect(stack.Resources.HttpApi?.Properties.CorsConfiguration?.AllowOrigins).toEqual(
      name === 'prod' ? { 'Fn::Split': [',', 'https://shop.example,https://www.shop.example'] } : undefined,
    );
    expect(stack.Resources.HttpApi?.Properties.DisableExecuteApiEndpoint).toBe(name === 'prod');
    expect(ofType(stack, 'AWS::ApiGatewayV2::DomainName').length).toBe(name === 'prod' ? 1 : 0);
  });
});

test('destinations that are off leave nothing behind', () => {
  const bare = JSON.stringify(stackOf('bare'));
  for (const id of ['ArchiveRole', 'WriteTableRole', 'WriteLakeRole', 'RollUpLakeRole', 'WriteDashlake', 'RollDashup'])
    expect([id, bare.includes(id)]).toEqual([id, false]);
});

test('services that feed raw come where they are asked for, with a role that puts there and nowhere else; nowhere else is one', () => {
  const stack = stackOf('all');
  const feeds = ['IotFeed', 'LogFeed', 'EventFeed', 'QueueFeed'];
  const puts = (id: string) =>
    statementsOf(stack).filter((s) => s.id === `${id}Role` && [s.Action].flat().some((a) => a.startsWith('kinesis:')));
  for (const id of feeds) {
    expect([id, stack.Resources[id]?.Type]).toEqual([id, expect.stringMatching(/^AWS::(IoT|Logs|Events|Pipes)::/)]);
    expect([id, puts(id).map((s) => s.Resource)]).toEqual([id, [{ 'Fn::GetAtt': ['RawStream', 'Arn'] }]]);
  }
  for (const name of ['dev', 'prod', 'tokens', 'bare'])
    expect([name, Object.keys(stackOf(name).Resources).filter((id) => /Feed(Role)?$/.test(id))]).toEqual([name, []]);
});

test('third parties that sign reach ingest past the door of the API, on their own path alone', () => {
  const open = ofType(stackOf('all'), 'AWS::ApiGatewayV2::Route').filter(
    ([, r]) => r.Properties.AuthorizationType === undefined,
  );
  expect(open.map(([, r]) => r.Properties.RouteKey)).toEqual(['POST /webhooks/{name}']);
});
