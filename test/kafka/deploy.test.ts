import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { topicCommands, topicsOf } from '../../local/kafka/topic-commands.ts';
import { readTemplate } from '../../local/template/read-template.ts';

const { kafkaMistakes } = createRequire(import.meta.url)('../../local/deploy/kafka.cjs') as {
  kafkaMistakes(values: Readonly<Record<string, string>>): readonly string[];
};
const CLUSTER = 'arn:aws:kafka:us-east-1:123456789012:cluster/events/12345678-1234';
const fine = {
  ...{ log: 'kafka', kafkaCluster: CLUSTER, brokers: 'b-1:9098,b-2:9098', kafkaAuth: 'iam', kafkaSecret: '' },
  ...{
    kafkaPollers: '1-4',
    subnets: 'subnet-1',
    securityGroups: 'sg-1',
    scale: 'off',
    deaggregate: 'off',
    capacity: 'provisioned',
  },
};

describe('parameters of a stage on Kafka', () => {
  test('Amazon MSK with IAM, and brokers of one’s own with a secret, are fine', () => {
    expect(kafkaMistakes(fine)).toEqual([]);
    expect(
      kafkaMistakes({ ...fine, kafkaCluster: '', kafkaAuth: 'scram', kafkaSecret: 'arn:secret', kafkaPollers: '' }),
    ).toEqual([]);
  });

  test('on Kinesis none of them counts', () => {
    expect(kafkaMistakes({ ...fine, log: 'kinesis', brokers: '', kafkaAuth: 'no' })).toEqual([]);
  });

  test.each([
    [{ kafkaCluster: 'events' }, 'no ARN of an Amazon MSK cluster'],
    [{ brokers: '' }, 'expected HOST:PORT'],
    [{ brokers: 'b-1:9098,b-2' }, 'expected HOST:PORT'],
    [{ kafkaAuth: 'plain', kafkaSecret: 's' }, 'expected iam or scram for Amazon MSK'],
    [{ kafkaCluster: '' }, 'kafkaAuth=iam: expected tls or scram or plain without kafkaCluster'],
    [{ kafkaAuth: 'scram' }, '--param kafkaSecret is missing'],
    [{ kafkaPollers: '4-1' }, 'expected LEAST-MOST'],
    [{ subnets: '' }, 'subnets and securityGroups go together'],
    [{ scale: 'on' }, 'a topic has the partitions it was made with'],
    [{ deaggregate: 'raw' }, '--param deaggregate'],
    [{ capacity: 'on-demand' }, 'topics have a fixed number of partitions'],
  ])('%j is refused', (wrong, message) => {
    const said = kafkaMistakes({ ...fine, ...wrong });
    expect(said.length).toBe(1);
    expect(said[0]).toContain(message);
  });

  test('all are told at once', () => {
    expect(kafkaMistakes({ ...fine, brokers: '', scale: 'on', subnets: '' }).length).toBe(3);
  });
});

describe('the topics of a stage', () => {
  const topics = topicsOf(
    readTemplate({ root: `${import.meta.dirname}/../..`, stage: 'prod', params: { shards: '6' }, env: {} }),
  );

  test('are its streams, with their partitions and retention, two replicas in sync, and room for a record of 1 MiB', () => {
    expect(topics.map((t) => [t.name, t.partitions])).toEqual(
      ['raw', 'validated', 'enriched', 'refined'].map((n) => [`millrace-prod-${n}`, 6]),
    );
    for (const { configs } of topics)
      expect(configs).toMatchObject({
        'min.insync.replicas': '2',
        'retention.ms': String(168 * 3_600_000),
        'unclean.leader.election.enable': 'false',
        'max.message.bytes': '2097152',
      });
  });

  test('on raw the broker’s clock says when a record arrived', () => {
    expect(topics.map((t) => t.configs['message.timestamp.type'])).toEqual([
      'LogAppendTime',
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('are made by one command each', () => {
    const text = topicCommands(topics, 'b-1:9098', 3);
    expect(text.match(/kafka-topics\.sh --bootstrap-server b-1:9098 .*--create --if-not-exists/g)).toHaveLength(4);
    expect(text).toContain('--topic millrace-prod-raw --partitions 6 --replication-factor 3');
  });
});
