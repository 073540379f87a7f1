// Topics of a run on a broker: made, measured, removed.
import { Admin } from '@platformatic/kafka';

export type Cluster = {
  /** Options for any client of the package. */
  readonly connection: ReturnType<typeof connectionTo>;
  /** @throws Error when a topic is there already, or the brokers refuse it */
  make(topics: readonly string[], partitions: number): Promise<void>;
  remove(topics: readonly string[]): Promise<void>;
  /** The offset after the last record, by topic and partition. */
  ends(topics: readonly string[]): Promise<ReadonlyMap<string, readonly number[]>>;
  close(): Promise<void>;
};

const connectionTo = (brokers: readonly string[]) => ({
  clientId: 'millrace-local',
  bootstrapBrokers: [...brokers],
  retries: 5,
  retryDelay: 300, // ms
  timeout: 5_000,
  connectTimeout: 3_000,
});

export const cluster = (brokers: readonly string[]): Cluster => {
  const connection = connectionTo(brokers);
  const admin = new Admin(connection);
  const partitionsOf = new Map<string, number>();
  return {
    connection,
    async make(topics, partitions) {
      await admin.createTopics({
        topics: [...topics],
        partitions,
        replicas: -1,
        configs: [
          { name: 'max.message.bytes', value: '2097152' },
          { name: 'retention.ms', value: '-1' }, // history has the arrivals of its events
          { name: 'message.timestamp.type', value: 'CreateTime' },
          { name: 'message.timestamp.after.max.ms', value: '9223372036854775807' }, // the last tick stands beyond all windows
        ],
      });
      for (const topic of topics) partitionsOf.set(topic, partitions);
    },
    async remove(topics) {
      await admin.deleteTopics({ topics: [...topics] });
    },
    async ends(topics) {
      const answer = await admin.listOffsets({
        topics: topics.map((name) => ({
          name,
          partitions: Array.from({ length: partitionsOf.get(name) ?? 1 }, (_, partitionIndex) => ({
            partitionIndex,
            timestamp: -1n,
          })),
        })),
      });
      return new Map(
        answer.map(({ name, partitions }) => {
          const ends: number[] = [];
          for (const { partitionIndex, offset } of partitions) ends[partitionIndex] = Number(offset);
          return [name, ends] as const;
        }),
      );
    },
    async close() {
      await admin.close();
    },
  };
};
