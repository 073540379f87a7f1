// A table that was copied, and what `millrace restore` makes of the copy.
import { describe, expect, test } from 'vitest';
import { bringBack, RestoreError } from '../../local/restore/bring-back.ts';
import { readSnapshot, takeSnapshot } from '../../local/restore/snapshot.ts';
import { packJson } from '../../shared/fold/pack.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import type { Item } from '../../shared/ports.ts';
import { homeIn, homeKey, homeOf } from '../../shared/steps/home.ts';
import { packLanes } from '../../shared/steps/ledger/lane-marks.ts';
import { manifests, outboxNumber } from '../../shared/steps/refine/manifest.ts';

const NOW = Date.parse('2024-05-01T12:00:00Z');
const manifest = (fn: string, cur: Record<string, number>, next: number, more: object = {}): Item => ({
  pk: `man#1#${fn}`,
  sk: '0',
  v: 7,
  at: NOW,
  next,
  epoch: 0,
  sent: true,
  id: 'x',
  home: 'old',
  b: packJson({ cur, closed: {}, snap: null, early: {}, since: {} }),
  ...more,
});
const entry = (fn: string, n: number, mark?: string): Item => ({
  pk: `led#1#${fn}#s0`,
  sk: `e#${String(n).padStart(12, '0')}`,
  n,
  through: '',
  x: 9_999_999_999,
  h: packJson({
    l: packLanes(
      new Map(
        mark === undefined
          ? []
          : [['m.aggregate/enriched.q.0/0', { seq: mark.padStart(56, '0'), index: 0, child: 0, clock: 0, endedAt: 0 }]],
      ),
    ),
    q: {},
  }),
});
const home = (table: string): Item => ({ ...homeKey('1'), table, epoch: 0, fences: '[]' });
const back = (items: readonly Item[], more: Partial<Parameters<typeof bringBack>[0]> = {}) => {
  const into = memoryTable('new');
  const objects = memoryObjects('data');
  const call = { items, newer: null, refined: () => [], into, objects, run: '1', now: NOW, ...more };
  return { into, objects, done: bringBack(call) };
};

describe('a copy of a table', () => {
  test('is refused by every function until it was brought back', async () => {
    const copy = memoryTable('copy');
    await copy.putMany([home('old'), manifest('aggregate/enriched', {}, 5)]);
    await expect(homeOf({ table: copy, run: '1' })()).rejects.toMatchObject({ code: 'table.restored' });
    const read = manifests({
      table: copy,
      objects: memoryObjects('data'),
      nonce: () => 'n',
      run: '1',
      fn: 'aggregate/enriched',
      part: 0,
    }).read();
    await expect(read).rejects.toThrow('copy holds a copy of the state of old: run millrace restore');
  });

  test('decides under a new epoch, and fences off what was decided after its instant', async () => {
    const { into, done } = back([
      home('old'),
      entry('aggregate/enriched', 3),
      manifest('aggregate/enriched', { s0: 3 }, 5),
    ]);
    expect(await done).toMatchObject({ epoch: 1, missing: [] });
    const { table, fences } = homeIn((await into.get(homeKey('1'))) as Item);
    expect(table).toBe('new');
    expect(fences).toContainEqual({ fn: 'aggregate/enriched', from: outboxNumber(0, 5), to: outboxNumber(1, 0) });
    expect(await homeOf({ table: into, run: '1' })()).toMatchObject({ epoch: 1 });
  });

  test('never takes an epoch twice, even from the same instant', async () => {
    const objects = memoryObjects('data');
    const items = [home('old'), manifest('aggregate/enriched', {}, 5)];
    const epochs = [];
    for (const name of ['one', 'two'])
      epochs.push(
        (
          await bringBack({
            items,
            newer: null,
            refined: () => [],
            into: memoryTable(name),
            objects,
            run: '1',
            now: NOW,
          })
        ).epoch,
      );
    expect(epochs).toEqual([1, 2]);
  });

  test('keeps the numbers of a decision that was not sent', async () => {
    const { into, objects, done } = back([home('old'), manifest('aggregate/enriched', {}, 5, { sent: false })]);
    await done;
    const deps = { table: into, objects, nonce: () => 'n', run: '1', fn: 'aggregate/enriched', part: 0 };
    expect(await manifests(deps).read()).toMatchObject({ epoch: 1, outEpoch: 0 });
  });

  test('takes claims and repairs from the newer table', async () => {
    const claim = (owner: string): Item => ({ pk: 'dup#1#http#s|a', sk: '-', owner });
    const { into, done } = back([home('old'), claim('shard/1')], {
      newer: {
        table: memoryTable('old'),
        items: () => [claim('shard/2'), { pk: 'fix#1', sk: 'a', kind: 'fixed' }, entry('aggregate/enriched', 9)],
      },
    });
    expect(await done).toMatchObject({ kept: 2 });
    expect(await into.get({ pk: 'dup#1#http#s|a', sk: '-' })).toMatchObject({ owner: 'shard/2' });
    expect(await into.query('led#1#aggregate/enriched#s0')).toEqual([]);
  });

  test('keeps replays as operators left them, and the families of shards of the newer table', async () => {
    const replay = (run: string, state: string): Item => ({ pk: 'replay', sk: run, state });
    const tree = (v: number): Item => ({ pk: 'tree#1#raw', sk: '-', v });
    const items = [home('old'), replay('2', 'running'), replay('3', 'running'), tree(1)];
    const newer = { table: memoryTable('old'), items: () => [replay('3', 'switched'), tree(2)] };
    const { into, done } = back(items, { newer });
    expect(await done).toMatchObject({ kept: 0 });
    expect(await into.query('replay')).toEqual([replay('3', 'switched')]);
    expect(await into.get({ pk: 'tree#1#raw', sk: '-' })).toEqual(tree(2));
    const lost = back(items);
    await lost.done;
    expect(await lost.into.query('replay')).toHaveLength(2);
    const inPlace = memoryTable('new');
    await inPlace.putMany(items);
    await back(items, { newer, into: inPlace }).done;
    expect(await inPlace.query('replay')).toEqual([replay('3', 'switched')]);
  });

  test.each([
    ['names it', [{ ...home('old'), epoch: 2, fences: '[{"fn":"aggregate/enriched","from":"1","to":"2"}]' }], 2, 1],
    ['says nothing', [], 0, 0],
  ])('leaves the table that is given up without a home, when its item %s', async (_, items, epoch, fences) => {
    const old = memoryTable('old');
    await old.putMany(items);
    await back([home('old')], { newer: { table: old, items: () => old.items() } }).done;
    await expect(homeOf({ table: old, run: '1' })()).rejects.toMatchObject({ code: 'table.restored' });
    const left = homeIn((await old.get(homeKey('1'))) as Item);
    expect([left.table, left.epoch, left.fences.length]).toEqual(['new', epoch, fences]);
  });

  test('is brought back from a table that was given up, and nothing into one', async () => {
    const old = memoryTable('old');
    const fence = '[{"fn":"aggregate/enriched","from":"1","to":"2"}]';
    await old.putMany([{ ...home('old'), fences: fence }, manifest('aggregate/enriched', {}, 5)]);
    const first = back(old.items(), { newer: { table: old, items: () => old.items() } });
    await first.done;
    const third = memoryTable('third');
    const newer = { table: first.into, items: () => first.into.items() };
    const again = back(old.items(), { newer, into: third, objects: first.objects });
    expect(await again.done).toMatchObject({ epoch: 2, fences: [JSON.parse(fence)[0], {}, {}] });
    expect(await homeOf({ table: third, run: '1' })()).toMatchObject({ epoch: 2 });
    expect((await third.query('man#1#aggregate/enriched'))[0]).toMatchObject({ epoch: 2, home: 'third' });
    await expect(back([], { into: old }).done).rejects.toThrow('old was given up for new');
  });

  test('is brought back in its own place, with the fences of a restore before', async () => {
    const into = memoryTable('copy');
    const fence = '[{"fn":"aggregate/enriched","from":"1","to":"2"}]';
    await into.putMany([{ ...home('old'), fences: fence, left: 'old' }, manifest('aggregate/enriched', {}, 5)]);
    async function* scanned() {
      yield* into.items();
    }
    const { fences } = await back([], { into, items: scanned() }).done;
    expect(fences[0]).toEqual(JSON.parse(fence)[0]);
  });

  test('is not brought back twice', async () => {
    const into = memoryTable('new');
    await into.put(home('new'));
    await expect(back([], { into }).done).rejects.toThrow(RestoreError);
  });

  test.each([
    [
      'a manifest that counts more than its ledger holds',
      [entry('aggregate/enriched', 2), manifest('aggregate/enriched', { s0: 3 }, 5)],
    ],
    [
      'a ledger that holds a row that nobody has decided',
      [manifest('aggregate/enriched', {}, 5), entry('aggregate/refined', 1, outboxNumber(0, 5))],
    ],
  ])('is refused when it is not of one instant: %s', async (_, items) => {
    await expect(back([home('old'), ...items]).done).rejects.toThrow('not of one instant');
    await expect(takeSnapshot(items, memoryObjects('data'), '1', NOW)).rejects.toThrow('went on while');
  });
});

describe('a snapshot', () => {
  test('gives back every item as it was, bytes too', async () => {
    const objects = memoryObjects('data');
    const items = [home('old'), entry('aggregate/enriched', 3), manifest('aggregate/enriched', { s0: 3 }, 5)];
    const { name } = await takeSnapshot(items, objects, '1', NOW);
    expect(name).toBe('snapshots/1/2024-05-01T12-00-00.000Z.json.zst');
    const read = await readSnapshot(objects, name, '1');
    expect(read.map((i) => ({ ...i, b: undefined, h: undefined }))).toEqual(
      items.map((i) => ({ ...i, b: undefined, h: undefined })),
    );
    expect(Buffer.from(read[2]?.b as Uint8Array)).toEqual(Buffer.from(items[2]?.b as Uint8Array));
  });

  test('of a newer version is refused, and one that is not there', async () => {
    const objects = memoryObjects('data');
    await objects.put('snapshots/1/x', packJson({ version: 2, run: '1', at: NOW, items: [] }));
    await expect(readSnapshot(objects, 'snapshots/1/x', '1')).rejects.toThrow('reads up to 1');
    await expect(readSnapshot(objects, 'snapshots/1/y', '1')).rejects.toThrow('data has no snapshot snapshots/1/y');
  });
});
