import { expect, test } from 'vitest';
import { memoryStream } from '../../shared/memory/stream.ts';
import type { Item } from '../../shared/ports.ts';
import { judgeOf, longestDelay } from '../../shared/steps/judge.ts';
import { readReplay, setState } from '../../shared/steps/replay/control.ts';
import { feedFor } from '../../shared/steps/replay/feed-for.ts';
import { secondFeeder } from '../../shared/steps/replay/second-feeder.ts';
import { minutes, seconds } from '../../shared/time.ts';
import {
  CLICK,
  dying,
  GROUPS,
  liveReader,
  NEW_PLAN,
  newRun,
  rest,
  rowsIn,
  SOURCE,
  type StageGiven,
  stageGiven,
  type Wrap,
} from './given.ts';

const asItIs: Wrap = (port) => port;

/** An invocation of the function on ports in memory, `ms` long by the stage's own clock: each batch takes a second. */
const invocation = (g: StageGiven, run: ReturnType<typeof newRun>, wrap: Wrap = asItIs, batch = 20) => {
  const ends = g.clock.now() + seconds(60);
  const wait = async (ms: number): Promise<void> => void g.clock.advance(ms);
  const begin = secondFeeder({
    raw: wrap(memoryStream(g.raw)),
    live: wrap(liveReader(g.raw)),
    archive: wrap(g.old.objects),
    liveTable: wrap(g.old.table),
    liveRun: '1',
    plan: NEW_PLAN,
    validated: wrap(memoryStream(run.validated)),
    table: wrap(run.table),
    rejected: wrap(run.objects),
    judge: judgeOf({ plan: NEW_PLAN, types: { 'click.v1': CLICK } }),
    delay: longestDelay(NEW_PLAN.tables),
    sources: [SOURCE],
    clock: g.clock,
    wait,
    run: run.run,
    groups: GROUPS,
    batch,
    patience: { tries: 2, wait: async () => {} },
  });
  let steps = 0;
  const step = feedFor({
    wait,
    begin: async () => {
      const drive = await begin();
      return async (budget) => {
        steps++;
        return drive(budget);
      };
    },
  });
  const budget = { remainingMs: () => ends - g.clock.now() - steps * seconds(5) };
  return async () => {
    const told = await step(g.clock.now(), budget);
    return { steps, ended: String(told?.fields?.ended) };
  };
};

const past = async (events: number) => {
  const g = stageGiven();
  for (let i = 0; i < events; i++) {
    g.clock.advance(700);
    g.click(`k${i % 5}`, i % 7, (i * 37) % 3_000);
    if (i % 40 === 39) {
      g.clock.advance(minutes(1));
      g.tick();
    }
    if (i % 25 === 24) await g.live(true, 500);
  }
  for (const _ of [1, 2, 3]) {
    g.clock.advance(minutes(3));
    g.tick();
  }
  await g.newReplay();
  return g;
};

/** What one life without a death gives. */
const expected = async (g: StageGiven): Promise<readonly string[]> => {
  const run = newRun('2', NEW_PLAN, g.clock, 2);
  const second = g.second(run);
  while ((await second.feed()) === 'fed') await second.flow();
  await rest(second);
  return rowsIn(run.results);
};

const invokeUntilIdle = async (g: StageGiven, run: ReturnType<typeof newRun>): Promise<number> => {
  for (let n = 1; n < 100; n++) if ((await invocation(g, run)()).ended !== 'fed') return n;
  throw new Error('it never came to the end of the past');
};

test('an invocation ends before its time is over, and the next one goes on where it stood', async () => {
  const g = await past(400);
  const run = newRun('2', NEW_PLAN, g.clock, 2);
  const first = await invocation(g, run)();
  expect(first.ended).toBe('fed');
  expect(first.steps).toBeLessThanOrEqual(11);
  expect(await invokeUntilIdle(g, run)).toBeGreaterThan(1);
  // Each record once: what the first invocation gave was not given again.
  const { progress } = (await readReplay(g.old.table, '2'))!;
  expect(progress.records).toBe(g.raw.shards().flatMap((s) => g.raw.read(s.id, null).records).length);
  const second = run.start(memoryStream(g.raw));
  await rest(second);
  expect(rowsIn(run.results)).toEqual(await expected(g));
  expect(rowsIn(run.results).length).toBeGreaterThan(20);
});

test('killed at each of its calls, before its effect and after it, and invoked again: the same rows', async () => {
  const g = await past(60);
  const whole = await expected(g);
  let deaths = 0;
  for (const after of [false, true])
    for (let at = 0; ; at += 3) {
      const run = newRun('2', NEW_PLAN, g.clock, 2);
      const { wrap, dead } = dying(at, after);
      await invocation(g, run, wrap)().catch(() => {});
      const died = dead();
      if (died) deaths++;
      await invokeUntilIdle(g, run);
      await rest(run.start(memoryStream(g.raw)));
      expect([at, after, rowsIn(run.results)]).toEqual([at, after, whole]);
      if (!died) break;
    }
  expect(deaths).toBeGreaterThan(20);
});

test('paused, cancelled or not there: it gives nothing, and ends at once', async () => {
  const g = await past(60);
  const run = newRun('2', NEW_PLAN, g.clock, 2);
  await setState(g.old.table, '2', 'running', 'paused');
  expect(await invocation(g, run)()).toEqual({ steps: 1, ended: 'held' });
  await setState(g.old.table, '2', 'paused', 'cancelling');
  expect(await invocation(g, run)()).toEqual({ steps: 1, ended: 'gone' });
  expect(await invocation(g, newRun('3', NEW_PLAN, g.clock, 2))()).toEqual({ steps: 1, ended: 'gone' });
  expect(run.validated.size).toBe(0);
});

test('no faster than it is told to: an invocation of a minute gives no more than a minute’s worth', async () => {
  const g = stageGiven();
  for (let i = 0; i < 300; i++) g.click(`k${i}`, 1);
  await g.newReplay('2', { rate: 2 });
  await invocation(g, newRun('2', NEW_PLAN, g.clock, 2))();
  const item = (await g.old.table.get({ pk: 'replay', sk: '2' })) as Item;
  const { records } = JSON.parse(item.progress as string);
  expect(records).toBeGreaterThan(1);
  expect(records).toBeLessThanOrEqual(120);
});
