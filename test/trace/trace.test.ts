// Where an event went: what each query made of it is what the pipeline made of it.
import { describe, expect, test } from 'vitest';
import { showTraced } from '../../local/trace/show.ts';
import { readWanted, trace } from '../../local/trace/trace.ts';
import type { Item } from '../../shared/ports.ts';
import { AT, type StageGiven, silence, stageGiven } from '../verify/given.ts';

const find = async (given: StageGiven, what: string) => {
  const { scan, ...past } = given.depsOf('sums');
  const before = given.run.table.writes() + given.run.results.writes();
  const found = await trace({ stage: given.stage(), past, scan: scan as NonNullable<typeof scan> }, readWanted(what));
  expect(given.run.table.writes() + given.run.results.writes()).toBe(before);
  const of = (query: string) => found.copies[0]?.fates.find((f) => f.query === query);
  return { ...found, of, text: showTraced(found) };
};
const sent = async (): Promise<StageGiven> => {
  const given = stageGiven(1);
  given.clock.advance(12_000);
  given.click('a', 3);
  given.click('b', 0);
  given.clock.advance(20_000);
  given.click('a', 4);
  await given.flow();
  given.click('late', 5, 25_000);
  given.click('bad', 1, 0, { bad: true });
  await given.flow();
  return given;
};

describe('an event by its id', () => {
  test('place, times, the windows that it counted in, and the rows that it is part of', async () => {
    const given = await sent();
    await silence(given);
    const { copies, of, aside } = await find(given, 'e0');
    expect(aside).toEqual([]);
    expect(copies).toHaveLength(1);
    expect(copies[0]).toMatchObject({
      shard: 'shardId-000000000000',
      arrival: AT + 12_000,
      time: AT + 12_000,
      clock: null,
    });
    expect(copies[0]?.entry?.n).toBe(1);
    expect(of('tens')).toMatchObject({
      connector: 'kinesis',
      windows: [{ start: AT + 10_000, verdict: 'counted', closed: true }],
    });
    const [item] = given.rowsOf('sums').filter((i) => i.pk.includes('"a"')) as [Item];
    expect(of('sums')?.windows[0]?.row).toEqual({ pk: item.pk, version: item.ver, text: item.row });
    expect(of('hops')?.windows.map((w) => w.row !== null)).toEqual([true, true, true]);
    expect(JSON.parse(of('visits')?.windows[0]?.row?.text ?? '{}')).toMatchObject({ k: 'a', n: 1 });
    // By way of the rows of tens.
    expect(JSON.parse(of('minutes')?.windows[0]?.row?.text ?? '{}')).toEqual({
      k: 'a',
      s: '2026-01-05 09:00:00.000',
      n: 7,
    });
  });

  test('what WHERE left out', async () => {
    const { of, text } = await find(await sent(), 'e1');
    expect(of('sums')?.verdict).toBe('filtered');
    expect(of('tens')?.verdict).toBe('windows');
    expect(text).toContain('sums: left out by its WHERE');
  });

  test('windows that are open have no row yet', async () => {
    const { of } = await find(await sent(), 'e2');
    expect(of('tens')?.windows).toMatchObject([{ verdict: 'counted', closed: false }]);
    expect(of('sums')?.windows[0]?.row).toBeNull();
  });

  test('what came too late: for which query, and which window', async () => {
    const given = await sent();
    await silence(given);
    const { of, aside, text } = await find(given, 'e3');
    expect(of('tens')?.windows).toMatchObject([{ start: AT, verdict: 'late', row: null }]);
    expect(of('sums')?.windows).toMatchObject([{ start: AT, verdict: 'counted' }]);
    const late = aside.filter((r) => r.door === 'late').map((r) => r.query?.replace(/-\w+$/, ''));
    expect(late.sort()).toEqual(['tens', 'visits']);
    // Each query that lists it as late is one for which no window counted it.
    for (const name of late) expect(of(name as string)?.windows.every((w) => w.verdict === 'late')).toBe(true);
    expect(text).toContain('late: it was closed');
  });

  test('what was rejected: by which stage and rule, and where it came', async () => {
    const { copies, aside, text } = await find(await sent(), 'e4');
    expect(copies).toEqual([]);
    expect(aside).toMatchObject([{ door: 'rejected', stage: 'validate', rule: 'schema.mismatch', field: '/data/bad' }]);
    expect(text).toContain('rejected by validate, schema.mismatch at /data/bad: must not be there');
  });

  test('an id that never came', async () => {
    const { copies, aside, text } = await find(await sent(), 'nobody');
    expect([copies, aside]).toEqual([[], []]);
    expect(text).toContain('not found among 5 records of the archive');
  });
});

describe('an event by its place', () => {
  test.each([
    (s: string, q: string) => `${s}:${q}:0`,
    (s: string, q: string) => `${s} ${q}`,
    (s: string, q: string) => `${s}/${q}.00000.0000000000`,
  ])('as %s', async (write) => {
    const given = await sent();
    const [at] = (await find(given, 'e2')).copies;
    const [seq = ''] = at?.position.split('.') ?? [];
    const { copies } = await find(given, write(at?.shard ?? '', seq));
    expect(copies.map((c) => c.event.id)).toEqual(['e2']);
  });
  test('an id that looks like a place is found as an id', async () => {
    const given = await sent();
    given.click('c', 1, 0, {}, 'order:17');
    await given.flow();
    expect((await find(given, 'order:17')).copies).toHaveLength(1);
  });
});
