// A replay from the middle of the past marks what it cannot know whole; a switch takes no row away; a run that is over can be let go.
import { describe, expect, test } from 'vitest';
import { closedUpTo, laggards } from '../../local/replay/reached.ts';
import { countingNonce } from '../../shared/memory/clock.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import { newReplay, readReplay } from '../../shared/steps/replay/control.ts';
import { markCut } from '../../shared/steps/replay/cut.ts';
import { cancel, switchTo } from '../../shared/steps/replay/switch.ts';
import { AT, NEW_PLAN, newRun, OLD_PLAN, REPLAY, type Run, rest, stageGiven } from './given.ts';

/** Half an hour of clicks, a second run fed from its middle on. */
const cutInTheMiddle = async () => {
  const g = stageGiven();
  for (let i = 0; i < 360; i++) {
    g.clock.advance(5_000);
    g.click(`k${i % 3}`, i % 7, (i % 4) * 1_000);
    if (i % 30 === 29) await g.live();
  }
  for (let i = 0; i < 4; i++) {
    g.tick();
    g.clock.advance(61_000);
    g.tick();
    await g.live();
  }
  await rest(g.steps);
  const from = AT + 15 * 60_000 + 12_345;
  const fed = async (id: string, start: number | undefined): Promise<Run> => {
    const run = newRun(id, NEW_PLAN, g.clock, 2);
    await g.newReplay(id);
    await markCut({ ...run, run: id, nonce: countingNonce(id) }, NEW_PLAN, start);
    await markCut({ ...run, run: id, nonce: countingNonce(`${id}b`) }, NEW_PLAN, start); // again, as after a crash
    const feeding = g.second(run, undefined, { batch: 50, ...(start !== undefined && { from: start }) });
    while ((await feeding.feed()) === 'fed');
    await rest(feeding);
    return run;
  };
  return { g, from, whole: await fed('2', undefined), cut: await fed('3', from) };
};

test('rows that may lack events are marked partial, all others are as in a replay of the whole past', async () => {
  const { whole, cut } = await cutInTheMiddle();
  for (const table of ['minutes', 'visits']) {
    const rows = (run: Run) => run.results.items().filter((i) => i.pk.startsWith(`${table}#`));
    const right = new Map(rows(whole).map((i) => [i.pk, i.row]));
    const marked = rows(cut).filter((i) => i.partial === true);
    const others = rows(cut).filter((i) => i.partial !== true);
    expect([marked.length > 0, others.length > 0]).toEqual([true, true]);
    expect(others.filter((i) => right.get(i.pk) !== i.row)).toEqual([]);
    if (table === 'minutes') expect(marked.some((i) => right.get(i.pk) !== i.row)).toBe(true); // a visit here is one click
    expect(rows(whole).some((i) => i.partial === true)).toBe(false);
  }
});

describe('a switch', () => {
  test('waits for the new run to have closed what the old one had', async () => {
    const g = stageGiven();
    for (let i = 0; i < 60; i++) {
      g.clock.advance(5_000);
      g.click(`k${i % 3}`, i % 7);
      if (i % 10 === 9) await g.live();
    }
    await rest(g.steps);
    const run = newRun('2', NEW_PLAN, g.clock, 2);
    await g.newReplay('2');
    const stages = [g.old, run].map(({ table, ...r }) => ({ ...r, ledger: table }));
    const asked = async () => {
      const [old, fresh] = await Promise.all([
        closedUpTo(stages[0] as never, OLD_PLAN, ['minutes', 'visits']),
        closedUpTo(stages[1] as never, NEW_PLAN, ['minutes', 'visits']),
      ]);
      return laggards(old, fresh, ['minutes', 'visits']).map((l) => l.query);
    };
    expect(await asked()).toEqual(['minutes', 'visits']);
    const feeding = g.second(run, undefined, { batch: 20 });
    await feeding.feed();
    await rest(feeding);
    expect(await asked()).toContain('visits');
    while ((await feeding.feed()) === 'fed');
    await rest(feeding);
    expect(await asked()).toEqual([]);
  });
  test('a query that the old run has not is not waited for', () =>
    expect(laggards(new Map([['old', 5]]), new Map(), ['new'])).toEqual([]));
});

test('a run from which readers were switched to another can go; the one that they see cannot', async () => {
  const [table, results] = [memoryTable('ledger'), memoryTable('results')];
  for (const run of ['2', '3']) await newReplay(table, { ...REPLAY, run, tables: ['minutes'] });
  const deps = { table, results, nonce: countingNonce('n') };
  const removed: string[] = [];
  const remove = async ({ run }: { run: string }) => void removed.push(run);
  await switchTo(deps, '2');
  expect(await cancel(deps, '2', remove)).toBe('served');
  await switchTo(deps, '3');
  expect(await cancel(deps, '3', remove)).toBe('served');
  expect(await cancel(deps, '2', remove)).toBe('cancelled');
  expect([removed, await readReplay(table, '2')]).toEqual([['2'], undefined]);
});
