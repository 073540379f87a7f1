import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryStream } from '../../shared/memory/stream.ts';
import { minutes, seconds } from '../../shared/time.ts';
import {
  dying,
  Killed,
  liveReader,
  NEW_PLAN,
  newRun,
  plenty,
  rest,
  rowsIn,
  type StageGiven,
  stageGiven,
} from './given.ts';

/** A draw of a whole number below `n`; the same in every run. */
const drawsOf = (seed: number) => {
  let x = (seed * 2_654_435_761 + 1) >>> 0;
  return (n: number): number => {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((x / 2 ** 32) * n);
  };
};

/** Some traffic: events in and out of order, late ones, broken ones, silences with ticks, reshards. */
const traffic = async (g: StageGiven, events: number, draw: (n: number) => number): Promise<void> => {
  for (let i = 0; i < events; i++) {
    g.clock.advance(draw(900));
    g.click(`k${draw(6)}`, draw(10), draw(5) === 0 ? draw(30_000) : draw(3_000), draw(60) === 0 ? { bad: true } : {});
    if (draw(80) === 0)
      for (const _ of [1, 2, 3]) {
        g.clock.advance(minutes(1));
        g.tick();
      }
    if (draw(120) === 0) g.raw.updateShardCount(1 + draw(3));
    if (draw(10) === 0) await g.live(draw(3) > 0);
  }
};

/** What a run from scratch with the new plan makes of everything that ever was in `raw`. */
const fromScratch = async (g: StageGiven): Promise<readonly string[]> => {
  const run = newRun('9', NEW_PLAN, g.clock, 2);
  const steps = run.start(memoryStream(g.raw));
  for (const { id } of g.raw.shards())
    for (let at: string | null = null; ; ) {
      const { records } = g.raw.read(id, at, 25);
      const last = records.at(-1);
      if (last === undefined) break;
      await steps.head({ stream: 'raw', shard: id, records }, plenty);
      at = last.seq;
    }
  await rest(steps);
  return rowsIn(run.results);
};

/** The end of all: every window closes. */
const end = (g: StageGiven): void => {
  for (const _ of [1, 2, 3]) {
    g.clock.advance(minutes(3));
    g.tick();
  }
};

describe('history into a changed query, while live traffic runs', () => {
  test('its rows are those of a run from scratch, the old run’s stand as they were, whenever it is killed', async () => {
    let kills = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.boolean()), { maxLength: 6 }),
        fc.integer({ min: 1, max: 60 }),
        async (seed, deaths, batch) => {
          const draw = drawsOf(seed);
          const g = stageGiven();
          await traffic(g, 120, draw);
          await g.newReplay();
          const run = newRun('2', NEW_PLAN, g.clock, 2);
          const left = [...deaths];
          let wrap = left.length > 0 ? dying(...(left.shift() as [number, boolean])).wrap : undefined;
          let second = g.second(run, wrap, { batch });
          let done = false;
          for (let i = 0; !done; i++) {
            try {
              if (i < 20) await traffic(g, 3, draw);
              if (i === 20) end(g);
              const told = await second.feed();
              if (draw(3) === 0) await second.flow(1 + draw(20));
              if (draw(4) === 0) await second.decide(draw(4) === 0);
              done = i > 20 && told === 'idle';
              if (done) await rest(second);
            } catch (error) {
              if (!(error instanceof Killed)) throw error;
              kills++;
              wrap = left.length > 0 ? dying(...(left.shift() as [number, boolean])).wrap : undefined;
              second = g.second(run, wrap, { batch });
              done = false;
            }
          }
          const before = rowsIn(g.old.results);
          expect(rowsIn(run.results)).toEqual(await fromScratch(g));
          expect(rowsIn(g.old.results)).toEqual(before);
        },
      ),
      { numRuns: 12, endOnFailure: true },
    );
    expect(kills).toBeGreaterThan(10);
  });

  test('a shard that the stream has forgotten comes from the archive, with its place among the others', async () => {
    const g = stageGiven(2, minutes(30));
    const draw = drawsOf(7);
    const everything = stageGiven(2);
    for (const x of [g, everything]) {
      const same = drawsOf(5);
      for (let i = 0; i < 200; i++) {
        x.clock.advance(same(900));
        x.click(`k${same(6)}`, same(10), same(4_000));
        if (i === 60) x.raw.updateShardCount(1);
        if (i === 120) x.raw.updateShardCount(3);
        if (i % 10 === 9) await x.live();
      }
      await x.live(true, 1_000);
      x.clock.advance(minutes(45));
      x.tick();
      await x.live(true, 1_000);
    }
    expect(g.raw.shards().length).toBeLessThan(everything.raw.shards().length);
    await g.newReplay();
    const run = newRun('2', NEW_PLAN, g.clock, 2);
    const second = g.second(run, undefined, { batch: 1 + draw(40) });
    for (const x of [g, everything]) end(x);
    while ((await second.feed()) !== 'idle');
    await rest(second);
    expect(rowsIn(run.results)).toEqual(await fromScratch(everything));
    expect(rowsIn(run.results).length).toBeGreaterThan(50);
  });
});

test('ticks are replayed as records: a shard that fell silent closes its windows as it did', async () => {
  const g = stageGiven(2);
  for (let i = 0; i < 20; i++) {
    g.clock.advance(seconds(1));
    g.click('a', 1);
  }
  for (let i = 0; i < 5; i++) {
    g.clock.advance(minutes(1));
    g.tick();
  }
  g.click('a', 1, minutes(4));
  await g.live();
  await g.live();
  await g.newReplay();
  const run = newRun('2', NEW_PLAN, g.clock, 2);
  const second = g.second(run);
  while ((await second.feed()) !== 'idle');
  await rest(second);
  expect(rowsIn(run.results)).toEqual(await fromScratch(g));
  // The last one is late for every window, since the ticks had moved time on.
  const late = (await run.objects.list('late/')).length;
  expect(late).toBeGreaterThan(0);
});

test('nothing is read from the live stream that the archive has', async () => {
  const g = stageGiven(1);
  for (let i = 0; i < 50; i++) g.click('a', 1);
  await g.live(true, 1_000);
  await g.newReplay();
  const run = newRun('2', NEW_PLAN, g.clock, 2);
  let read = 0;
  const counting = liveReader(g.raw);
  const second = g.second(run, (port) =>
    'read' in port
      ? ({
          read: async (...args: Parameters<typeof counting.read>) => {
            const page = await counting.read(...args);
            read += page.records.length;
            return page;
          },
        } as never)
      : port,
  );
  while ((await second.feed()) !== 'idle');
  expect(read).toBe(0);
});
