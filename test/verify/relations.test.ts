// Joins, ranks, deduplication and groups without a window: what is right stays right in the eyes of verify; damage is found, named and put right.
import { describe, expect, test } from 'vitest';
import type { Item } from '../../shared/ports.ts';
import type { Difference } from '../../shared/steps/verify/compare.ts';
import { repair } from '../../shared/steps/verify/repair.ts';
import { manifestOf, type Verified } from '../../shared/steps/verify/verify.ts';
import { AT, played, RELATION_PLAN, type StageGiven, silence, stageGiven } from './given.ts';

const WINDOWED = ['best', 'couples', 'pair_counts', 'kinds'];
const BY_TIME = ['meets', 'firsts'];
const RUNNING = ['totals', 'many', 'tops', 'lasts'];
const ALL = [...WINDOWED, ...BY_TIME, ...RUNNING];

/** So long that no event to come could be as old as those that came. */
const quiet = async (seed = 1): Promise<StageGiven> => {
  const stage = await played(seed, RELATION_PLAN);
  await silence(stage);
  return stage;
};
const standing = (stage: StageGiven, name: string): readonly Item[] =>
  stage.rowsOf(name).filter((i) => i.deleted !== true);
const shown = (stage: StageGiven, name: string) => standing(stage, name).map((i) => `${i.pk} ${i.row}`);

let once: Promise<StageGiven> | undefined;
/** The same for all tests that leave it as it was. */
const same = (): Promise<StageGiven> => {
  once ??= quiet();
  return once;
};

describe('rows that are right', () => {
  test.each([1, 2, 3])('what stands equals what the archive gives, seed %i', async (seed) => {
    const stage = await (seed === 1 ? same() : quiet(seed));
    for (const name of ALL) {
      const { differences, rows, events } = await stage.verify(name);
      expect([name, differences]).toEqual([name, []]);
      expect(events).toBeGreaterThan(200);
      expect([name, rows]).toEqual([name, standing(stage, name).length]);
      expect(rows).toBeGreaterThan(3);
    }
  });
  test.each([...WINDOWED, ...BY_TIME])('%s: a part of the time gives the same verdict', async (name) => {
    const stage = await same();
    const part = await stage.verify(name, { from: AT + 60_000, to: AT + 100_000 });
    expect(part.differences).toEqual([]);
    expect(part.rows).toBeGreaterThan(0);
    expect(part.rows).toBeLessThan(standing(stage, name).length);
  });
});

type Plant = (item: Item) => { readonly put?: Item; readonly remove?: true };
const changed = (item: Item): string => String(item.row).replace(/"n":(\d+)/, (_, n) => `"n":${Number(n) + 1}`);
const elsewhere = (text: unknown): string => String(text).replaceAll('k2', 'k77');

const PLANTS: readonly (readonly [string, Difference['kind'], Plant])[] = [
  ['a row is removed', 'missing', () => ({ remove: true })],
  ['a value is changed', 'other', (item) => ({ put: { ...item, row: changed(item) } })],
  [
    'a value is changed by somebody who writes a version beyond all others',
    'other',
    (item) => ({ put: { ...item, row: changed(item), ver: '9' } }),
  ],
  ['a row is added that names no query', 'extra', (item) => ({ put: { ...item, pk: `${item.pk}!`, id: 'by hand' } })],
  ['a row is replaced by what is no row', 'unreadable', (item) => ({ put: { ...item, row: '{"k":' } })],
];

const repaired = async (stage: StageGiven, name: string, found: Verified) => {
  const now = await manifestOf(stage.depsOf(name), stage.depsOf(name).query);
  return repair(stage.run.results, found.differences, found.manifest, now);
};

describe('damage', () => {
  test.each(ALL.flatMap((name) => PLANTS.map((p) => [name, ...p] as const)))('%s: %s', async (name, _, kind, plant) => {
    const stage = await same();
    const before = shown(stage, name);
    const all = standing(stage, name);
    const item = all[all.length >> 1] as Item;
    const { put, remove } = plant(item);
    if (remove) await stage.run.results.delete(item);
    if (put) await stage.run.results.put(put);
    const found = await stage.verify(name);
    expect(found.differences.map((d) => [d.kind, d.pk])).toEqual([[kind, put?.pk ?? item.pk]]);
    expect((await repaired(stage, name, found)).map((r) => r.outcome)).toEqual(['written']);
    expect((await stage.verify(name)).differences).toEqual([]);
    expect(shown(stage, name)).toEqual(before);
  });

  test.each(ALL.filter((name) => !['couples', 'kinds', 'meets'].includes(name)))(
    '%s: a row of the query under a key that it never had',
    async (name) => {
      const stage = await same();
      const item = standing(stage, name).find((i) => i.pk.includes('k2')) as Item;
      const added = { ...item, pk: elsewhere(item.pk), id: elsewhere(item.id), row: elsewhere(item.row) };
      await stage.run.results.put(added);
      const found = await stage.verify(name);
      expect(found.differences.map((d) => [d.kind, d.pk])).toEqual([['extra', added.pk]]);
      await repaired(stage, name, found);
      expect((await stage.verify(name)).differences).toEqual([]);
    },
  );
});

describe('queries without windows, while events come', () => {
  test('what was not counted yet is not asked for', async () => {
    const stage = await quiet();
    stage.click('k1', 8);
    stage.click('k9', 1);
    await stage.gather(); // in the ledger, and not decided
    for (const name of RUNNING) expect([name, (await stage.verify(name)).differences]).toEqual([name, []]);
    await stage.flow();
    for (const name of RUNNING) {
      const { differences, rows } = await stage.verify(name);
      expect([name, differences, rows]).toEqual([name, [], standing(stage, name).length]);
    }
  });

  test('what the archive has not got yet is read from the stream; without it nothing is judged, and the shard is named', async () => {
    const stage = await quiet();
    const objects = await stage.run.objects.list('archive/1/dt=2026-01-05/shardId-000000000001/');
    await stage.run.objects.delete(objects.slice(-1).map((o) => o.key));
    for (const name of RUNNING) {
      expect([name, (await stage.verify(name)).differences]).toEqual([name, []]);
      const found = await stage.verify(name, { live: undefined });
      expect(found).toMatchObject({ differences: [], rows: 0, held: 'shardId-000000000001' });
      expect(found.notJudged.open).toBeGreaterThan(0);
    }
  });

  test('what was decided while it looked is judged another time', async () => {
    const stage = await quiet();
    const { results } = stage.run;
    const getMany: typeof results.getMany = async (keys) => {
      stage.click('k1', 8);
      await stage.flow();
      return results.getMany(keys);
    };
    const found = await stage.verify('totals', { results: { ...results, getMany }, scan: undefined as never });
    expect(found.differences).toEqual([]);
    expect(found.notJudged.open).toBe(1);
  });

  test('a key whose rows began before what was read is not judged', async () => {
    const stage = stageGiven(1, RELATION_PLAN);
    for (let i = 0; i < 120; i++) {
      stage.clock.advance(10_000);
      stage.click('a', 1);
      if (i > 110) stage.click('b', 1);
      if (i % 40 === 39) await stage.flow();
    }
    expect(await stage.verify('totals')).toMatchObject({ differences: [], rows: 2 });
    expect(await stage.verify('totals', { from: AT + 1_100_000 })).toMatchObject({ differences: [], rows: 1 });
  });
});
