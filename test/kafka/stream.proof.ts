// The contract of Stream on a real Apache Kafka. Where Kafka differs:
// - nothing is ever split, so the part on resharding plays no part: partitions that are added are looked at here instead;
// - names of shards are those of partitions.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../../local/kafka/broker.ts';
import { cluster } from '../../local/kafka/topics.ts';
import { closeKafka, kafkaClient } from '../../shared/kafka/client.ts';
import { kafkaStream } from '../../shared/kafka/kafka-stream.ts';
import { streamContract } from '../ports/stream.contract.ts';

const MINUTES = 60_000;
let broker: Broker;
beforeAll(async () => {
  broker = await startBroker((line) => process.stderr.write(`${line}\n`));
}, 3 * MINUTES);
afterAll(async () => {
  await closeKafka();
  await broker?.close();
});

const client = (partitions?: number) =>
  kafkaClient({
    KAFKA_BROKERS: broker.address,
    KAFKA_AUTH: 'none',
    ...(partitions !== undefined && { KAFKA_PARTITIONS: String(partitions) }),
  });
const topicOf = async (partitions: number): Promise<string> => {
  const name = `contract-${randomUUID().slice(0, 8)}`;
  const own = cluster([broker.address]);
  await own.make([name], partitions);
  await own.close();
  return name;
};
const grow = async (topic: string, count: number): Promise<void> => {
  const { admin } = client();
  await admin.createPartitions({ topics: [{ name: topic, count, assignments: null }] });
};
const to = (startHash: string) => ({ partitionKey: 'k', hashKey: startHash, data: Buffer.from('x') });

streamContract(async () => ({ stream: kafkaStream({ stream: await topicOf(2), client: client() }), reshard: null }));

describe('partitions', () => {
  test('that were added get nothing in a run that was planned without them: key groups keep their places', async () => {
    const topic = await topicOf(2);
    const stream = kafkaStream({ stream: topic, client: client(2) });
    const before = await stream.shards();
    const [, high] = before;
    const [first] = await stream.put([to(high?.startHash ?? '')]);
    await grow(topic, 4);
    await client(2).admin.metadata({ topics: [topic], forceUpdate: true });
    const [second] = await stream.put([to(high?.startHash ?? '')]);
    expect([first, second]).toEqual([
      { ok: true, shard: 'partition-000001', seq: '0' },
      { ok: true, shard: 'partition-000001', seq: '1' },
    ]);
    expect(await stream.shards()).toEqual(before);
  });

  test('that were added to raw are listed at once, and take ticks', async () => {
    const topic = await topicOf(2);
    const env = { KAFKA_BROKERS: broker.address, KAFKA_AUTH: 'none', KAFKA_PARTITIONS: '2', RAW_STREAM: topic };
    const stream = kafkaStream({ stream: topic, client: kafkaClient(env) });
    expect([stream.grows, (await stream.shards()).length]).toEqual([true, 2]);
    await grow(topic, 3);
    await expect.poll(async () => (await stream.shards()).length, { timeout: 10_000 }).toBe(3);
    const outcomes = await stream.put((await stream.shards()).map((s) => to(s.startHash)));
    expect(outcomes.map((o) => o.ok && o.shard)).toEqual(['partition-000000', 'partition-000001', 'partition-000002']);
  });

  test('fewer than the run was planned for stop it, with what to do', async () => {
    const stream = kafkaStream({ stream: await topicOf(1), client: client(2) });
    await expect(stream.shards()).rejects.toThrow(/has 1 partitions, the stage needs 2/);
  });

  test('a topic that nobody made is said', async () => {
    const stream = kafkaStream({ stream: 'nobody-made-it', client: client() });
    await expect(stream.put([to('0')])).rejects.toThrow(/nobody-made-it/);
  });
});
