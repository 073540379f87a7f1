// Stands for `#log` where a sample of a Kafka mapping is tried: Kafka's trigger, and the streams of this machine.
import { shardOfPartition } from '../../shared/kafka/shards.ts';
import type { Watch } from '../../shared/metrics/watch.ts';
import type { BatchStep } from '../../shared/trigger/batch.ts';
import type { FaultLog } from '../../shared/trigger/fault-log.ts';
import { onKafka } from '../../shared/trigger/kafka.ts';

export { kinesisStream as logStream } from '../../shared/aws/kinesis-stream.ts';

export const onBatches = (step: BatchStep, log?: FaultLog, watch?: Watch) =>
  onKafka({ partial: true, shardOf: shardOfPartition }, step, log, watch);
