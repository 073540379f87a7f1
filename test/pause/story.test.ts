// A stage that is paused and resumed gives the rows of one that never was, whatever is delivered twice meanwhile.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generate } from '../../local/generate/generate.ts';
import { pause } from '../../local/pause/pause.ts';
import { playerValves } from '../../local/pause/player-valves.ts';
import { resume } from '../../local/pause/resume.ts';
import { readPause } from '../../local/pause/state.ts';
import type { PauseDeps } from '../../local/pause/turn.ts';
import type { Here } from '../../local/run/here.ts';
import type { Player } from '../../local/run/play.ts';
import { runFiles } from '../../local/run/run-files.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import { days } from '../../shared/time.ts';

const ROOT = join(import.meta.dirname, '../..');
const TURNS = 300;
/** Nothing calls any more for so long, in ms. */
const PATIENCE = 20_000;

let dir = '';
let input = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-pause-'));
  input = join(dir, 'in.ndjson');
  const traffic = generate({ kind: 'shop', seed: 9, events: 600, rate: 5, duplicates: 0.03, malformed: 0.02 });
  writeFileSync(input, [...traffic].join('\n'));
});
afterAll(() => rmSync(dir, { recursive: true }));

type Beside = (player: Player, here: Here) => Promise<void>;
let runs = 0;
const run = async (seed: number | null, beside?: Beside) => {
  const out = join(dir, `run-${++runs}`);
  const summary = await runFiles({
    root: ROOT,
    pipeline: join(ROOT, 'pipeline'),
    inputs: [input],
    out,
    shards: 2,
    seed,
    now: Date.parse('2026-02-01T00:00:00Z'),
    tell: { update() {}, line() {}, end() {} },
    ...(beside && { beside }),
  });
  const rows = (of: string): readonly string[] =>
    readFileSync(join(out, `${of}.ndjson`), 'utf8')
      .split('\n')
      .sort();
  return {
    balanced: summary.balanced,
    faults: summary.faults,
    rows: Object.fromEntries([...Object.keys(summary.rows), 'late', 'rejected'].map((t) => [t, rows(t)])),
  };
};

const depsOf = (player: Player): PauseDeps => ({
  // Of its own, so that a pause takes hold at the call that was asked for.
  ledger: memoryTable('pause'),
  // Not the one that the faults of a run set on and back: a pause gives up after a while.
  clock: { now: () => Math.trunc(performance.now()) },
  valves: playerValves(player, 'millrace-dev-', null),
  retention: () => days(1),
  wait: () => setImmediate(),
  look: 0,
  tell: () => {},
});
const invocations = (player: Player): number =>
  [...player.pools.values()].reduce((n, pool) => n + pool.used().invocations, 0);
const written = (here: Here): string =>
  here.kinesis.kinesis
    .names()
    .map((n) => here.kinesis.kinesis.log(n).lastSeq)
    .join();
const untilCalls = async (player: Player, calls: number): Promise<void> => {
  const until = invocations(player) + calls;
  const given = performance.now() + PATIENCE;
  while (invocations(player) < until) {
    if (performance.now() > given) throw new Error('the run was over before it could be paused');
    await setImmediate();
  }
};

/** Pauses, looks that nothing moves, and resumes. */
const pausedOnce = async (
  deps: PauseDeps,
  player: Player,
  here: Here,
  names: readonly string[] = [],
): Promise<void> => {
  const done = await pause(deps, names);
  expect(done.act).toBe('paused');
  const before = [invocations(player), written(here)];
  for (let i = 0; i < TURNS; i++) await setImmediate();
  if (names.length === 0) expect([invocations(player), written(here)]).toEqual(before);
  expect((await readPause(deps.ledger)).pause).toEqual(done);
  await resume(deps, []);
  expect((await readPause(deps.ledger)).pause).toBeNull();
};

let never: Awaited<ReturnType<typeof run>>;
beforeAll(async () => {
  never = await run(null);
  expect(never.balanced).toBe(true);
}, 60_000);

describe('a stage that is paused twice in the middle of its stream', () => {
  test.each([
    ['while nothing goes wrong', null],
    ['under crashes, duplicates, lost answers and reshards, seed 3', 3],
  ])(
    '%s, gives the rows of one that never was',
    async (_, seed) => {
      let paused = 0;
      const now = await run(seed, async (player, here) => {
        const deps = depsOf(player);
        for (const calls of [2, 4]) {
          await untilCalls(player, calls);
          await pausedOnce(deps, player, here);
          paused++;
        }
      });
      expect(paused).toBe(2);
      expect(now.faults).toEqual([]);
      expect(now.rows).toEqual(never.rows);
    },
    90_000,
  );

  test('a function alone: the others go on, and it catches up', async () => {
    const now = await run(null, async (player, here) => {
      const deps = depsOf(player);
      await untilCalls(player, 1);
      await pausedOnce(deps, player, here, ['aggregate']);
      await pausedOnce(deps, player, here, ['enrich', 'refine']);
    });
    expect(now.rows).toEqual(never.rows);
  }, 60_000);
});

test('a run whose stage is held ends with what fails beside it', async () => {
  const fails = run(null, async (player) => {
    await pause(depsOf(player), []);
    throw new Error('the operator went home');
  });
  await expect(fails).rejects.toThrow('the operator went home');
}, 30_000);
