// The topics that a stage needs, as commands of Kafka's own tool: CloudFormation has no resource for a topic.
import type { Template } from '../template/template.ts';

export type Topic = {
  readonly name: string;
  readonly partitions: number;
  readonly configs: Readonly<Record<string, string>>;
};

/** The record of 1 MiB with its frame, and room for a batch of two. */
const MAX_MESSAGE = 2 * 1024 * 1024;
/** acks=all waits for so many of the replicas: one broker may be lost without a record, or a stop. */
const IN_SYNC = 2;
export const REPLICAS = 3;

export const topicsOf = ({ streams }: Template): readonly Topic[] =>
  streams.map(({ logicalId, name, shards, retentionMs }) => ({
    name,
    partitions: shards,
    configs: {
      'min.insync.replicas': String(IN_SYNC),
      'retention.ms': String(retentionMs),
      'max.message.bytes': String(MAX_MESSAGE),
      'cleanup.policy': 'delete',
      'unclean.leader.election.enable': 'false',
      // Arrival is when the broker got a record, not what a producer's clock says.
      ...(logicalId === 'RawStream' && { 'message.timestamp.type': 'LogAppendTime' }),
    },
  }));

/** @param brokers for the tool; the text is a shell script */
export const topicCommands = (topics: readonly Topic[], brokers: string, replicas: number): string =>
  topics
    .map(({ name, partitions, configs }) =>
      [
        `kafka-topics.sh --bootstrap-server ${brokers} --command-config client.properties --create --if-not-exists`,
        `--topic ${name} --partitions ${partitions} --replication-factor ${replicas}`,
        ...Object.entries(configs).map(([key, value]) => `--config ${key}=${value}`),
      ].join(' \\\n  '),
    )
    .join('\n');
