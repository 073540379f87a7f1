// The lake when its table is brought back while a compaction of the table that is given up is still at work.
import { expect, test } from 'vitest';
import { bringBack } from '../../local/restore/bring-back.ts';
import { manualClock } from '../../shared/memory/clock.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import type { Item, Table } from '../../shared/ports.ts';
import type { Plan, TableColumn } from '../../shared/query/plan.ts';
import { compactPartition } from '../../shared/steps/compact-lake.ts';
import { generationFolder } from '../../shared/steps/lake/files.ts';
import { claim } from '../../shared/steps/lake/generations.ts';
import { liveFiles } from '../../shared/steps/lake/live-files.ts';
import { parquetOf } from '../../shared/steps/lake/parquet.ts';
import { lakePartitions } from '../../shared/steps/lake/partition.ts';
import { hours } from '../../shared/time.ts';
import { duck } from '../steps/duck.ts';

const VISITS = { table: 'visits', part: 'dt=2026-01-05/hour=09' };
const N: TableColumn = { name: 'n', type: { kind: 'BIGINT' } };

/** One object store, and tables that have it one after the other. */
const given = () => {
  const [objects, clock] = [memoryObjects('data'), manualClock(Date.parse('2026-01-05T12:00:00Z'))];
  const on = (table: Table) => {
    const partitions = lakePartitions(table);
    return {
      rollUp: async (version: number, n: bigint) => {
        const of = { shard: 's', run: '1', version };
        const { file } = await claim({ partitions, clock, catalog: undefined }, VISITS, of);
        const folder = generationFolder(VISITS.table, VISITS.part, file?.generation ?? 1);
        await objects.put(`${folder}${file?.name}`, parquetOf([N], [[n]]));
      },
      compact: async () => {
        const [p] = await partitions.list('visits');
        if (p === undefined) throw new Error('no partition');
        return compactPartition({ plan: {} as Plan, table, objects, clock, run: '1' }, p, { mostBytes: 1e9 });
      },
      sum: async () => {
        const bytes: Record<string, Uint8Array> = {};
        for (const { key } of await liveFiles({ table, objects }, ['visits']))
          bytes[key] = (await objects.get(key)) as Uint8Array;
        return (await duck(bytes, 'SELECT sum(n) AS n FROM (SELECT * FROM $files)'))[0]?.n;
      },
    };
  };
  return { objects, clock, on };
};

test.each([
  ['knows of the partition', 2],
  ['knows nothing of the partition', 0],
])('a compaction that outlives a restore writes over no file of the new table, which %s', async (_, known) => {
  const { objects, clock, on } = given();
  const [old, into] = [memoryTable('old'), memoryTable('new')];
  let instant: readonly Item[] = [];
  for (const version of [1, 2, 3]) {
    await on(old).rollUp(version, BigInt(version));
    if (version === known) instant = old.items();
  }
  const { put } = objects;
  let writing = false;
  objects.put = async (...args) => {
    if (!writing && args[0].startsWith('compacted/')) {
      writing = true;
      const newer = { table: old, items: () => old.items() };
      await bringBack({ items: instant, newer, refined: () => [], into, objects, run: '1', now: clock.now() });
      for (let version = known + 1; version <= 2; version++) await on(into).rollUp(version, BigInt(version));
      clock.advance(hours(3));
      expect(await on(into).compact()).toMatchObject({ kind: 'compacted' });
    }
    return put.apply(objects, args);
  };
  await expect(on(old).compact()).rejects.toMatchObject({ code: 'table.restored' });
  expect(await on(into).sum()).toBe('3');
});
