import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import type { Objects } from '../../shared/ports.ts';
import { keptShards } from '../../shared/steps/archive/family.ts';
import { archivedAfter } from '../../shared/steps/archive/read-shard.ts';
import { archive } from '../../shared/steps/archive.ts';
import { hours, seconds } from '../../shared/time.ts';
import type { StreamRecord } from '../../shared/trigger/batch.ts';

const RUN = '1';
const SHARD = 'shardId-000000000000';
const AT = Date.parse('2026-01-05T21:00:00Z');
const plenty = { remainingMs: () => 60_000 };

const collect = async (objects: Objects, options = {}): Promise<readonly StreamRecord[]> => {
  const all: StreamRecord[] = [];
  for await (const records of archivedAfter(objects, RUN, SHARD, options)) all.push(...records);
  return all;
};

/** A shard over some days whose arrivals step back by up to 5 s, archived in batches that begin anywhere before what is done. */
const archived = async (gaps: readonly number[], borders: readonly (readonly [number, number])[]) => {
  const log = new MemoryLog('raw');
  let at = AT;
  gaps.forEach((gap, n) => {
    at += gap;
    log.put({ partitionKey: `k${n}`, data: Buffer.from(n % 3 === 0 ? '' : `event ${n}`) }, at);
  });
  const objects = memoryObjects();
  const step = archive({ raw: memoryStream(log), objects, run: RUN });
  const { records } = log.read(SHARD, null);
  let done = 0;
  for (let i = 0; done < records.length; i++) {
    const [back, size] = borders[i % borders.length] as readonly [number, number];
    const from = Math.max(0, done - back);
    const to = Math.min(records.length, done + size);
    await step({ stream: 'raw', shard: SHARD, records: records.slice(from, to) }, plenty);
    done = to;
  }
  return { log, objects, records };
};

const gap = fc.oneof(
  fc.integer({ min: -seconds(5), max: seconds(30) }),
  fc.integer({ min: 0, max: hours(9) }),
  fc.constant(hours(12)), // a batch of 13 lies within a retention of seven days
);
const border = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 7 }));

test('each record once, in order, ticks too, whatever batches were archived and whenever they came; from any place', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(gap, { minLength: 1, maxLength: 40 }),
      fc.array(border, { minLength: 1, maxLength: 5 }),
      fc.nat(),
      async (gaps, borders, place) => {
        const { objects, records } = await archived(gaps, borders);
        expect(await collect(objects)).toEqual(records);
        const at = place % records.length;
        const { seq, arrival } = records[at] as StreamRecord;
        expect(await collect(objects, { after: seq, since: arrival })).toEqual(records.slice(at + 1));
      },
    ),
    { numRuns: 200 },
  );
});

test('from a time on: nothing of it is missed, and of what lies before a few objects are read', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(gap, { minLength: 1, maxLength: 40 }),
      fc.array(border, { minLength: 1, maxLength: 5 }),
      fc.nat(),
      async (gaps, borders, place) => {
        const { objects, records } = await archived(gaps, borders);
        const since = (records[place % records.length] as StreamRecord).arrival;
        const found = await collect(objects, { since });
        expect(found.filter((r) => r.arrival >= since)).toEqual(records.filter((r) => r.arrival >= since));
        expect(found).toEqual(records.slice(-found.length));
      },
    ),
    { numRuns: 200 },
  );
  const { objects, records } = await archived(Array(1_000).fill(seconds(60)), [[0, 1]]);
  let gets = 0;
  const counting: Objects = { ...objects, get: (key) => objects.get(key).finally(() => void gets++) };
  const found = await collect(counting, { since: (records[990] as StreamRecord).arrival });
  expect(found.length).toBeLessThan(20);
  expect(gets).toBeLessThan(30);
});

test('of many objects four are in memory at a time', async () => {
  const { objects } = await archived(Array(50).fill(1), [[0, 5]]);
  let gets = 0;
  const counting: Objects = {
    ...objects,
    get: (key) => {
      gets++;
      return objects.get(key);
    },
  };
  const reader = archivedAfter(counting, RUN, SHARD);
  await reader.next();
  expect(gets).toBe(4);
  await reader.next();
  expect(gets).toBe(5);
});

test('an object that is no archive is named', async () => {
  const { objects } = await archived([0], [[0, 1]]);
  const [key] = objects.keys();
  await objects.put(key as string, Buffer.from('hello'));
  await expect(collect(objects)).rejects.toThrow(`bucket/${key}: `);
});

test('the family of shards is kept before their first record, also of those that never had one', async () => {
  const log = new MemoryLog('raw', { shards: 2 });
  log.merge('shardId-000000000000', 'shardId-000000000001');
  log.split('shardId-000000000002', 1n << 127n);
  log.put({ partitionKey: 'a', data: Buffer.from('a') });
  const objects = memoryObjects();
  const shard = log.shards().find((s) => !s.closed && log.read(s.id, null).records.length > 0)?.id as string;
  await archive({ raw: memoryStream(log), objects, run: RUN })(
    { stream: 'raw', shard, records: log.read(shard, null).records },
    plenty,
  );
  expect(await keptShards(objects, RUN)()).toEqual(log.shards().map(({ closed: _, ...s }) => s));
});
