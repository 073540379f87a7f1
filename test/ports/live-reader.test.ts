// The port LiveReader on Kinesis, on the services of this machine, beside the log itself.
import { UpdateShardCountCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kinesisStream } from '../../shared/aws/kinesis-stream.ts';
import { kinesisReader } from '../../shared/aws/live-reader.ts';
import { type LocalWorld, openLocalWorld } from './world.ts';

let world: LocalWorld;
beforeAll(async () => {
  world = await openLocalWorld();
});
afterAll(() => world.close());

const readAll = async (stream: string, shard: string, after?: string, pages = 10) => {
  const reader = kinesisReader({ stream, calls: world.calls.kinesis });
  const seen: { seq: string; partitionKey: string; arrival: number; text: string }[] = [];
  for (let i = 0; i < pages; i++) {
    const { records, ended } = await reader.read(shard, seen.at(-1)?.seq ?? after);
    for (const r of records) seen.push({ ...r, text: Buffer.from(r.data).toString() });
    if (ended) return { seen, ended };
    if (records.length === 0) return { seen, ended };
  }
  return { seen, ended: false };
};

test('each record once, in order, with key, bytes and arrival, from the oldest or behind a place', async () => {
  world.makeStream('live-a', 1);
  const port = kinesisStream({ stream: 'live-a', calls: world.calls.kinesis });
  for (let n = 0; n < 6; n++)
    await port.put(Array.from({ length: 500 }, (_, i) => ({ partitionKey: `k${i}`, data: Buffer.from(`${n}/${i}`) })));
  const held = world.records('live-a').map((r) => ({ ...r, text: Buffer.from(r.data).toString() }));
  const shard = 'shardId-000000000000';
  const { seen, ended } = await readAll('live-a', shard);
  const plain = (all: typeof seen) =>
    all.map(({ seq, partitionKey, arrival, text }) => [seq, partitionKey, arrival, text]);
  expect(plain(seen)).toEqual(plain(held));
  expect(ended).toBe(false);
  expect(plain((await readAll('live-a', shard, held[1_234]!.seq)).seen)).toEqual(plain(held.slice(1_235)));
});

test('a reader that is up to date sees what comes next, and an empty page before it', async () => {
  world.makeStream('live-b', 1);
  const port = kinesisStream({ stream: 'live-b', calls: world.calls.kinesis });
  const reader = kinesisReader({ stream: 'live-b', calls: world.calls.kinesis });
  const shard = 'shardId-000000000000';
  expect(await reader.read(shard, undefined)).toEqual({ records: [], ended: false });
  await port.put([{ partitionKey: 'k', data: Buffer.from('one') }]);
  const { records } = await reader.read(shard, undefined);
  expect(records.map((r) => Buffer.from(r.data).toString())).toEqual(['one']);
  expect((await reader.read(shard, records[0]!.seq)).records).toEqual([]);
  // Whoever goes back to an older place gets it again.
  expect((await reader.read(shard, undefined)).records.length).toBe(1);
});

test('a closed shard ends behind its last record; one that is forgotten has ended; a stream that is not there is a fault', async () => {
  world.makeStream('live-c', 1);
  const port = kinesisStream({ stream: 'live-c', calls: world.calls.kinesis });
  await port.put([{ partitionKey: 'k', data: Buffer.from('one') }]);
  await world.kinesis.send(
    new UpdateShardCountCommand({ StreamName: 'live-c', TargetShardCount: 2, ScalingType: 'UNIFORM_SCALING' }),
  );
  const { seen, ended } = await readAll('live-c', 'shardId-000000000000');
  expect([seen.length, ended]).toEqual([1, true]);
  const reader = kinesisReader({ stream: 'live-c', calls: world.calls.kinesis });
  expect(await reader.read('shardId-000000000099', undefined)).toEqual({ records: [], ended: true });
  const nowhere = kinesisReader({ stream: 'live-none', calls: world.calls.kinesis });
  await expect(nowhere.read('shardId-000000000000', undefined)).rejects.toMatchObject({ code: 'stream.unavailable' });
});
