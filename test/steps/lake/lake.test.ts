import { describe, expect, test } from 'vitest';
import type { Json } from '../../../shared/event/cloud-event.ts';
import type { Inner } from '../../../shared/lanes/inner.ts';
import { countingNonce } from '../../../shared/memory/clock.ts';
import { memoryStream } from '../../../shared/memory/stream.ts';
import type { Condition, Item } from '../../../shared/ports.ts';
import { compileSql } from '../../../shared/query/compile.ts';
import type { LakeReads } from '../../../shared/steps/lake/tables.ts';
import { lakeFiles, rollUpLake } from '../../../shared/steps/roll-up-lake.ts';
import { writeLake } from '../../../shared/steps/write-lake.ts';
import { days } from '../../../shared/time.ts';
import type { Batch } from '../../../shared/trigger/batch.ts';
import { lakeRows } from '../duck.ts';
import {
  AT,
  atEveryCall,
  batchesOf,
  deliver,
  event,
  failing,
  GROUPS,
  linesUnder,
  marks,
  newLog,
  newPorts,
  plenty,
  RUN,
  row,
  send,
} from '../stage-given.ts';

const TABLES = `
CREATE TABLE visits (visitor STRING, pages BIGINT, spent DECIMAL(10, 2), seen TIMESTAMP(3))
WITH ('connector' = 'filesystem', 'path' = 's3://lake/visits', 'format' = 'parquet');
CREATE TABLE clicks (page STRING, n BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'filesystem', 'path' = 's3://lake/clicks', 'format' = 'parquet', 'millrace.type' = 'click');
CREATE TABLE elsewhere (visitor STRING) WITH ('connector' = 'dynamodb');
`;

const plan = (() => {
  const { plan, errors } = compileSql([{ path: 'tables.sql', text: TABLES }], { types: ['click'] });
  if (errors.length > 0) throw new Error(errors.map((e) => e.message).join('\n'));
  return plan;
})();

const given = () => {
  const ports = newPorts();
  const nonce = countingNonce();
  const logs = { enriched: newLog('enriched'), refined: newLog('refined') };
  type Wrap = <T extends object>(port: T) => T;
  const same: Wrap = (port) => port;
  const deps = (wrap: Wrap) => ({
    plan,
    table: wrap(ports.table),
    objects: wrap(ports.bucket),
    clock: ports.clock,
    nonce,
    run: RUN,
  });
  const stage =
    (wrap: Wrap = same, reads: LakeReads = 'refined') =>
    () =>
      writeLake({ ...deps(wrap), reads, from: wrap(memoryStream(logs[reads])), groups: GROUPS });
  const rollUp = (wrap: Wrap = same) =>
    rollUpLake({
      ...deps(wrap),
      streams: { enriched: wrap(memoryStream(logs.enriched)), refined: wrap(memoryStream(logs.refined)) },
    })(AT, plenty);
  /** Every row of the lake, sorted. */
  const rows = (table = 'visits', columns = 'visitor, pages') =>
    lakeRows(ports.bucket, table, `SELECT ${columns} FROM $files ORDER BY ALL`);
  return { ...ports, logs, stage, rollUp, rows };
};

const visit = (n: number, more: { [name: string]: Json } = {}, hour = 9) =>
  row(
    n,
    'visits',
    { visitor: `v${n}`, pages: n, spent: '1.50', seen: '2026-01-05 09:00:00.000', ...more },
    { key: `k${n % 5}`, at: Date.parse('2026-01-05T00:00:00Z') + hour * 3_600_000 + n },
  );
const visits = (n: number) => Array.from({ length: n }, (_, i) => visit(i + 1));
const expected = (n: number) =>
  visits(n)
    .map((_, i) => ({ visitor: `v${i + 1}`, pages: String(i + 1) }))
    .sort((a, b) => (a.visitor < b.visitor ? -1 : 1));
const sendAll = async (g: ReturnType<typeof given>, items: readonly Inner[], each: number) => {
  for (let i = 0; i < items.length; i += each) await send(g.logs.refined, [...items.slice(i, i + each), ...marks(i)]);
};

test('staged rows are not seen until they are rolled up; then each is there, typed, in the hour of its event', async () => {
  const g = given();
  await sendAll(
    g,
    [visit(1), visit(2, { spent: null, pages: 9007199254740993n }, 23), row(3, 'elsewhere', { visitor: 'x' })],
    3,
  );
  await deliver(g.stage(), batchesOf(g.logs.refined, 100));
  expect(await lakeFiles(g.bucket)).toEqual([]);
  await g.rollUp();
  expect((await lakeFiles(g.bucket)).map((f) => f.key)).toEqual([
    'lake/type=visits/dt=2026-01-05/hour=09/shardId-000000000000-1-000000001.parquet',
    'lake/type=visits/dt=2026-01-05/hour=23/shardId-000000000000-1-000000001.parquet',
  ]);
  expect(await g.rows('visits', 'visitor, pages, spent, seen, type, dt, hour')).toEqual([
    {
      visitor: 'v1',
      pages: '1',
      spent: '1.50',
      seen: '2026-01-05 09:00:00',
      type: 'visits',
      dt: '2026-01-05',
      hour: '09',
    },
    {
      visitor: 'v2',
      pages: '9007199254740993',
      spent: null,
      seen: '2026-01-05 09:00:00',
      type: 'visits',
      dt: '2026-01-05',
      hour: '23',
    },
  ]);
});

test('a table that names event types takes the events themselves, from enriched', async () => {
  const g = given();
  await send(g.logs.enriched, [
    event(1, 'click', { page: '/', n: 1 }),
    event(2, 'order', { page: '/' }),
    event(3, 'click', { page: '/a' }),
  ]);
  await deliver(g.stage(undefined, 'enriched'), batchesOf(g.logs.enriched, 100));
  await g.rollUp();
  expect(await g.rows('clicks', 'page, n, ts')).toEqual([
    { page: '/', n: '1', ts: '2026-01-05 09:00:00.001' },
    { page: '/a', n: null, ts: '2026-01-05 09:00:00.003' },
  ]);
});

test('a value that its column cannot hold is NULL, as in queries', async () => {
  const g = given();
  await send(g.logs.enriched, [event(1, 'click', { page: ['/'], n: 'many' }), event(2, 'click', 'null')]);
  await deliver(g.stage(undefined, 'enriched'), batchesOf(g.logs.enriched, 1));
  await g.rollUp();
  expect(await g.rows('clicks', 'n')).toEqual([{ n: null }, { n: null }]);
});

test('what is no event is kept aside, once, and its neighbours are shown', async () => {
  const g = given();
  await send(g.logs.enriched, [event(1, 'click', '{"page":}'), event(2, 'click', { page: '/b', n: 2 })]);
  await deliver(
    g.stage(undefined, 'enriched'),
    batchesOf(g.logs.enriched, 1).flatMap((b) => [b, b]),
  );
  await g.rollUp();
  expect(await g.rows('clicks', 'page, n')).toEqual([{ page: '/b', n: '2' }]);
  expect(await linesUnder(g.bucket, 'rejected/')).toMatchObject([{ stage: 'write-lake', rule: 'body.not-json' }]);
});

test('a tombstone is no row', async () => {
  const g = given();
  await sendAll(g, [visit(1), row(2, 'visits', { visitor: 'gone' }, { more: { deleted: true } })], 2);
  await deliver(g.stage(), batchesOf(g.logs.refined, 100));
  await g.rollUp();
  expect(await g.rows()).toEqual(expected(1));
});

test('a stream without rows of the lake costs no entry, and a batch of them one', async () => {
  const g = given();
  await sendAll(g, [row(1, 'elsewhere', { visitor: 'x' })], 1);
  await deliver(g.stage(), batchesOf(g.logs.refined, 100));
  expect(g.table.items().filter((i) => i.pk.startsWith('led#'))).toEqual([]);
  await sendAll(g, visits(20), 20);
  await deliver(g.stage(), batchesOf(g.logs.refined, 100));
  expect(g.table.items().filter((i) => i.pk.startsWith('led#'))).toHaveLength(1);
});

describe('each row once', () => {
  test('every batch twice, and again in other borders, rolled up in between', async () => {
    const g = given();
    await sendAll(g, visits(30), 4);
    for (const size of [1, 3, 2, 100]) {
      await deliver(
        g.stage(),
        batchesOf(g.logs.refined, size).flatMap((b) => [b, b]),
      );
      await g.rollUp();
    }
    expect(await g.rows()).toEqual(expected(30));
    expect(
      await lakeRows(g.bucket, 'visits', 'SELECT count(*) AS n, sum(pages) AS pages, sum(spent) AS spent FROM $files'),
    ).toEqual([{ n: '30', pages: '465', spent: '45.00' }]);
  });

  test('a crash at any call of both functions', async () => {
    const calls = await atEveryCall(async (wrap) => {
      const g = given();
      await sendAll(g, visits(9), 3);
      for (const batch of batchesOf(g.logs.refined, 5)) {
        await deliver(g.stage(wrap), [batch]);
        await g.rollUp(wrap).catch(() => undefined);
      }
      await g.rollUp();
      expect(await g.rows()).toEqual(expected(9));
    });
    expect(calls).toBeGreaterThan(20);
  });

  test('a zombie with the same batch, and roll-ups at the same time', async () => {
    const g = given();
    await sendAll(g, visits(12), 4);
    const batches = batchesOf(g.logs.refined, 3);
    await Promise.all([deliver(g.stage(), batches), deliver(g.stage(), batches)]);
    await Promise.all([g.rollUp(), g.rollUp(), g.rollUp()]);
    await sendAll(g, visits(20).slice(12), 4);
    await Promise.all([deliver(g.stage(), batchesOf(g.logs.refined, 7)), g.rollUp(), g.rollUp()]);
    await g.rollUp();
    expect(await g.rows()).toEqual(expected(20));
  });

  test('a warm function whose place was taken by a zombie filters again with the newest marks', async () => {
    const g = given();
    await sendAll(g, visits(12), 6);
    const [first, second] = batchesOf(g.logs.refined, 6) as [Batch, Batch];
    const [warm, zombie] = [g.stage()(), g.stage()()];
    await warm(first, plenty);
    await zombie(first, plenty);
    await zombie(second, plenty);
    expect(await warm(second, plenty)).toMatchObject({ done: second.records.length });
    await deliver(g.stage(), batchesOf(g.logs.refined, 100));
    await g.rollUp();
    expect(await g.rows()).toEqual(expected(12));
  });

  test('a roll-up that stands still before its decision while others go on', async () => {
    const g = given();
    const hours = visits(12).map((_, i) => visit(i + 1, {}, 9 + Math.floor(i / 3)));
    await sendAll(g, hours, 3);
    const batches = batchesOf(g.logs.refined, 5);
    await deliver(g.stage(), batches.slice(0, 1));
    let paused = false;
    const slow = <T extends object>(port: T): T => ({
      ...port,
      ...('update' in port && {
        async put(item: Item, when?: Condition) {
          if (item.pk.startsWith('man#') && !paused) {
            paused = true;
            await deliver(g.stage(), batches);
            await g.rollUp();
          }
          return g.table.put(item, when);
        },
      }),
    });
    await g.rollUp(slow);
    expect(paused).toBe(true);
    await g.rollUp();
    expect(await g.rows()).toEqual(expected(12));
  });

  test('copies that come after a reshard, in the children', async () => {
    const g = given();
    await sendAll(g, visits(10), 5);
    await deliver(g.stage(), batchesOf(g.logs.refined, 3));
    g.logs.refined.updateShardCount(2);
    await sendAll(g, visits(16), 4);
    await deliver(g.stage(), batchesOf(g.logs.refined, 3));
    g.logs.refined.updateShardCount(1);
    await sendAll(g, visits(20), 4);
    await deliver(
      g.stage(),
      batchesOf(g.logs.refined, 4).flatMap((b) => [b, b]),
    );
    await g.rollUp();
    expect(await g.rows()).toEqual(expected(20));
  });

  test('a child is not read before its parents, even when they had no row for the lake', async () => {
    const g = given();
    await sendAll(g, [row(1, 'elsewhere', { visitor: 'x' })], 1);
    const [parent] = batchesOf(g.logs.refined, 100);
    g.logs.refined.updateShardCount(2);
    await sendAll(g, [visit(2)], 1);
    const child = batchesOf(g.logs.refined, 100).find((b) => b.shard !== parent!.shard)!;
    const step = g.stage()();
    await expect(step(child, plenty)).rejects.toMatchObject({ code: 'order.ancestor-unread' });
    await step(parent!, plenty);
    expect(await step(child, plenty)).toMatchObject({ done: child.records.length });
  });
});

test('rows of a file stand in the order of their positions, whatever lanes they came by', async () => {
  const g = given();
  await sendAll(g, visits(20), 10);
  await deliver(g.stage(), batchesOf(g.logs.refined, 3));
  await g.rollUp();
  const inFile = await lakeRows(g.bucket, 'visits', 'SELECT pages FROM $files');
  expect(inFile).toEqual(visits(20).map((_, i) => ({ pages: String(i + 1) })));
});

test('a version decided but not shown is made good by the next run, with the same bytes', async () => {
  const g = given();
  await sendAll(g, visits(6), 3);
  await deliver(g.stage(), batchesOf(g.logs.refined, 100));
  const bytesOf = async () =>
    Object.fromEntries(
      await Promise.all(
        (await lakeFiles(g.bucket)).map(async ({ key }) => [
          key,
          Buffer.from((await g.bucket.get(key))!).toString('hex'),
        ]),
      ),
    );
  await g.rollUp();
  const before = await bytesOf();
  await g.table.update({ pk: 'man#1#write-lake/refined', sk: 'shardId-000000000000' }, { shown: false });
  await g.bucket.delete(Object.keys(before));
  await g.rollUp();
  expect(await bytesOf()).toEqual(before);
  await g.rollUp();
  expect(await bytesOf()).toEqual(before);
});

test('marks outlive the entries: after their time is over an idle shard goes on from its floor', async () => {
  const g = given();
  await sendAll(g, visits(4), 4);
  await deliver(g.stage(), batchesOf(g.logs.refined, 100));
  await g.rollUp();
  g.clock.advance(days(60));
  for (const { pk, sk } of g.table.items()) if (sk.startsWith('e#')) await g.table.delete({ pk, sk });
  await sendAll(g, visits(6), 6);
  await deliver(g.stage(), batchesOf(g.logs.refined, 100));
  await g.rollUp();
  expect(await g.rows()).toEqual(expected(6));
});

test('an entry that is missing stops the shard, never silently', async () => {
  const g = given();
  await sendAll(g, visits(6), 2);
  await deliver(g.stage(), batchesOf(g.logs.refined, 2));
  const entry = g.table.items().find((i) => i.sk === 'e#000000000001')!;
  await g.table.delete(entry);
  await expect(g.rollUp()).rejects.toMatchObject({ code: 'ledger.gap' });
  expect(await lakeFiles(g.bucket)).toEqual([]);
});

test('what cannot be stored now is not done', async () => {
  const g = given();
  await sendAll(g, visits(3), 3);
  const { wrap } = failing(1, 'before');
  await expect(g.stage(wrap)()(batchesOf(g.logs.refined, 100)[0]!, plenty)).rejects.toThrow('call 1 failed');
});
