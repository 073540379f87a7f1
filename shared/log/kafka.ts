// The log that the functions of a stage are chained by, chosen when they are bundled: this is Kafka, with the condition `kafka`.
import { shardOfPartition } from '../kafka/shards.ts';
import type { Watch } from '../metrics/watch.ts';
import type { BatchStep } from '../trigger/batch.ts';
import type { FaultLog } from '../trigger/fault-log.ts';
import { onKafka } from '../trigger/kafka.ts';

export { kafkaStream as logStream } from '../kafka/kafka-stream.ts';

export const onBatches = (step: BatchStep, log?: FaultLog, watch?: Watch) =>
  onKafka({ partial: process.env.KAFKA_PARTIAL === 'on', shardOf: shardOfPartition }, step, log, watch);
