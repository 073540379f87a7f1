// What compaction makes of the files of a partition, read by DuckDB.
import { expect, test } from 'vitest';
import { manualClock } from '../../../shared/memory/clock.ts';
import { memoryObjects } from '../../../shared/memory/objects.ts';
import { memoryTable } from '../../../shared/memory/table.ts';
import { compileSql } from '../../../shared/query/compile.ts';
import type { TableColumn } from '../../../shared/query/plan.ts';
import type { SqlType, Value } from '../../../shared/query/types.ts';
import { compactLake, compactPartition, isDue } from '../../../shared/steps/compact-lake.ts';
import { homeItem } from '../../../shared/steps/home.ts';
import { generationFolder } from '../../../shared/steps/lake/files.ts';
import { claim } from '../../../shared/steps/lake/generations.ts';
import { liveFiles } from '../../../shared/steps/lake/live-files.ts';
import { parquetOf } from '../../../shared/steps/lake/parquet.ts';
import { lakePartitions } from '../../../shared/steps/lake/partition.ts';
import { hours, minutes } from '../../../shared/time.ts';
import { duck } from '../duck.ts';

const PART = 'dt=2026-01-05/hour=09';
const NAME = { table: 'visits', part: PART };
const column = (name: string, type: SqlType): TableColumn => ({ name, type });
const [N, SPENT, SEEN, DAY, TEXT] = [
  column('n', { kind: 'BIGINT' }),
  column('spent', { kind: 'DECIMAL', precision: 30, scale: 4 }),
  column('seen', { kind: 'TIMESTAMP' }),
  column('day', { kind: 'DATE' }),
  column('text', { kind: 'STRING' }),
];
const { plan } = compileSql(
  [
    {
      path: 'tables.sql',
      text: `CREATE TABLE visits (n BIGINT) WITH ('connector' = 'filesystem', 'path' = 's3://lake/visits', 'format' = 'parquet');`,
    },
  ],
  { types: [] },
);

const given = () => {
  const [table, objects] = [memoryTable(), memoryObjects()];
  const clock = manualClock(Date.parse('2026-01-05T12:00:00Z'));
  const partitions = lakePartitions(table);
  let version = 0;
  /** A file as a roll-up writes it. */
  const rollUp = async (columns: readonly TableColumn[], rows: readonly (readonly Value[])[], written = true) => {
    const { file } = await claim({ partitions, clock, catalog: undefined }, NAME, {
      shard: 's',
      run: '1',
      version: ++version,
    });
    if (file === undefined || !written) return;
    await objects.put(`${generationFolder('visits', PART, file.generation)}${file.name}`, parquetOf(columns, rows));
  };
  const deps = { plan, table, objects, clock, run: '1' };
  return {
    ...deps,
    rollUp,
    partition: async () => (await partitions.list('visits'))[0]!,
    compact: async (target?: number) =>
      compactPartition({ ...deps, ...(target && { target }) }, (await partitions.list('visits'))[0]!, {
        mostBytes: 1e9,
      }),
    run: () => compactLake(deps)(0, { remainingMs: () => minutes(15) }),
    async rows(sql: string) {
      const files = await liveFiles({ table, objects }, ['visits']);
      const bytes: Record<string, Uint8Array> = {};
      for (const { key } of files) bytes[key] = (await objects.get(key))!;
      return { files: files.length, rows: await duck(bytes, sql.replaceAll('$files', `(SELECT * FROM $files)`)) };
    },
  };
};

test('every type comes through as it was, NULL too', async () => {
  const g = given();
  const columns = [N, SPENT, SEEN, DAY, TEXT];
  const values: readonly (readonly Value[])[] = [
    [9007199254740993n, { unscaled: -123456789012345678901234567n, scale: 4 }, 1_767_603_600_123, 20_458, 'käse'],
    [null, null, null, null, null],
    [-1n, { unscaled: 15n, scale: 1 }, -1, -1, ''],
  ];
  await g.rollUp(columns, values.slice(0, 1));
  await g.rollUp(columns, values.slice(1));
  const sql = `SELECT n, spent, typeof(spent) AS type, seen, day, text FROM $files ORDER BY n NULLS FIRST`;
  const before = await g.rows(sql);
  expect(await g.compact()).toMatchObject({ kind: 'compacted', from: 2, to: 1 });
  const after = await g.rows(sql);
  expect([before.files, after.files, after.rows]).toEqual([2, 1, before.rows]);
  expect(after.rows[2]).toMatchObject({
    n: '9007199254740993',
    spent: '-12345678901234567890123.4567',
    type: 'DECIMAL(30,4)',
  });
});

test('columns that came later are NULL in older rows, those that went stay', async () => {
  const g = given();
  await g.rollUp([N, TEXT], [[1n, 'old']]);
  await g.rollUp([N, SEEN], [[2n, 0]]);
  await g.compact();
  expect((await g.rows(`SELECT n, text, seen FROM $files ORDER BY n`)).rows).toEqual([
    { n: '1', text: 'old', seen: null },
    { n: '2', text: null, seen: '1970-01-01 00:00:00' },
  ]);
});

test('a column of two types makes two files, and no row is lost', async () => {
  const g = given();
  await g.rollUp([N], [[1n]]);
  await g.rollUp([N], [[2n]]);
  await g.rollUp([column('n', { kind: 'STRING' })], [['3']]);
  expect(await g.compact()).toMatchObject({ from: 3, to: 2 });
});

test('what is no Parquet file goes on as it is', async () => {
  const g = given();
  await g.rollUp([N], [[1n]]);
  await g.rollUp([N], [[2n]]);
  const [key] = g.objects.keys();
  await g.objects.put(key!, Buffer.from('not parquet'));
  expect(await g.compact()).toMatchObject({ from: 2, to: 2 });
});

test('a file that is large enough is carried over, byte for byte', async () => {
  const g = given();
  for (const n of [1n, 2n, 3n]) await g.rollUp([N], [[n]]);
  expect(await g.compact(100)).toMatchObject({ from: 3, to: 3 });
  expect((await g.rows(`SELECT sum(n) AS n FROM $files`)).rows).toEqual([{ n: '6' }]);
});

test('a file that was announced and is not there yet is waited for', async () => {
  const g = given();
  await g.rollUp([N], [[1n]]);
  await g.rollUp([N], [[2n]], false);
  expect(await g.compact()).toMatchObject({ kind: 'waits' });
  expect((await g.partition()).next).toBe(0);
});

test('an hour is compacted when it is over, quiet, and has more than one file; old files go a day later', async () => {
  const g = given();
  await g.rollUp([N], [[1n]]);
  const end = Date.parse('2026-01-05T10:00:00Z');
  const [one, quiet] = [await g.partition(), g.clock.now() + minutes(10)];
  await g.rollUp([N], [[2n]]);
  const two = await g.partition();
  expect([
    isDue(one, quiet),
    isDue(two, quiet - 1),
    isDue(two, quiet),
    isDue({ ...two, claimed: 0 }, end + minutes(59)),
    isDue({ ...two, claimed: 0 }, end + hours(1)),
  ]).toEqual([false, false, true, false, true]);
  g.clock.advance(minutes(10));
  await g.run();
  expect(g.objects.keys()).toEqual([
    'compacted/000002/type=visits/dt=2026-01-05/hour=09/part-00001.parquet',
    'lake/type=visits/dt=2026-01-05/hour=09/s-1-000000001.parquet',
    'lake/type=visits/dt=2026-01-05/hour=09/s-1-000000002.parquet',
  ]);
  g.clock.advance(hours(24) - 1);
  await g.run();
  expect(g.objects.keys()).toHaveLength(3);
  g.clock.advance(1);
  await g.run();
  expect(g.objects.keys()).toEqual(['compacted/000002/type=visits/dt=2026-01-05/hour=09/part-00001.parquet']);
});

test('a copy of the table is left alone, and a table that was given up decides nothing any more', async () => {
  const g = given();
  await g.rollUp([N], [[1n]]);
  await g.rollUp([N], [[2n]]);
  const before = await g.partition();
  await g.table.put(homeItem('1', { table: 'another', epoch: 1, fences: [] }));
  g.clock.advance(hours(3));
  await expect(g.run()).rejects.toMatchObject({ code: 'table.restored' });
  await expect(g.compact()).rejects.toMatchObject({ code: 'table.restored' });
  expect(await g.partition()).toEqual(before);
  expect(g.objects.keys()).toHaveLength(2);
});

test('a restore in the midst of a compaction: it decides nothing', async () => {
  const g = given();
  await g.rollUp([N], [[1n]]);
  await g.rollUp([N], [[2n]]);
  const { put } = g.objects;
  g.objects.put = async (...args) => {
    if (args[0].startsWith('compacted/')) await g.table.put(homeItem('1', { table: 'another', epoch: 1, fences: [] }));
    return put.apply(g.objects, args);
  };
  await expect(g.compact()).rejects.toMatchObject({ code: 'table.restored' });
  expect((await g.partition()).live).toBe(1);
  expect((await g.rows('SELECT sum(n) AS n FROM $files')).rows).toEqual([{ n: '3' }]);
});
