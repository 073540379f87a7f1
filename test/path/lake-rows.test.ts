// The lake under every fault, read by DuckDB: a judge that shares no code with what writes the files.
import { expect, test } from 'vitest';
import { ALL_FAULTS } from '../../local/chaos/faults.ts';
import { rowsWanted } from '../../local/chaos/judge.ts';
import { World } from '../../local/chaos/world/world.ts';
import { lakeRows } from '../steps/duck.ts';

const TABLES = {
  ranks: `SELECT k, strftime(s, '%Y-%m-%d %H:%M:%S.%g') AS s, w::INTEGER AS w, top::INTEGER AS top FROM $files`,
  parsed: `SELECT k, x::INTEGER AS x, w::INTEGER AS w, strftime(t, '%Y-%m-%d %H:%M:%S.%g') AS t FROM $files`,
};
const wanted = new Map<string, number>();

/** Seeds whose worlds have a lake, at rest in the end. */
const SEEDS = Array.from({ length: 14 }, (_, i) => i + 1).filter((seed) => new World(seed).scene.shape.sinks);

test.each(SEEDS)('holds the rows of schedule %i, each once', async (seed) => {
  const world = new World(seed, { ...ALL_FAULTS, redeploy: 0, nap: 0, quietWeeks: 0, silence: 0 });
  await world.play();
  const { scene } = world;
  const all = rowsWanted(scene);
  for (const [table, sql] of Object.entries(TABLES)) {
    const want = all.filter((row) => row.startsWith(`${table} `));
    const rows = await lakeRows(scene.objects, table, sql);
    expect(rows.map((row) => `${table} ${JSON.stringify(row)}`).sort()).toEqual(want);
    wanted.set(table, (wanted.get(table) ?? 0) + want.length);
  }
});

test('these schedules had rows for each table', () => {
  for (const table of Object.keys(TABLES)) expect(wanted.get(table) ?? 0).toBeGreaterThan(30);
});
