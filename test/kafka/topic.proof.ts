// The destination `write-topic` writes to, on a real Apache Kafka: the contract of destinations; then 20,000 revisions of 1,000 rows in two
// topics, twice, with deletions: what a reader keeps, and what Kafka's own compaction keeps, have the sums of the input.
import { randomUUID } from 'node:crypto';
import { Consumer } from '@platformatic/kafka';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../../local/kafka/broker.ts';
import { cluster } from '../../local/kafka/topics.ts';
import { closeKafka, kafkaClientOf } from '../../shared/kafka/client.ts';
import { kafkaTopic, topicSettings } from '../../shared/kafka/topic.ts';
import type { TablePlan } from '../../shared/query/plan.ts';
import { deliver } from '../../shared/steps/sink/deliver.ts';
import type { SinkRow } from '../../shared/steps/sink/destination.ts';
import { destinationContract, sinkRow, versionNo } from '../ports/destination.contract.ts';

const MINUTES = 60_000;
let broker: Broker;
beforeAll(async () => {
  broker = await startBroker((line) => process.stderr.write(`${line}\n`));
}, 3 * MINUTES);
afterAll(async () => {
  await closeKafka();
  await broker?.close();
});

const tableOf = (topic: string): TablePlan => ({
  name: 't',
  at: { file: 'tables.sql', line: 1, col: 1 },
  columns: [],
  watermark: null,
  primaryKey: ['k'],
  connector: 'upsert-kafka',
  types: [],
  ahead: 0,
  lateness: 0,
  options: { topic, 'properties.bootstrap.servers': broker.address },
});
const topicOf = async (configs: Readonly<Record<string, string>> = {}): Promise<string> => {
  const name = `topic-${randomUUID().slice(0, 8)}`;
  const { admin } = kafkaClientOf(topicSettings(tableOf(name)));
  await admin.createTopics({
    topics: [name],
    partitions: 3,
    replicas: -1,
    configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
  });
  return name;
};

type Read = { readonly key: string; readonly value: string | null; readonly revision: string; readonly id: string };
/** All records from the beginning, in the order of each partition. */
const read = async (topic: string): Promise<readonly Read[]> => {
  const { admin } = kafkaClientOf(topicSettings(tableOf(topic)));
  const places = [0, 1, 2].map((partitionIndex) => ({ partitionIndex, timestamp: -1n }));
  const [answer] = await admin.listOffsets({ topics: [{ name: topic, partitions: places }] });
  const left = new Map(
    answer?.partitions.map((p) => [p.partitionIndex, p.offset] as const).filter(([, end]) => end > 0n),
  );
  const all: Read[] = [];
  if (left.size === 0) return all;
  const { connection } = cluster([broker.address]);
  const consumer = new Consumer({ ...connection, groupId: `read-${randomUUID()}` });
  const offsets = [0, 1, 2].map((partition) => ({ topic, partition, offset: 0n }));
  const stream = await consumer.consume({
    topics: [topic],
    mode: 'manual',
    offsets,
    autocommit: false,
    maxWaitTime: 50,
  });
  for await (const m of stream) {
    const headers = new Map([...m.headers].map(([k, v]) => [String(k), String(v)]));
    all.push({
      key: String(m.key),
      // The client gives a tombstone's value as undefined or null.
      value: m.value?.toString() ?? null,
      revision: headers.get('ce_revision') ?? '',
      id: headers.get('ce_id') ?? '',
    });
    if (m.offset + 1n >= (left.get(m.partition) ?? 0n)) left.delete(m.partition);
    if (left.size === 0) break;
  }
  await stream.close();
  await consumer.close(true);
  return all;
};

describe('the contract', () => {
  let topic: string;
  beforeEach(async () => {
    topic = await topicOf();
  });
  destinationContract('a topic of Apache Kafka', async () => ({
    destination: kafkaTopic(tableOf(topic)),
    table: 't',
    holds: 'messages',
    content: async () => (await read(topic)).map((r) => (r.value === null ? null : JSON.parse(r.value))),
    poison: sinkRow('t', 'p', 1, { s: 'x'.repeat(3_000_000) }),
  }));
});

const KEYS = 1_000;
const ROUNDS = 20;
/** Every tenth row goes in the end. */
const isDeleted = (i: number): boolean => i % 10 === 9;
const round = (n: number): readonly SinkRow[] =>
  Array.from({ length: KEYS }, (_, i) => {
    const row = sinkRow('t', `k${i}`, n * KEYS + i);
    return n === ROUNDS && isDeleted(i) ? { ...row, row: null } : row;
  });
const wanted = Array.from({ length: KEYS }, (_, i) => (isDeleted(i) ? 0 : ROUNDS * KEYS + i)).reduce(
  (a, b) => a + b,
  0,
);
const sumOf = (rows: Iterable<Read>): number =>
  [...rows].reduce((sum, r) => sum + (r.value === null ? 0 : (JSON.parse(r.value) as { n: number }).n), 0);

const send = async (topic: string): Promise<void> => {
  const to = kafkaTopic(tableOf(topic));
  for (let n = 1; n <= ROUNDS; n++)
    for (let times = n % 5 === 0 ? 2 : 1; times > 0; times--) {
      const { undone, refused } = await deliver(
        to,
        round(n).map((row) => ({ row })),
        { remainingMs: () => MINUTES },
      );
      expect([undone.length, refused.length]).toEqual([0, 0]);
    }
};

test('a reader that keeps the last record of each key has the newest rows', { timeout: 2 * MINUTES }, async () => {
  const topic = await topicOf();
  await send(topic);
  const all = await read(topic);
  expect(all).toHaveLength((ROUNDS + ROUNDS / 5) * KEYS);
  expect(new Set(all.map((r) => `${r.id} ${r.revision}`)).size).toBe(ROUNDS * KEYS);
  const last = new Map(all.map((r) => [r.key, r]));
  expect(sumOf(last.values())).toBe(wanted);
  expect([...last.values()].filter((r) => r.value === null)).toHaveLength(KEYS / 10);
});

test('compaction leaves the newest revision of each key', { timeout: 4 * MINUTES }, async () => {
  const topic = await topicOf({
    'cleanup.policy': 'compact',
    'segment.ms': '1000',
    'min.cleanable.dirty.ratio': '0.01',
    'max.compaction.lag.ms': '1000',
    'delete.retention.ms': '100',
  });
  await send(topic);
  const sent = (ROUNDS + ROUNDS / 5) * KEYS;
  // A segment is closed by the first record that comes after its time; each of these is another key of each partition.
  const nudge = async (n: number) => {
    const rows = Array.from({ length: 30 }, (_, i) => sinkRow('t', `nudge${i}`, n, { version: versionNo(n) }));
    await deliver(
      kafkaTopic(tableOf(topic)),
      rows.map((row) => ({ row })),
      { remainingMs: () => MINUTES },
    );
  };
  let nudges = 0;
  let all: readonly Read[] = [];
  await expect
    .poll(
      async () => {
        await nudge(++nudges);
        all = (await read(topic)).filter((r) => !r.key.includes('nudge'));
        return all.length;
      },
      { timeout: 3 * MINUTES, interval: 3_000 },
    )
    .toBeLessThanOrEqual(KEYS);
  console.log(`${sent} records, ${all.length} after compaction`);
  const last = new Map(all.map((r) => [r.key, r]));
  expect(sumOf(last.values())).toBe(wanted);
  for (let i = 0; i < KEYS; i++)
    if (!isDeleted(i)) expect(last.get(`{"k":"k${i}"}`)?.revision).toBe(versionNo(ROUNDS * KEYS + i));
});
