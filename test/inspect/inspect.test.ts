// What inspect says of ledgers and watermarks, and that it writes nothing.
import { describe, expect, test } from 'vitest';
import { inspect } from '../../local/inspect/inspect.ts';
import { showInspected } from '../../local/inspect/show.ts';
import { writePause } from '../../local/pause/state.ts';
import { AT, PLAN, type StageGiven, silence, stageGiven } from '../verify/given.ts';

const look = async (given: StageGiven) => {
  const { run } = given;
  const stage = given.stage();
  const before = run.table.writes() + run.results.writes();
  const found = await inspect(stage, PLAN);
  expect(run.table.writes() + run.results.writes()).toBe(before);
  const of = (name: string) => {
    const q = found.queries.find((x) => x.query === name);
    if (q === undefined) throw new Error(name);
    return q;
  };
  return { found, of, text: showInspected(found) };
};

describe('inspect', () => {
  test('windows that are open, and the keys that hold most', async () => {
    const given = stageGiven(1);
    given.clock.advance(1_000);
    for (let i = 0; i < 9; i++) given.click(i < 7 ? 'hot' : `k${i}`, i + 1);
    await given.flow();
    const { of, text } = await look(given);
    expect(of('tens').open).toMatchObject({ windows: 1, keys: 3, from: AT, to: AT + 10_000, countedBy: 'events' });
    expect(of('tens').open.hot[0]).toEqual({ key: '["hot"]', n: 7, share: 7 / 9 });
    expect(of('hops').open.windows).toBe(3);
    expect(of('visits').open).toMatchObject({ windows: 3, keys: 3 });
    expect(text).toContain('tens: most events in open windows: ["hot"] 7 (78 %)');
  });

  test('entries that no decision counts', async () => {
    const given = stageGiven(1);
    given.clock.advance(1_000);
    given.click('a', 1);
    await given.gather();
    const { found } = await look(given);
    const [ledger] = found.ledgers;
    expect(ledger?.decision).toBeNull();
    expect(ledger?.shards.reduce((sum, s) => sum + s.waiting, 0)).toBeGreaterThan(0);
    expect(ledger?.shards.reduce((sum, s) => sum + s.bytes, 0)).toBeGreaterThan(0);
  });

  test('all windows closed: nothing is open', async () => {
    const given = stageGiven(1);
    given.clock.advance(1_000);
    given.click('a', 1);
    await given.flow();
    await silence(given);
    const { found } = await look(given);
    expect(found.queries.map((q) => q.open.windows)).toEqual(found.queries.map(() => 0));
  });
});

test('a stage that is paused says so first, with what is left', async () => {
  const given = stageGiven(1);
  const pause = { act: 'paused', since: AT, off: ['aggregate<enriched'], whole: false, drained: false } as const;
  await writePause(given.run.table, 0, {
    ...pause,
    lostAt: AT + 86_400_000,
    lostWhere: 'enriched, unread by aggregate',
  });
  given.clock.advance(60_000);
  const { text, found } = await look(given);
  expect(text.split('\n')[0]).toBe(
    'paused since 2026-01-05 09:00:00 (60 seconds): aggregate held; nothing is lost before 2026-01-06 09:00:00, in 24 hours (enriched, unread by aggregate)',
  );
  expect(found.paused?.off).toEqual(['aggregate<enriched']);
});

describe('what holds a watermark back', () => {
  test('a raw shard without any record', async () => {
    const given = stageGiven(2);
    given.clock.advance(1_000);
    given.click('a', 1);
    await given.flow();
    const { of } = await look(given);
    expect(of('tens').watermark).toBeNull();
    expect(of('tens').holder?.says).toMatch(
      /^raw shard shardId-\d+ has shown no event yet: no record came, no tick either$/,
    );
  });

  test('a raw shard that stays behind: by how much, and that no tick came', async () => {
    const given = stageGiven(1);
    given.clock.advance(1_000);
    given.click('a', 1);
    await given.flow();
    given.clock.advance(12 * 60_000);
    const { of } = await look(given);
    expect(of('tens').holder).toMatchObject({ behind: 12 * 60_000 });
    expect(of('tens').holder?.says).toContain(
      'raw shard shardId-000000000000 is 12 minutes behind: no tick has moved it',
    );
  });

  test('validate that does not read', async () => {
    const given = stageGiven(1);
    given.clock.advance(1_000);
    given.click('a', 1);
    await given.flow();
    given.clock.advance(120_000);
    given.click('a', 2);
    expect((await look(given)).of('tens').holder?.says).toContain(
      'is 2 minutes behind: validate has records before it',
    );
  });

  test('a hop that is stuck', async () => {
    const given = stageGiven(1);
    given.clock.advance(1_000);
    given.click('a', 1);
    await given.flow();
    given.clock.advance(120_000);
    given.click('a', 2);
    await given.head();
    expect((await look(given)).of('tens').holder?.says).toMatch(
      /validate has come to .*; hop enrich stands in validated-1/,
    );
  });

  test('a query that waits for another', async () => {
    const given = stageGiven(1);
    given.clock.advance(1_000);
    given.click('a', 1);
    await given.flow();
    expect((await look(given)).of('minutes').holder?.says).toBe('minutes waits for tens, which is 5 seconds behind');
  });
});
