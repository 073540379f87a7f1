// The port Stream on a Kafka topic: partitions are shards, offsets are sequence numbers.
import { faulting } from '../aws/sdk-errors.ts';
import { Fault } from '../faults.ts';
import type { Usage } from '../metrics/usage.ts';
import type { PutOutcome, Stream } from '../ports.ts';
import { refuseUnputtable } from '../put-limits.ts';
import { type KafkaClient, kafkaClient } from './client.ts';
import { type Placed, roundsOf } from './rounds.ts';
import { partitionOfShard, shardOfPartition, shardsOf } from './shards.ts';

const CODES = { throttled: 'stream.throttled', unavailable: 'stream.unavailable' } as const;
/** ListOffsets' names for the end of a partition and its oldest record. */
const [END, START] = [-1n, -2n];

export type KafkaStreamOptions = {
  /** The topic. */
  readonly stream: string;
  readonly client?: KafkaClient;
  /** Counts the requests that are made here. */
  readonly usage?: Usage | undefined;
};

export const kafkaStream = ({ stream, usage, client = kafkaClient() }: KafkaStreamOptions): Stream => {
  const { producer, admin, settings } = client;

  const grows = settings.grows === stream;
  /**
   * As many as the run was planned for: a key group keeps its partition. Partitions that were added to a topic inside would take groups
   * from where their lanes are counted, so nothing is written to them. Those of `raw` are all used: the head knows which were added.
   */
  const partitions = async (forceUpdate = false): Promise<number> => {
    const { topics } = await admin.metadata({ topics: [stream], forceUpdate });
    const there = topics.get(stream)?.partitionsCount ?? 0;
    const planned = settings.partitions ?? there;
    if (there < planned || there === 0)
      throw new Fault('setting.invalid', `topic ${stream} has ${there} partitions, the stage needs ${planned}`);
    return grows ? there : planned;
  };

  const send = async (round: readonly Placed[], outcomes: PutOutcome[]): Promise<void> => {
    if (usage) usage.calls++;
    const { offsets = [] } = await producer.send({
      messages: round.map(({ partition, record }) => ({
        topic: stream,
        partition,
        key: Buffer.from(record.partitionKey),
        value: Buffer.from(record.data.buffer, record.data.byteOffset, record.data.byteLength),
      })),
    });
    const next = new Map(offsets.map((o) => [o.partition, o.offset] as const));
    for (const { index, partition } of round) {
      const offset = next.get(partition);
      if (offset === undefined) throw new Fault('stream.unavailable', `${stream}/${partition}: no offset was answered`);
      next.set(partition, offset + 1n);
      outcomes[index] = { ok: true, shard: shardOfPartition(partition), seq: offset.toString() };
    }
  };

  const offsetAt = async (partition: number, timestamp: bigint): Promise<bigint | undefined> => {
    const [topic] = await admin.listOffsets({
      topics: [{ name: stream, partitions: [{ partitionIndex: partition, timestamp }] }],
    });
    return topic?.partitions.find((p) => p.partitionIndex === partition)?.offset;
  };

  return {
    name: stream,
    ...(grows && { grows }),
    async put(records) {
      refuseUnputtable(records);
      const outcomes: PutOutcome[] = [];
      await faulting(`Produce ${stream}`, CODES, async () => {
        for (const round of roundsOf(records, await partitions())) await send(round, outcomes);
      });
      return outcomes;
    },
    shards: () => faulting(`Metadata ${stream}`, CODES, async () => shardsOf(await partitions(grows))),
    hasRecordAfter: (shard, seq) =>
      faulting(`ListOffsets ${stream} ${shard}`, CODES, async () => {
        const partition = partitionOfShard(shard);
        if (partition === undefined || partition >= (await partitions())) return false;
        const [start = 0n, end = 0n] = [await offsetAt(partition, START), await offsetAt(partition, END)];
        const from = seq === undefined ? start : BigInt(seq) + 1n;
        return end > (from > start ? from : start);
      }),
  };
};
