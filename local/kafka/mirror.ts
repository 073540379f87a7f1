// What the topics of a run hold, read back from the broker: pollers are fed from it, and the books look into it.
import { Consumer } from '@platformatic/kafka';
import type { MemoryLog } from '../../shared/memory/log.ts';
import type { Part } from '../poller/rest.ts';
import type { Cluster } from './topics.ts';

export type Held = {
  readonly offset: number;
  /** null: the record has no key. */
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly headers: readonly (readonly [string, Buffer])[];
};

export type Mirror = Part & {
  /** Records of a partition from an offset on, at most `limit`. */
  read(topic: string, partition: number, from: number, limit: number): readonly Held[];
  /** The offset after the last record seen. */
  end(topic: string, partition: number): number;
  close(): Promise<void>;
};

export type MirrorOptions = {
  readonly cluster: Cluster;
  /** Topics, each with the log in memory that gets a copy of its records in the shard of their partition; null: none. */
  readonly topics: ReadonlyMap<string, MemoryLog | null>;
  readonly partitions: number;
};

const AGAIN = 250; // ms before a connection that broke is made anew

/** Topics that a run made itself: they begin at offset 0 and hold no gap. */
export const startMirror = ({ cluster, topics, partitions }: MirrorOptions): Mirror => {
  const held = new Map<string, Held[][]>(
    [...topics.keys()].map((topic) => [topic, Array.from({ length: partitions }, () => [])]),
  );
  const starts = new Map([...topics].map(([topic, log]) => [topic, log?.shards().map((s) => s.startHash) ?? []]));
  const listeners = new Set<() => void>();
  let activity = 0;
  let closed = false;
  let close: () => Promise<void> = async () => {};

  const take = (topic: string, partition: number, record: Held): void => {
    const all = held.get(topic)?.[partition];
    // After a broken connection the reading begins anew where it stood; what is known is passed over.
    if (all === undefined || record.offset !== all.length) return;
    all.push(record);
    const data = record.value ?? new Uint8Array();
    const hashKey = starts.get(topic)?.[partition] ?? '0';
    topics
      .get(topic)
      ?.putMany([{ partitionKey: record.key?.toString().slice(0, 256) || '-', hashKey, data }], record.timestamp);
    activity++;
    for (const listener of listeners) listener();
  };

  const follow = async (): Promise<void> => {
    const consumer = new Consumer({ ...cluster.connection, groupId: `millrace-mirror-${process.pid}-${Date.now()}` });
    consumer.on('error', () => undefined);
    const stream = await consumer.consume({
      topics: [...topics.keys()],
      mode: 'manual',
      offsets: [...held].flatMap(([topic, all]) =>
        all.map(({ length }, partition) => ({ topic, partition, offset: BigInt(length) })),
      ),
      autocommit: false,
      maxWaitTime: 100,
      minBytes: 1,
      maxBytes: 16 * 1024 * 1024,
      isolationLevel: 0,
    });
    close = async () => {
      await stream.close().catch(() => undefined);
      await consumer.close(true).catch(() => undefined);
    };
    for await (const m of stream)
      take(m.topic, m.partition, {
        offset: Number(m.offset),
        key: m.key ?? null,
        value: m.value ?? null,
        timestamp: Number(m.timestamp),
        headers: [...m.headers].map(([name, value]) => [String(name), value] as const),
      });
  };

  const run = async (): Promise<void> => {
    while (!closed) {
      await follow().catch(() => undefined);
      await close();
      if (!closed) await new Promise((done) => setTimeout(done, AGAIN));
    }
  };
  const running = run();

  return {
    name: 'the mirror of the topics',
    read: (topic, partition, from, limit) => held.get(topic)?.[partition]?.slice(from, from + limit) ?? [],
    end: (topic, partition) => held.get(topic)?.[partition]?.length ?? 0,
    async atRest() {
      const ends = await cluster.ends([...topics.keys()]).catch(() => null);
      if (ends === null) return false;
      return [...held].every(([topic, all]) => all.every((of, p) => of.length === (ends.get(topic)?.[p] ?? 0)));
    },
    get activity() {
      return activity;
    },
    onActivity(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closed = true;
      await close();
      await Promise.race([running, new Promise((done) => setTimeout(done, 2_000).unref())]);
    },
  };
};
