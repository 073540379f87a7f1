// A sample of a Kafka mapping's event, for one call of a function without a broker: the event comes in as Lambda brings it, and what the
// function writes goes to the streams of this machine, whose shards bear the names of partitions.
import { join } from 'node:path';
import { shardOfPartition } from '../../shared/kafka/shards.ts';
import type { KafkaEvent } from '../../shared/trigger/kafka.ts';

const SOURCES = ['aws:kafka', 'SelfManagedKafka', 'aws:SelfManagedKafka'];

/** What the services here and the sandbox need for it; undefined for any other event. */
export const kafkaSample = (event: unknown, root: string) => {
  if (typeof event !== 'object' || event === null) return undefined;
  const { eventSource, records } = event as Partial<KafkaEvent>;
  if (eventSource === undefined || !SOURCES.includes(eventSource) || typeof records !== 'object') return undefined;
  const partitions = Object.values(records)
    .flat()
    .map((r) => Number(r.partition));
  return {
    services: { shards: Math.max(0, ...partitions) + 1, shardName: shardOfPartition },
    sandbox: { logModule: join(root, 'local/kafka/sample-log.ts') },
  };
};
