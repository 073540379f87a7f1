// One member of a consumer group: which partitions it has now, and the offsets that are committed for them.
import { Consumer } from '@platformatic/kafka';
import type { Cluster } from './topics.ts';

export type Member = {
  /** Told the partitions that are its own from now on, each with the offset to go on from. */
  onAssigned(listener: (next: ReadonlyMap<number, number>) => void): void;
  /** Commits the offset to go on from. @throws when the group has given the partition to another member, or is out of reach */
  commit(next: ReadonlyMap<number, number>): Promise<void>;
  close(): Promise<void>;
};

const AGAIN = 300; // ms

export const joinGroup = (cluster: Cluster, groupId: string, topic: string): Member => {
  const listeners = new Set<(next: ReadonlyMap<number, number>) => void>();
  let closed = false;
  let consumer: Consumer | undefined;

  const assigned = async (of: Consumer): Promise<void> => {
    const mine = of.assignments?.find((a) => a.topic === topic)?.partitions ?? [];
    const next = new Map<number, number>();
    if (mine.length > 0) {
      const committed = await of.listCommittedOffsets({ topics: [{ topic, partitions: [...mine] }] });
      const offsets = committed.get(topic) ?? [];
      // -1: none yet.
      for (const p of mine) next.set(p, Math.max(0, Number(offsets[p] ?? -1n)));
    }
    if (consumer === of) for (const listener of listeners) listener(next);
  };

  const join = async (): Promise<void> => {
    const made = new Consumer({
      ...cluster.connection,
      groupId,
      sessionTimeout: 6_000,
      heartbeatInterval: 500,
      rebalanceTimeout: 10_000,
    });
    consumer = made;
    const again = (): void => {
      if (consumer !== made || closed) return;
      consumer = undefined;
      void made.close(true).catch(() => undefined);
      setTimeout(() => void join(), AGAIN);
    };
    made.on('error', () => undefined);
    made.on('consumer:group:join', () => void assigned(made).catch(again));
    made.on('consumer:heartbeat:error', again);
    made.topics.track(topic);
    try {
      await made.joinGroup();
    } catch {
      again();
    }
  };
  void join();

  return {
    onAssigned: (listener) => void listeners.add(listener),
    async commit(next) {
      if (consumer === undefined) throw new Error(`${groupId} has no connection`);
      await consumer.commit({
        offsets: [...next].map(([partition, offset]) => ({
          topic,
          partition,
          offset: BigInt(offset),
          leaderEpoch: -1,
        })),
      });
    },
    async close() {
      closed = true;
      const last = consumer;
      consumer = undefined;
      await last?.close(true).catch(() => undefined);
    },
  };
};
