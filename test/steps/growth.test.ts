// Partitions that are added to `raw` within a run: who announces them, when they may speak, whose key groups stay.
import { expect, test } from 'vitest';
import { Fault } from '../../shared/faults.ts';
import { packGroup, unpackInner } from '../../shared/lanes/block.ts';
import type { Inner } from '../../shared/lanes/inner.ts';
import { manualClock } from '../../shared/memory/clock.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import type { Table } from '../../shared/ports.ts';
import { checkpoints } from '../../shared/steps/checkpoint.ts';
import { growthOf } from '../../shared/steps/growth.ts';
import { shardTree, type TreeShard } from '../../shared/steps/tree.ts';
import { seconds } from '../../shared/time.ts';

const GROUPS = 8;
const given = (shards: number) => {
  const clock = manualClock('2024-05-01T12:00:00Z');
  const log = new MemoryLog('raw', { shards, clock, grows: true, shardName: (n) => `p${n}` });
  const [raw, table] = [memoryStream(log), memoryTable('ledger')];
  const sandbox = () => {
    const tree = shardTree({ table, stream: raw, clock, run: '1' });
    const marks = checkpoints(table, '1', 'validate/raw');
    const growth = growthOf({ raw, tree, marks, clock, groups: GROUPS });
    const find = async (id: string) => (await tree.find(id)) as TreeShard;
    const announce = async (id: string, seq: string) => {
      const { branches, announced } = await growth.announce(await find(id), await marks.read(id));
      await marks.advance(id, seq, announced);
      return branches.map(([group, b]) => `${group}: ${b.lane} -> ${b.next.join(' ')}`);
    };
    const waits = async (id: string) =>
      growth.mustBeAnnounced(await find(id)).then(
        () => null,
        (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
      );
    return { find, announce, waits, tree };
  };
  return { clock, log, raw, sandbox };
};

test('each of the first partitions announces an added one in its own key groups, once', async () => {
  const { clock, log, sandbox } = given(2);
  const { announce } = sandbox();
  expect(await announce('p0', '1')).toEqual([]);
  log.grow();
  clock.advance(seconds(1));
  expect(await announce('p0', '2')).toEqual([
    '0: p0/0 -> p2/0',
    '1: p0/1 -> p2/1',
    '2: p0/2 -> p2/2',
    '3: p0/3 -> p2/3',
  ]);
  expect(await announce('p0', '3')).toEqual([]);
  expect(await sandbox().announce('p1', '1')).toEqual([
    '4: p1/4 -> p2/4',
    '5: p1/5 -> p2/5',
    '6: p1/6 -> p2/6',
    '7: p1/7 -> p2/7',
  ]);
});

test('an added partition waits until all of the first ones have announced it, and for each growth anew', async () => {
  const { clock, log, sandbox } = given(2);
  const [{ announce }, { waits }] = [sandbox(), sandbox()];
  await announce('p0', '1');
  log.grow();
  clock.advance(seconds(1));
  await announce('p0', '2');
  expect(await waits('p2')).toBe('order.not-announced: raw: p2 waits until p1 has announced it');
  await announce('p1', '1');
  expect(await waits('p2')).toBeNull();
  log.grow();
  clock.advance(seconds(1));
  expect(await waits('p3')).toBe('order.not-announced: raw: p3 waits until p0 has announced it');
  expect(await announce('p0', '3')).toContain('0: p0/0 -> p3/0');
  await announce('p1', '2');
  expect([await waits('p2'), await waits('p3'), await waits('p0')]).toEqual([null, null, null]);
});

test('the first partitions keep their part of the ring when it is cut anew; an added one holds all of it', async () => {
  const { log, raw, sandbox } = given(2);
  const before = await sandbox().find('p1');
  log.grow();
  expect((await raw.shards())[1]?.startHash).not.toBe(before.startHash);
  const { tree } = sandbox();
  const rows = await tree.refresh();
  expect(rows.find((r) => r.id === 'p1')).toEqual(before);
  expect(rows.find((r) => r.id === 'p2')).toMatchObject({
    added: true,
    startHash: '0',
    endHash: String(2n ** 128n - 1n),
  });
});

test('a put that was refused decides nothing about who was there first', async () => {
  const clock = manualClock('2024-05-01T12:00:00Z');
  const log = new MemoryLog('raw', { shards: 1, clock, grows: true, shardName: (n) => `p${n}` });
  const table = memoryTable('ledger');
  let refuses = true;
  const refusing: Table = {
    ...table,
    put: async (item, when) => {
      if (refuses) throw new Fault('table.throttled', 'refused');
      return table.put(item, when);
    },
  };
  const [one, other] = [refusing, table].map((t) =>
    shardTree({ table: t, stream: memoryStream(log), clock, run: '1' }),
  );
  await expect(one?.find('p0')).rejects.toThrow('refused');
  log.grow();
  expect((await other?.refresh())?.map((r) => r.added)).toEqual([undefined, undefined]);
  refuses = false;
  expect(await one?.find('p0')).toEqual(await other?.find('p0'));
});

test('a branch survives a record of an inner stream', () => {
  const branch: Inner = { kind: 'branch', lane: 'p0/1', next: ['p2/1', 'p3/1'] };
  expect(packGroup([branch], '0').map(unpackInner)).toEqual([{ ok: true, items: [branch] }]);
});

test('ticks and keys reach a partition that was added', () => {
  const { log } = given(2);
  log.grow();
  expect(log.shards().map((s) => log.shardFor({ partitionKey: 'tick', hashKey: s.startHash }))).toEqual([
    'p0',
    'p1',
    'p2',
  ]);
  expect(() => log.merge('p0', 'p1')).toThrow('raw grows');
});
