import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { packArchive } from '../../shared/steps/archive/container.ts';
import { archive, archiveDay, archivedRecords, readArchive } from '../../shared/steps/archive.ts';
import type { Batch } from '../../shared/trigger/batch.ts';
import { AT, atEveryCall, batchesOf, deliver, newLog, RUN } from './stage-given.ts';

const bytes = fc.uint8Array({ maxLength: 200 });
const batch: fc.Arbitrary<Batch> = fc.record({
  stream: fc.string(),
  shard: fc.string(),
  records: fc.array(
    fc.record({
      seq: fc.bigInt({ min: 0n }).map(String),
      partitionKey: fc.string(),
      arrival: fc.maxSafeInteger(),
      data: bytes,
    }),
  ),
});

const plain = (b: Batch) => ({ ...b, records: b.records.map((r) => ({ ...r, data: [...r.data] })) });

test('any batch comes back as it came, from the same bytes each time', () => {
  fc.assert(
    fc.property(batch, (b) => {
      const packed = packArchive(b);
      expect(plain(readArchive(packed))).toEqual(plain(b));
      expect(Buffer.compare(packed, packArchive(b))).toBe(0);
    }),
  );
});

describe('what is no archive is said so', () => {
  const good: Batch = {
    stream: 'raw',
    shard: 's',
    records: [{ seq: '1', partitionKey: 'k', arrival: AT, data: Buffer.from('abc') }],
  };
  test.each([
    ['plain text', Buffer.from('hello'), /header check/],
    ['an empty gzip', gzipSync(''), /no archive of version 1/],
    ['another version', gzipSync('{"millrace":"archive","version":2,"records":[]}\n'), /no archive of version 1/],
    [
      'cut data',
      gzipSync('{"millrace":"archive","version":1,"stream":"raw","shard":"s","records":[["1","k",0,4]]}\nabc'),
      /3 bytes names 4/,
    ],
    [
      'more data',
      gzipSync('{"millrace":"archive","version":1,"stream":"raw","shard":"s","records":[["1","k",0,2]]}\nabc'),
      /3 bytes names 2/,
    ],
    ['a cut file', packArchive(good).subarray(0, 60), /unexpected end of file/],
  ])('%s', (_what, packed, message) => {
    expect(() => readArchive(packed)).toThrow(message);
  });
});

const given = () => {
  const log = newLog('raw', 2);
  for (let n = 0; n < 20; n++)
    log.put({ partitionKey: `k${n}`, data: Buffer.from(n % 4 === 0 ? [] : `event ${n}`) }, AT + n);
  const bucket = memoryObjects();
  const stored = async () => {
    const found = await bucket.list(archiveDay(RUN, AT));
    return archivedRecords(await Promise.all(found.map(async ({ key }) => readArchive((await bucket.get(key))!))));
  };
  const expected = new Map(log.shards().map(({ id }) => [id, log.read(id, null).records]));
  const text = (m: ReadonlyMap<string, readonly { seq: string; data: Uint8Array }[]>) =>
    [...m].map(([shard, records]) => [shard, records.map((r) => `${r.seq} ${Buffer.from(r.data).toString()}`)]);
  return { log, bucket, stored: async () => text(await stored()), expected: text(expected) };
};

test('every batch twice, and in other borders: each record once, in order, ticks too', async () => {
  const g = given();
  const step = () => archive({ raw: memoryStream(g.log), objects: g.bucket, run: RUN });
  await deliver(
    step,
    [3, 4, 100].flatMap((size) => batchesOf(g.log, size).flatMap((b) => [b, b])),
  );
  expect(await g.stored()).toEqual(g.expected);
  expect(g.bucket.keys()[0]).toMatch(/^archive\/1\/dt=2026-01-05\/shardId-000000000000\/\d{56}-\d{56}\.gz$/);
});

test('a crash at any call', async () => {
  await atEveryCall(async (wrap) => {
    const g = given();
    await deliver(() => archive({ raw: memoryStream(g.log), objects: wrap(g.bucket), run: RUN }), batchesOf(g.log, 4));
    expect(await g.stored()).toEqual(g.expected);
  });
});
