// Lambda's event of a Kafka mapping in (Amazon MSK or self-managed), how much of it is safe out.
import type { Watch } from '../metrics/watch.ts';
import type { Batch, BatchStep, StreamRecord } from './batch.ts';
import { consoleLog, type FaultLog } from './fault-log.ts';
import { keyOf } from './kafka-key.ts';
import { type RemainingTime, runStep } from './run-step.ts';

/** Key and value are base64; a record without one has none. Header bytes are signed. */
export type KafkaRecord = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly timestampType?: string;
  readonly key?: string | null;
  readonly value?: string | null;
  readonly headers?: readonly Readonly<Record<string, readonly number[]>>[];
};
/** `records` by topic-partition. */
export type KafkaEvent = {
  readonly eventSource: string;
  readonly eventSourceArn?: string;
  readonly bootstrapServers: string;
  readonly records: Readonly<Record<string, readonly KafkaRecord[]>>;
};
/** The first record of each topic-partition that is to come again. */
export type KafkaResponse = {
  readonly batchItemFailures: readonly {
    readonly itemIdentifier: { readonly 'topic-partition': string; readonly offset: number };
  }[];
};

export type KafkaTriggerOptions = {
  /**
   * Whether the mapping heeds a partial answer: those in provisioned mode do, when they ask for ReportBatchItemFailures. Any other
   * takes a returned answer for success, so what is not done must throw.
   */
  readonly partial: boolean;
  /** `partition-000003` of 3. */
  readonly shardOf: (partition: number) => string;
};

const NONE = Buffer.alloc(0);

const recordOf = (r: KafkaRecord): StreamRecord => ({
  seq: String(r.offset),
  partitionKey: keyOf(r.key, r.offset),
  data: r.value ? Buffer.from(r.value, 'base64') : NONE,
  arrival: Math.max(0, r.timestamp),
});

/**
 * A handler for a Kafka mapping. A batch holds records of several partitions: each is a batch of its own, one after the other, and
 * one that stops does not hold up the others.
 * @throws what stopped the last of them, when the mapping heeds no partial answer
 */
export const onKafka =
  ({ partial, shardOf }: KafkaTriggerOptions, step: BatchStep, log: FaultLog = consoleLog, watch?: Watch) =>
  async ({ records: byPartition }: KafkaEvent, context: RemainingTime): Promise<KafkaResponse> => {
    const batchItemFailures: KafkaResponse['batchItemFailures'][number][] = [];
    let stopped: Error | undefined;
    for (const [name, records] of Object.entries(byPartition)) {
      const [first] = records;
      if (first === undefined) continue;
      const batch: Batch = {
        stream: first.topic,
        shard: shardOf(Number(first.partition)),
        records: records.map(recordOf),
      };
      const outcome = await runStep(step, batch, context, log, watch);
      const undone = records[outcome.done];
      if (undone === undefined) continue;
      stopped = outcome.stopped ?? new Error(`${name}: ${outcome.done} of ${records.length} records are done`);
      batchItemFailures.push({ itemIdentifier: { 'topic-partition': name, offset: undone.offset } });
    }
    if (stopped !== undefined && !partial) throw stopped;
    return { batchItemFailures };
  };
