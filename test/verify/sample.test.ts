// Once a day some closed windows of each query are computed again: what is right is counted, what is wrong is an alarm, what cannot be
// judged is said.
import { describe, expect, test } from 'vitest';
import { showVerified } from '../../local/verify/show.ts';
import type { Item } from '../../shared/ports.ts';
import { type SampleDeps, type Sampled, stretchesOf, verifySample } from '../../shared/steps/verify/sample.ts';
import { verify } from '../../shared/steps/verify/verify.ts';
import { days, hours, minutes } from '../../shared/time.ts';
import { AT, PLAN, played, queryNamed, type StageGiven } from './given.ts';

const plenty = { remainingMs: () => 900_000 };
const STORED = ['minutes', 'visits', 'sums', 'counts', 'hops', 'grows'];

/** A day's sample that draws a time 40 seconds after the first event. */
const DAY = AT + hours(10);
const draw = (text: string): number => {
  const q = queryNamed(text.slice(0, text.lastIndexOf('-')));
  const span = q.window.kind === 'session' ? minutes(10) : q.window.size;
  return (DAY - hours(2) - span - (AT + 40_000)) / days(1);
};

const sampleOf = async (stage: StageGiven, at: number, more: Partial<SampleDeps> = {}, budget = plenty) => {
  const { query: _, scan: __, ...deps } = stage.depsOf('sums');
  const told = await verifySample({ ...deps, draw, ...more })(at, budget);
  const sampled = (told?.fields?.sampled ?? []) as readonly Sampled[];
  return { measures: told?.measures, sampled, of: (name: string) => sampled.find((s) => s.query === name) as Sampled };
};

describe('the windows of a day', () => {
  test('each query with rows in the table has a stretch of the day before, the same whenever the day is asked', () => {
    const at = Date.parse('2026-02-03T04:05:06Z');
    const all = stretchesOf(PLAN, at);
    expect(all.map((s) => s.query.name).toSorted()).toEqual(STORED.toSorted());
    expect(stretchesOf(PLAN, at)).toEqual(all);
    for (const { from, to } of all) {
      expect(from).toBeGreaterThan(at - hours(27));
      expect(to).toBeLessThanOrEqual(at - hours(2));
    }
  });
  test('another day has other ones, and begins with another query', () => {
    const at = Date.parse('2026-02-03T04:05:06Z');
    const firsts = Array.from({ length: STORED.length }, (_, i) => stretchesOf(PLAN, at + days(i))[0]?.query.name);
    expect(new Set(firsts).size).toBe(STORED.length);
    const times = Array.from({ length: 20 }, (_, i) => (stretchesOf(PLAN, at + days(i))[0]?.from ?? 0) % days(1));
    expect(new Set(times).size).toBeGreaterThan(15);
  });
});

describe('a sample', () => {
  test.each(STORED)('of %s finds its rows equal', async (name) => {
    const stage = await played();
    const { measures, of } = await sampleOf(stage, DAY);
    expect(of(name)).toMatchObject({ different: 0 });
    expect(of(name).rows).toBeGreaterThan(0);
    expect(measures).toMatchObject({ RowsDifferent: 0 });
  });

  test.each([
    ['a changed value', (item: Item) => ({ ...item, row: String(item.row).replace(/"n":(\d+)/, '"n":1$1') })],
    ['a removed row', null],
  ])('%s is counted, and no value of it stands in the log', async (_, spoil) => {
    const stage = await played();
    for (const item of stage.rowsOf('sums'))
      if (spoil === null) await stage.run.results.delete(item);
      else await stage.run.results.put(spoil(item));
    const { measures, sampled, of } = await sampleOf(stage, DAY);
    expect(of('sums').different).toBe(of('sums').rows);
    expect(measures?.RowsDifferent).toBeGreaterThan(0);
    expect(JSON.stringify(sampled)).not.toMatch(/k\d/);
  });

  test('is the same when it is delivered again, and writes nothing', async () => {
    const stage = await played();
    const before = [stage.run.table.items(), stage.run.results.items(), stage.run.objects.keys()];
    const first = await sampleOf(stage, DAY);
    expect((await sampleOf(stage, DAY)).sampled).toEqual(first.sampled);
    expect([stage.run.table.items(), stage.run.results.items(), stage.run.objects.keys()]).toEqual(before);
  });
});

describe('what a sample cannot judge it says', () => {
  test('a day without events', async () => {
    const stage = await played();
    const { measures, sampled } = await sampleOf(stage, AT + days(9));
    expect(new Set(sampled.map((s) => s.why))).toEqual(new Set(['no event came for its windows']));
    expect(measures).toEqual({ RowsVerified: 0, RowsDifferent: 0 });
  });
  test('rows in whose place rows of later windows stand', async () => {
    const stage = await played();
    const later = `${queryNamed('sums').id}|${DAY}|${DAY + minutes(1)}|k`;
    for (const item of stage.rowsOf('sums')) await stage.run.results.put({ ...item, id: later, row: '{"k":"later"}' });
    const { measures, of } = await sampleOf(stage, DAY);
    expect(of('sums')).toMatchObject({ rows: 0, why: 'rows of later windows stand in the place of all its rows' });
    expect(measures?.RowsDifferent).toBe(0);
    const { query: _, ...deps } = stage.depsOf('sums');
    const found = await verify({ ...deps, query: queryNamed('sums') });
    expect([found.rows, found.replaced > 0]).toEqual([0, true]);
    const text = showVerified(found, { name: 'the reference evaluator', why: null });
    expect(text).toContain(`not judged: ${found.replaced} rows: a later one stands in the place of each`);
    expect(text).not.toContain('equal');
  });
  test('windows that are still open', async () => {
    const stage = await played();
    const open = stage.depsOf('sums');
    const manifest = stage.run.table.items().filter((i) => i.pk.startsWith('man#'));
    for (const item of manifest) await stage.run.table.delete(item);
    expect((await sampleOf(stage, DAY, { table: open.table })).of('sums').why).toMatch(/^\d+ not closed, 0/);
  });
  test.each([
    ['too many bytes', { bytes: 100, events: 1_000 }, 'its windows lie in more than 100 bytes of the archive'],
    ['too many events', { bytes: 1e9, events: 10 }, 'its windows lie among more than 10 events'],
  ])('%s', async (_, bounds, why) => {
    const stage = await played();
    const { of, measures } = await sampleOf(stage, DAY, { bounds });
    expect(of('sums')).toMatchObject({ rows: 0, why });
    expect(measures).toMatchObject({ RowsVerified: 0 });
  });
  test('no time left: those before it are judged, the others are first on another day', async () => {
    const stage = await played();
    let left = minutes(1);
    const budget = { remainingMs: () => (left -= 3_000) };
    const { sampled } = await sampleOf(stage, DAY, {}, budget);
    expect(sampled.at(0)?.why).not.toBe('the time was over');
    expect(sampled.at(-1)?.why).toBe('the time was over');
  });
});
