// `--param log=kafka`: the compiled template with topics in place of streams. Each Kinesis mapping becomes one of Amazon MSK or of brokers
// of the user's own, the streams go, and roles and environments say Kafka where they said Kinesis. The topics themselves are made with
// what `millrace topics` prints: CloudFormation has no resource for them.

const AUTHS = {
  msk: { iam: undefined, scram: 'SASL_SCRAM_512_AUTH' },
  own: { tls: undefined, scram: 'SASL_SCRAM_512_AUTH', plain: 'BASIC_AUTH' },
};
const CLUSTER = /^arn:[^:]+:kafka:[^:]+:\d{12}:cluster\/[^/]+\/[^/]+$/;
const ADDRESS = /^[^\s:,]+:\d{1,5}$/;
const POLLERS = /^(\d+)-(\d+)$/;
const listOf = (text) =>
  String(text ?? '')
    .split(',')
    .filter(Boolean);

/** What a role may do with topics, by the action that it has on the stream. */
const ACTIONS = {
  'kinesis:PutRecords': ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'],
  'kinesis:ListShards': ['kafka-cluster:DescribeTopic'],
  'kinesis:GetRecords': ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'],
};
/** Lambda's pollers reach the brokers through interfaces that they make with the function's role, before these have names. */
const NETWORK = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcs',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * @param values the stage's parameters
 * @returns      one line for each mistake; none without log=kafka
 */
const kafkaMistakes = (values) => {
  const text = (name) => String(values[name] ?? '');
  if (text('log') !== 'kafka') return [];
  const msk = text('kafkaCluster') !== '';
  const auths = Object.keys(AUTHS[msk ? 'msk' : 'own']);
  const [, least, most] = POLLERS.exec(text('kafkaPollers')) ?? [];
  const says = (wrong, message) => (wrong ? [message] : []);
  return [
    ...says(
      msk && !CLUSTER.test(text('kafkaCluster')),
      `--param kafkaCluster=${text('kafkaCluster')}: no ARN of an Amazon MSK cluster`,
    ),
    ...says(
      listOf(text('brokers')).length === 0 || listOf(text('brokers')).some((b) => !ADDRESS.test(b)),
      `--param brokers=${text('brokers')}: log=kafka writes to brokers; expected HOST:PORT, several parted by commas`,
    ),
    ...says(
      !auths.includes(text('kafkaAuth')),
      `--param kafkaAuth=${text('kafkaAuth')}: expected ${auths.join(' or ')} ${msk ? 'for Amazon MSK' : 'without kafkaCluster'}`,
    ),
    ...says(
      ['scram', 'plain'].includes(text('kafkaAuth')) && text('kafkaSecret') === '',
      '--param kafkaSecret is missing: the ARN of the secret with username and password',
    ),
    ...says(
      text('kafkaPollers') !== '' && !(Number(least) >= 1 && Number(most) >= Number(least) && Number(most) <= 2000),
      `--param kafkaPollers=${text('kafkaPollers')}: expected LEAST-MOST, such as 1-4`,
    ),
    ...says(
      (text('subnets') === '') !== (text('securityGroups') === ''),
      '--param subnets and securityGroups go together',
    ),
    ...says(text('scale') === 'on', '--param scale=on: a topic has the partitions it was made with (docs/kafka.md)'),
    ...says(text('deaggregate') !== 'off', '--param deaggregate: topics are read without it in docs/kafka.md'),
    ...says(
      text('capacity') === 'on-demand',
      '--param capacity=on-demand: topics have a fixed number of partitions; say --param shards',
    ),
  ];
};

const getAtt = (value) => value?.['Fn::GetAtt']?.[0];

/** @param template a compiled and settled template, changed in place. @param settings custom.kafka of serverless.yml */
const useKafka = (template, settings) => {
  const { Resources, Outputs = {} } = template;
  const { cluster, auth, secret, service } = settings;
  const msk = cluster !== '';
  const brokers = listOf(settings.brokers);
  const [subnets, groups] = [listOf(settings.subnets), listOf(settings.securityGroups)];
  const [, least, most] = POLLERS.exec(settings.pollers) ?? [];
  const topics = new Map();
  for (const [id, r] of Object.entries(Resources))
    if (r.Type === 'AWS::Kinesis::Stream') {
      topics.set(id, r.Properties.Name);
      delete Resources[id];
    } else if (r.Type === 'AWS::Kinesis::StreamConsumer') delete Resources[id];
  const within = (kind, name) => cluster.replace(':cluster/', `:${kind}/`) + (name === undefined ? '' : `/${name}`);

  const mapping = ({ FunctionName, BatchSize, MaximumBatchingWindowInSeconds, EventSourceArn, Enabled }) => {
    const topic = topics.get(getAtt(EventSourceArn));
    const group = { ConsumerGroupId: `${service}-${getAtt(FunctionName)}-${topic}` };
    const access = [
      ...(AUTHS[msk ? 'msk' : 'own'][auth] === undefined
        ? []
        : [{ Type: AUTHS[msk ? 'msk' : 'own'][auth], URI: secret }]),
      ...(msk ? [] : subnets.map((s) => ({ Type: 'VPC_SUBNET', URI: `subnet:${s}` }))),
      ...(msk ? [] : groups.map((g) => ({ Type: 'VPC_SECURITY_GROUP', URI: `security_group:${g}` }))),
    ];
    return {
      FunctionName,
      BatchSize,
      // Kafka's own default gathers for half a second; whole seconds are what can be asked for.
      MaximumBatchingWindowInSeconds: MaximumBatchingWindowInSeconds ?? 0,
      Enabled,
      StartingPosition: 'TRIM_HORIZON',
      Topics: [topic],
      ...(msk
        ? { EventSourceArn: cluster, AmazonManagedKafkaEventSourceConfig: group }
        : {
            SelfManagedEventSource: { Endpoints: { KafkaBootstrapServers: brokers } },
            SelfManagedKafkaEventSourceConfig: group,
          }),
      ...(access.length > 0 && { SourceAccessConfigurations: access }),
      // A mapping in provisioned mode heeds a partial answer; another takes any answer for success, so the function throws.
      // No on-failure destination: with one, Lambda gives a batch up after ten tries.
      ...(least !== undefined && {
        ProvisionedPollerConfig: { MinimumPollers: Number(least), MaximumPollers: Number(most) },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      }),
    };
  };

  const groupsOf = new Map();
  for (const r of Object.values(Resources)) {
    if (r.Type !== 'AWS::Lambda::EventSourceMapping' || !topics.has(getAtt(r.Properties.EventSourceArn))) continue;
    r.Properties = mapping(r.Properties);
    const fn = getAtt(r.Properties.FunctionName);
    const { ConsumerGroupId } =
      r.Properties.AmazonManagedKafkaEventSourceConfig ?? r.Properties.SelfManagedKafkaEventSourceConfig;
    groupsOf.set(fn, [...(groupsOf.get(fn) ?? []), ConsumerGroupId]);
    delete r.DependsOn;
    const role = getAtt(Resources[fn]?.Properties.Role);
    if (role !== undefined) r.DependsOn = [role];
  }

  const onTopics = (statement) =>
    [statement.Resource]
      .flat()
      .map((r) => topics.get(getAtt(r)))
      .filter((t) => t !== undefined);
  for (const [id, fn] of Object.entries(Resources)) {
    if (fn.Type !== 'AWS::Lambda::Function') continue;
    const role = Resources[getAtt(fn.Properties.Role)];
    const document = role?.Properties.Policies?.[0]?.PolicyDocument;
    const used = (document?.Statement ?? []).filter((s) => onTopics(s).length > 0);
    if (used.length === 0) continue;
    const rest = document.Statement.filter((s) => onTopics(s).length === 0 && !isTripwire(s));
    const iam = msk && auth === 'iam';
    document.Statement = [
      ...rest,
      ...(iam
        ? used.map((s) =>
            topicStatement(
              s,
              onTopics(s).map((t) => within('topic', t)),
            ),
          )
        : []),
      ...(iam
        ? [
            {
              Effect: 'Allow',
              Action: ['kafka-cluster:Connect', 'kafka-cluster:WriteDataIdempotently'],
              Resource: cluster,
            },
          ]
        : []),
      ...(iam && groupsOf.has(id)
        ? [
            {
              Effect: 'Allow',
              Action: ['kafka-cluster:AlterGroup', 'kafka-cluster:DescribeGroup'],
              Resource: groupsOf.get(id).map((g) => within('group', g)),
            },
          ]
        : []),
      ...(msk && groupsOf.has(id)
        ? [
            {
              Effect: 'Allow',
              Action: ['kafka:DescribeCluster', 'kafka:DescribeClusterV2', 'kafka:GetBootstrapBrokers'],
              Resource: cluster,
            },
          ]
        : []),
      ...(secret === '' ? [] : [{ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: secret }]),
      ...(msk || subnets.length > 0 ? [{ Effect: 'Allow', Action: NETWORK, Resource: '*' }] : []),
    ];
    role.Metadata = {
      ...role.Metadata,
      checkov: { skip: [{ id: 'CKV_AWS_111', comment: 'network interfaces have no name before they are made' }] },
    };
    const { Environment } = fn.Properties;
    Environment.Variables = {
      ...Environment.Variables,
      KAFKA_BROKERS: brokers.join(','),
      KAFKA_AUTH: auth,
      KAFKA_PARTITIONS: String(settings.partitions),
      KAFKA_PARTIAL: least === undefined ? 'off' : 'on',
      ...(secret !== '' && { KAFKA_SECRET: secret }),
    };
    if (subnets.length > 0 && fn.Properties.VpcConfig === undefined)
      fn.Properties.VpcConfig = { SubnetIds: subnets, SecurityGroupIds: groups };
  }

  // What watches a stream watches nothing here; the brokers have metrics of their own (AWS/Kafka).
  for (const [id, r] of Object.entries(Resources))
    if (
      r.Type === 'AWS::CloudWatch::Alarm' &&
      (r.Properties.Namespace === 'AWS/Kinesis' || r.Properties.MetricName === 'IteratorAge')
    )
      delete Resources[id];
  for (const [id, output] of Object.entries(Outputs)) if (topics.has(getAtt(output.Value))) delete Outputs[id];
};

const isTripwire = (s) =>
  [s.Resource].flat().some((r) => getAtt(r) === 'TripwireQueue') && [s.Action].flat().includes('sqs:SendMessage');

const topicStatement = (statement, arns) => ({
  Effect: 'Allow',
  Action: [...new Set([statement.Action].flat().flatMap((a) => ACTIONS[a] ?? []))],
  Resource: arns.length === 1 ? arns[0] : arns,
});

module.exports = { kafkaMistakes, useKafka };
