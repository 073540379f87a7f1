// Rows that were right stay right in the eyes of verify; each kind of damage is found, named, and put right.
import { describe, expect, test } from 'vitest';
import { packJson, unpackJson } from '../../shared/fold/pack.ts';
import type { Item } from '../../shared/ports.ts';
import { dynamoRows } from '../../shared/steps/sink/dynamo-rows.ts';
import type { Difference } from '../../shared/steps/verify/compare.ts';
import { repair, repairVersion } from '../../shared/steps/verify/repair.ts';
import { manifestOf, type Verified } from '../../shared/steps/verify/verify.ts';
import { played, queryNamed, type StageGiven, silence, stageGiven } from './given.ts';

const ALL = ['sums', 'hops', 'grows', 'visits', 'minutes'];

describe('rows that are right', () => {
  test.each(ALL)('%s: every closed window equals what the archive gives', async (name) => {
    const stage = await played();
    const { differences, windows, rows, events } = await stage.verify(name);
    expect(differences).toEqual([]);
    expect(events).toBeGreaterThan(200);
    expect(windows).toBeGreaterThan(2);
    expect(rows).toBe(stage.rowsOf(name).length);
  });
  test.each(ALL)(
    '%s: a part of the time gives the same verdict, and what it cannot know it does not judge',
    async (name) => {
      const stage = await played();
      const from = Date.parse('2026-01-05T09:01:00Z');
      const part = await stage.verify(name, { from, to: from + 60_000 });
      expect(part.differences).toEqual([]);
      expect(part.windows).toBeGreaterThan(0);
      expect(part.span?.[0]).toBeGreaterThanOrEqual(from);
    },
  );
});

type Plant = (stage: StageGiven, name: string) => Promise<Item>;
const some = (stage: StageGiven, name: string): Item => {
  const rows = stage.rowsOf(name);
  return rows[rows.length >> 1] as Item;
};
const changed = (item: Item): string => (item.row as string).replace(/"n":(\d+)/, (_, n) => `"n":${Number(n) + 1}`);

const PLANTS: readonly (readonly [string, Difference['kind'], Plant])[] = [
  [
    'a row is removed',
    'missing',
    async (stage, name) => {
      const item = some(stage, name);
      await stage.run.results.delete({ pk: item.pk, sk: '-' });
      return item;
    },
  ],
  [
    'a value is changed',
    'other',
    async (stage, name) => {
      const item = some(stage, name);
      await stage.run.results.put({ ...item, row: changed(item) });
      return item;
    },
  ],
  [
    'a value is changed by somebody who writes a version beyond all others',
    'other',
    async (stage, name) => {
      const item = some(stage, name);
      await stage.run.results.put({ ...item, row: changed(item), ver: '9' });
      return item;
    },
  ],
  [
    'a row is added',
    'extra',
    async (stage, name) => {
      const item = some(stage, name);
      const added = {
        ...item,
        pk: item.pk.replace(/k\d/, 'k99'),
        id: (item.id as string).replace(/k\d/, 'k99'),
        row: (item.row as string).replace(/k\d/, 'k99'),
      };
      await stage.run.results.put(added);
      return added;
    },
  ],
  [
    'a row is added that names no query',
    'extra',
    async (stage, name) => {
      const added = { pk: `${name}#by hand`, sk: '-', row: '{"k":"x"}' };
      await stage.run.results.put(added);
      return added;
    },
  ],
  [
    'a row is replaced by what is no row',
    'unreadable',
    async (stage, name) => {
      const item = some(stage, name);
      await stage.run.results.put({ ...item, row: '{"k":' });
      return item;
    },
  ],
];

const repaired = async (stage: StageGiven, name: string, found: Verified) => {
  const now = await manifestOf(stage.depsOf(name), queryNamed(name));
  return repair(stage.run.results, found.differences, found.manifest, now);
};

describe('damage', () => {
  const few = PLANTS.filter(([what]) => what === 'a value is changed' || what === 'a row is added');
  const cases = ALL.flatMap((name) => (name === 'sums' ? PLANTS : few).map((p) => [name, ...p] as const));
  test.each(cases)('%s: %s', async (name, _, kind, plant) => {
    const stage = await played();
    const before = stage.rowsOf(name).map((i) => `${i.pk} ${i.row}`);
    const { pk } = await plant(stage, name);
    const found = await stage.verify(name);
    expect(found.differences.map((d) => [d.kind, d.pk])).toEqual([[kind, pk]]);
    expect((await repaired(stage, name, found)).map((r) => r.outcome)).toEqual(['written']);
    expect((await stage.verify(name)).differences).toEqual([]);
    expect(stage.rowsOf(name).map((i) => `${i.pk} ${i.row}`)).toEqual(before);
  });

  test('an older revision is put back: it is told how much of the window it had counted', async () => {
    const stage = stageGiven(1);
    const at = async (by: number, k: string, n: number, late = 0) => {
      stage.clock.advance(by);
      stage.click(k, n, late);
      await stage.flow();
    };
    await at(1_000, 'a', 3);
    await at(30_000, 'b', 1);
    const [first] = stage.rowsOf('sums').filter((i) => i.pk.includes('"a"'));
    await at(5_000, 'a', 4, 30_000);
    await silence(stage);
    expect((await stage.verify('sums')).differences).toEqual([]);
    await stage.run.results.put(first as Item);
    const found = await stage.verify('sums');
    expect(found.differences).toMatchObject([{ kind: 'older', pk: first?.pk, counted: [1, 2] }]);
    expect(found.differences[0]?.columns).toContainEqual({ column: 'v', found: '3', expected: '7' });
    await repaired(stage, 'sums', found);
    expect((await stage.verify('sums')).differences).toEqual([]);
  });

  test.each(['sums', 'hops', 'minutes'])('a ledger entry is altered before its windows close: %s', async (name) => {
    const stage = stageGiven(1);
    for (let i = 0; i < 3; i++) {
      stage.clock.advance(1_000);
      stage.click('a', i);
    }
    await stage.gather();
    const id = queryNamed(name === 'minutes' ? 'tens' : name).id;
    for (const item of stage.run.table.items().filter((i) => i.pk.startsWith('led#1#aggregate/enriched'))) {
      if (item.p === undefined) continue;
      const body = unpackJson(item.p as Uint8Array) as { p: Record<string, { p: { v: number[][] } }> };
      const column = body.p[id]?.p.v[name === 'minutes' ? 1 : 0] as number[];
      column[0] = (column[0] as number) + 5;
      await stage.run.table.put({ ...item, p: packJson(body) });
    }
    await silence(stage);
    const found = await stage.verify(name);
    expect(found.differences.length).toBeGreaterThan(0);
    expect(new Set(found.differences.map((d) => d.kind))).toEqual(new Set(['other']));
    await repaired(stage, name, found);
    expect((await stage.verify(name)).differences).toEqual([]);
  });
});

describe('a repair', () => {
  const spoilt = async () => {
    const stage = await played();
    const item = some(stage, 'sums');
    await stage.run.results.put({ ...item, row: changed(item) });
    const found = await stage.verify('sums');
    return { stage, item, found };
  };
  const sent = (item: Item, version: string, row: string) => ({
    ...{ table: 'sums', key: item.pk.slice('sums#'.length), id: item.id as string, version, row },
    ...{ source: '', time: '', early: false, arrival: 0 },
  });

  test('is not overwritten by a row that was decided before and is delivered again', async () => {
    const { stage, item, found } = await spoilt();
    await repaired(stage, 'sums', found);
    const again = await dynamoRows(stage.run.results).write([sent(item, item.ver as string, '{"old":1}')]);
    expect(again).toEqual([{ kind: 'older' }]);
    expect((await stage.verify('sums')).differences).toEqual([]);
  });
  test('does not stand in the way of what is decided next', async () => {
    const { stage, item, found } = await spoilt();
    await repaired(stage, 'sums', found);
    const { epoch, next } = await manifestOf(stage.depsOf('sums'), queryNamed('sums'));
    const later = repairVersion({ epoch, next: next + 1 });
    expect(await dynamoRows(stage.run.results).write([sent(item, later, '{"new":1}')])).toEqual([{ kind: 'stored' }]);
  });
  test('gives way to a row that was decided after it looked', async () => {
    const { stage, item, found } = await spoilt();
    const later = repairVersion({ ...found.manifest, next: found.manifest.next + 1 });
    await dynamoRows(stage.run.results).write([sent(item, later, '{"new":1}')]);
    const now = { ...found.manifest, next: found.manifest.next + 2 };
    const out = await repair(stage.run.results, found.differences, found.manifest, now);
    expect(out.map((r) => r.outcome)).toEqual(['newer']);
    expect((await stage.run.results.get({ pk: item.pk, sk: '-' }))?.row).toBe('{"new":1}');
  });
  test('of a repair that was spoilt again is done again', async () => {
    const { stage, item, found } = await spoilt();
    await repaired(stage, 'sums', found);
    const stands = (await stage.run.results.get({ pk: item.pk, sk: '-' })) as Item;
    await stage.run.results.put({ ...stands, row: changed(stands) });
    await repaired(stage, 'sums', await stage.verify('sums'));
    expect((await stage.verify('sums')).differences).toEqual([]);
  });
});
