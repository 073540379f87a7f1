// After a switch all readers see the new run: the page, verify, trace, inspect. Before it the old one, and never both.
import { describe, expect, test } from 'vitest';
import { inspect } from '../../local/inspect/inspect.ts';
import type { LiveRow } from '../../local/page/live-state.ts';
import { servedRuns } from '../../local/replay/served-stage.ts';
import type { StageHere } from '../../local/stage/stage-here.ts';
import { stageInMemory } from '../../local/stage/stage-in-memory.ts';
import { servedRows } from '../../local/start/served-rows.ts';
import { readWanted, trace } from '../../local/trace/trace.ts';
import { depsOf, servedQuery } from '../../local/verify/of-stage.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import type { Table } from '../../shared/ports.ts';
import { newReplay } from '../../shared/steps/replay/control.ts';
import { readServing } from '../../shared/steps/replay/serving.ts';
import { switchBack, switchTo } from '../../shared/steps/replay/switch.ts';
import { verify } from '../../shared/steps/verify/verify.ts';
import {
  CLICK,
  GROUPS,
  NEW_PLAN,
  newRun,
  type OLD_PLAN,
  REPLAY,
  type Run,
  rest,
  rowsIn,
  SOURCE,
  stageGiven,
} from './given.ts';

describe('a reader that polls', () => {
  const rowsOf = (run: string) => ({
    run,
    says: `run ${run}`,
    look: async (): Promise<readonly LiveRow[]> =>
      ['minutes', 'visits', 'others'].map((table, i) => ({ table, at: i, columns: { of: run } })),
  });

  test('sees old rows until the switch, new ones after it, never both, and old ones again after a way back', async () => {
    const [ledger, results] = [memoryTable('ledger'), memoryTable('results')];
    await newReplay(ledger, { ...REPLAY, run: '2', tables: ['minutes', 'visits'] });
    const reader = servedRows({
      own: rowsOf('1'),
      serving: () => readServing(results),
      open: async (run) => rowsOf(run),
      newest: (rows) => rows.slice(0, 6),
    });
    const seen: string[] = [];
    const poll = async (): Promise<void> => {
      const { rows, served, fresh } = await reader.look();
      const runs = (table: string) =>
        [...new Set(rows.filter((r) => r.table === table).map((r) => r.columns.of))].join();
      expect(runs('others')).toBe('1');
      expect(runs('visits')).toBe(runs('minutes'));
      expect(served.get('minutes')).toBe(runs('minutes') === '1' ? undefined : 'run 2');
      expect(fresh.every((r) => r.columns.of === (served.has(r.table) ? '2' : '1'))).toBe(true);
      seen.push(runs('minutes'));
    };
    /** Somebody looks before and after every call. */
    const watched = (table: Table): Table =>
      new Proxy(table, {
        get: (target, name) => {
          const value = Reflect.get(target, name) as unknown;
          if (typeof value !== 'function') return value;
          return async (...args: unknown[]) => {
            await poll();
            const answer = await (value as (...a: unknown[]) => Promise<unknown>).apply(target, args);
            await poll();
            return answer;
          };
        },
      });
    let nonce = 0;
    const deps = { table: watched(ledger), results: watched(results), nonce: () => `n${nonce++}` };
    await switchTo(deps, '2');
    await poll();
    await switchBack(deps, '2');
    await poll();
    expect(seen.join('')).toMatch(/^1+2+1+$/);
  });
});

const pipelineOf = (plan: typeof OLD_PLAN): CompiledPipeline => ({
  plan,
  types: { 'click.v1': CLICK },
  enrichments: [],
  sources: [SOURCE],
  references: {},
});

/** A stage with a second run that has caught up. */
const switched = async () => {
  const g = stageGiven();
  for (let i = 0; i < 90; i++) {
    g.clock.advance(2_000);
    g.click(`k${i % 3}`, i % 5, 0, i === 40 ? { bad: true } : {});
    if (i % 10 === 9) await g.live();
  }
  for (let i = 0; i < 4; i++) {
    g.tick();
    g.clock.advance(61_000);
    g.tick();
    await g.live();
  }
  await rest(g.steps);
  const second = newRun('2', NEW_PLAN, g.clock, 2);
  await g.newReplay('2', { tables: ['minutes'], results: 'results-2', version: 'ab12' });
  const feeding = g.second(second, undefined, { batch: 100 });
  while ((await feeding.feed()) === 'fed');
  await rest(feeding);
  const asStage = (run: Run): StageHere =>
    stageInMemory({
      pipeline: pipelineOf(run.plan),
      streams: {
        raw: memoryStream(g.raw),
        validated: memoryStream(run.validated),
        enriched: memoryStream(run.enriched),
        refined: memoryStream(run.refined),
      },
      ledger: run.table,
      results: run.results,
      objects: run.objects,
      run: run.run,
      groups: GROUPS,
      clock: g.clock,
    });
  const stage: StageHere = { ...asStage(g.old), second: (run) => (run === '2' ? asStage(second) : undefined) };
  const { nonce } = { nonce: () => 'n' };
  const toNew = () => switchTo({ table: g.old.table, results: g.old.results, nonce }, '2');
  return { ...g, second, stage, toNew };
};

describe('the commands', () => {
  const judge = async (named: StageHere) => {
    const { stage, served, query } = await servedQuery(named, 'minutes');
    const { scan: _, ...deps } = await depsOf(stage, query);
    return { served, found: await verify(deps) };
  };

  test('verify judges the rows that readers see, against what the run must have written', async () => {
    const { old, second, stage, toNew } = await switched();
    const before = await judge(stage);
    expect(before).toMatchObject({ served: null, found: { differences: [] } });
    expect(before.found.rows).toBe(rowsIn(old.results, 'minutes').length);
    await toNew();
    const after = await judge(stage);
    expect(after).toMatchObject({ served: { run: '2', query: 'tens', version: 'ab12' }, found: { differences: [] } });
    expect(after.found.rows).toBe(rowsIn(second.results, 'minutes').length);
    expect(rowsIn(second.results, 'minutes')).not.toEqual(rowsIn(old.results, 'minutes'));

    const [item] = second.results.items().filter((i) => i.pk.startsWith('minutes#'));
    await second.results.put({ ...item, row: '{"k":"x"}' } as never);
    expect((await judge(stage)).found.differences.map((d) => d.pk)).toEqual([item?.pk]);
  });

  test('trace shows the row of the run that serves, and says which', async () => {
    const { second, stage, toNew, clock } = await switched();
    await toNew();
    const runs = await servedRuns(stage);
    const { pipeline } = await stage.built();
    const lookups = { geo: undefined, agent: () => null, reference: { find: async () => new Map() } } as never;
    const scan = async function* () {
      yield [];
    };
    const served = await Promise.all(
      runs.map(async (r) => ({
        run: `run ${r.served.run}`,
        tables: r.tables,
        deps: { stage: r.stage, pipeline: (await r.stage.built()).pipeline, lookups, scan },
      })),
    );
    const past = {
      ...{ raw: stage.streams.raw, objects: stage.objects, table: stage.ledger, clock, run: '1', groups: GROUPS },
      ...{ pipeline, lookups },
    };
    const { copies } = await trace({ stage, past, served, scan }, readWanted('e10'));
    const fates = copies[0]?.fates ?? [];
    expect(fates.filter((f) => f.into === 'minutes').map((f) => f.run)).toEqual(['run 2']);
    const texts = fates.find((f) => f.into === 'minutes')?.windows.map((w) => w.row?.text ?? '') ?? [];
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) expect(rowsIn(second.results, 'minutes').some((r) => r.endsWith(text))).toBe(true);
    expect(fates.filter((f) => f.into === 'visits').map((f) => f.run)).toEqual([undefined]);
  });

  test('inspect looks into the ledger of the run that serves', async () => {
    const { stage, toNew } = await switched();
    expect(await servedRuns(stage)).toEqual([]);
    await toNew();
    const [run] = await servedRuns(stage);
    expect([run?.served, run?.tables]).toEqual([{ run: '2', query: 'tens', version: 'ab12' }, ['minutes']]);
    const found = await inspect(run?.stage as StageHere, NEW_PLAN);
    expect(found.stage).toBe('a pipeline in memory, run 2 (tens@ab12)');
    expect(found.queries.map((q) => q.closed)).not.toContain(null);
  });
});
