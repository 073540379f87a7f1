// The topics of a run on a broker, in place of the streams of this machine: the functions are loaded with Kafka as their log, fed by
// mappings of consumer groups, and what they write is copied to the logs in memory that the books look into.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Producer } from '@platformatic/kafka';
import { getOrMake } from '../../shared/get-or-make.ts';
import { closeKafka } from '../../shared/kafka/client.ts';
import { roundsOf } from '../../shared/kafka/rounds.ts';
import type { MemoryLog } from '../../shared/memory/log.ts';
import type { StreamRecord } from '../../shared/trigger/batch.ts';
import type { Part } from '../poller/rest.ts';
import type { StreamMapping } from '../poller/stream-mapping.ts';
import type { FunctionPool } from '../sandbox/pool.ts';
import type { FunctionTemplate, StreamTrigger } from '../template/template.ts';
import { type KafkaMappingOptions, kafkaMapping } from './mapping.ts';
import { joinGroup } from './member.ts';
import { startMirror } from './mirror.ts';
import { type Cluster, cluster } from './topics.ts';

export type KafkaHere = {
  /** For sandboxes: the module that stands for `#log`, and the environment beside the services' own. */
  readonly logModule: string;
  readonly env: Readonly<Record<string, string>>;
  /** At rest when what the topics hold was read, and further pollers have nothing to do. */
  readonly part: Part;
  mapping(fn: FunctionTemplate, trigger: StreamTrigger, pool: Pick<FunctionPool, 'invoke'>): StreamMapping;
  close(): Promise<void>;
};

export type KafkaRun = {
  readonly brokers: readonly string[];
  readonly observe?: KafkaMappingOptions['observe'];
  readonly delay?: KafkaMappingOptions['delay'];
  /** Told the groups once they are there, to bring in further pollers: each makes its group share out the partitions anew. */
  readonly groups?: (groups: Groups) => void;
};

export type Groups = {
  readonly count: number;
  /** A second poller in the i-th group; it stays until the answer is called, or the run ends. */
  join(i: number): () => Promise<void>;
};
export type KafkaHereOptions = KafkaRun & {
  readonly root: string;
  /** What is poured, and so not copied back. */
  readonly raw: MemoryLog;
  /** All streams in memory, `raw` too; each has as many shards as its topic gets partitions. */
  readonly logs: readonly MemoryLog[];
};

/** Of a stage of its own, so that runs on one broker do not meet. */
export const kafkaStage = (): string => `run-${randomBytes(4).toString('hex')}`;

const ALL = 10_000;

/** Puts what a log in memory holds into its topic: the same records in the same order, shard by shard. */
const pour = async (log: MemoryLog, { connection }: Cluster): Promise<void> => {
  const producer = new Producer({ ...connection, idempotent: true, acks: -1, retries: 10 });
  const shards = log.shards();
  try {
    for (const [partition, { id, startHash: hashKey }] of shards.entries()) {
      for (let after: string | null = null; ; ) {
        const { records } = log.read(id, after, ALL);
        const last = records.at(-1);
        if (last === undefined) break;
        after = last.seq;
        const put = records.map(({ partitionKey, data }) => ({ partitionKey, hashKey, data }));
        for (const round of roundsOf(put, shards.length)) {
          const messages = round.map(({ index }) => {
            const { partitionKey, data, arrival } = records[index] as StreamRecord;
            const value = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
            return { topic: log.name, partition, key: Buffer.from(partitionKey), value, timestamp: BigInt(arrival) };
          });
          await producer.send({ messages });
        }
      }
    }
  } finally {
    await producer.close();
  }
};

/** @throws Error when the brokers cannot be reached */
export const startKafkaHere = async (options: KafkaHereOptions): Promise<KafkaHere> => {
  const { root, brokers, raw, logs, observe, delay } = options;
  const own = cluster(brokers);
  const partitions = raw.openShards;
  const names = logs.map((l) => l.name);
  await own.make(names, partitions);
  await pour(raw, own);
  const mirror = startMirror({
    cluster: own,
    topics: new Map(logs.map((log) => [log.name, log === raw ? null : log])),
    partitions,
  });
  const progress = new Map<string, Map<number, number>>();
  const makers: (() => StreamMapping)[] = [];
  const twins = new Set<StreamMapping>();
  options.groups?.({
    get count() {
      return makers.length;
    },
    join(i) {
      const twin = makers[i % makers.length]?.();
      if (twin === undefined) return async () => undefined;
      twins.add(twin);
      twin.start();
      return async () => {
        await twin.stop();
        twins.delete(twin);
      };
    },
  });
  const part: Part = {
    name: mirror.name,
    atRest: async () => [...twins].every((t) => t.atRest()) && (await mirror.atRest()),
    get activity() {
      return mirror.activity;
    },
    onActivity: (listener) => mirror.onActivity(listener),
  };
  return {
    logModule: join(root, 'shared/log/kafka.ts'),
    env: {
      KAFKA_BROKERS: brokers.join(','),
      KAFKA_AUTH: 'none',
      KAFKA_PARTIAL: 'on',
      KAFKA_PARTITIONS: String(partitions),
    },
    part,
    mapping(fn, trigger, pool) {
      const group = `${fn.fullName}-${trigger.stream}`;
      const of = getOrMake(progress, group, () => new Map<number, number>());
      const join = () => joinGroup(own, group, trigger.stream);
      const make = (): StreamMapping =>
        kafkaMapping({
          fn,
          trigger,
          pool,
          mirror,
          partitions,
          brokers,
          progress: of,
          join,
          ...(observe && { observe }),
          ...(delay && { delay }),
        });
      makers.push(make);
      return make();
    },
    async close() {
      await Promise.all([...twins].map((t) => t.stop()));
      await mirror.close();
      await closeKafka().catch(() => undefined);
      await own.remove(names).catch(() => undefined);
      await own.close();
    },
  };
};
