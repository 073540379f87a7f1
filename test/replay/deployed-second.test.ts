import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compilePipeline } from '../../local/build/compile-pipeline.ts';
import { LIST_PRICES, TIMES } from '../../local/cost/prices.ts';
import { deploymentOf } from '../../local/plan/from-template.ts';
import { deployedSecond, serverlessWords } from '../../local/replay/deployed-second.ts';
import { beginOnStage, removeOnStage, secondOf } from '../../local/replay/on-stage.ts';
import { archiveFacts, replayPrice, showPrice } from '../../local/replay/price.ts';
import { readTemplate } from '../../local/template/read-template.ts';
import { resolveService } from '../../local/template/resolve.ts';
import { plain } from '../../local/template/tree.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import { packArchive } from '../../shared/steps/archive/container.ts';
import { readReplay } from '../../shared/steps/replay/control.ts';
import { cancel } from '../../shared/steps/replay/switch.ts';

const root = join(import.meta.dirname, '../..');
const { paramMistakes } = createRequire(import.meta.url)('../../local/deploy/params.cjs') as {
  paramMistakes(of: { known: unknown; given: readonly string[]; stage: string }): readonly string[];
};
const { params: known } = plain(resolveService({ root, env: {} })) as { params: Record<string, object> };

const liveParams = { bucket: 'acme-millrace-prod', shards: '2' };
const live = readTemplate({ root, stage: 'prod', params: liveParams, env: {} });
const compiled = await compilePipeline(join(root, 'pipeline'));
if (!compiled.ok) throw new Error('the pipeline does not compile');
const given = (more: object = {}) =>
  ({
    deployment: { ...deploymentOf(live, compiled), ...more },
    groups: 8,
    run: '1',
    name: 'stage prod',
    aws: { AWS_REGION: 'eu-west-1' },
  }) as never;
const second = deployedSecond(given(), '2', 'orders_per_minute');
const made = readTemplate({ root, stage: second.stage, params: second.params, env: {} });

describe('the stack of a replay on a deployed stage', () => {
  test('has its own name for all that it owns, and reads the live stage’s raw stream and reference rows', () => {
    const names = (t: typeof live) => [...t.streams, ...t.tables, ...t.buckets, ...t.queues].map((r) => r.name);
    expect(names(made).filter((n) => names(live).includes(n))).toEqual([]);
    expect(second).toMatchObject({ stage: 'prod-r2', results: 'millrace-prod-r2-results', region: 'eu-west-1' });
    expect(made.buckets.map((b) => b.name)).toEqual(['acme-millrace-prod-r2']);
    const env = made.functions.find((f) => f.name === 'feed-replay')?.environment;
    expect(env).toMatchObject({
      RAW_STREAM: 'millrace-prod-raw',
      LIVE_LEDGER: 'millrace-prod-ledger',
      LIVE_BUCKET: 'acme-millrace-prod',
      LIVE_RUN: '1',
      RUN: '2',
      GROUPS: '8',
      LEDGER_TABLE: 'millrace-prod-r2-ledger',
      VALIDATED_STREAM: 'millrace-prod-r2-validated',
    });
    expect(made.functions.find((f) => f.name === 'refine')?.environment.RAW_STREAM).toBe('millrace-prod-raw');
    expect(made.functions.find((f) => f.name === 'enrich')?.environment.REFERENCE_TABLE).toBe(
      'millrace-prod-reference',
    );
  });

  test('has a feeder, and no door, clock or archive of its own', () => {
    expect(made.functions.map((f) => f.name)).toEqual([
      'feed-replay',
      'enrich',
      'transform',
      'aggregate',
      'refine',
      'aggregate-again',
      'refine-again',
      'write-table',
    ]);
    expect(made.streams.map((s) => s.shards)).toEqual([2, 2, 2]);
  });

  test('its parameters are accepted by a deploy, with a key of its own where the live stage has one', () => {
    const texts = (s: typeof second) => Object.entries(s.params).map(([n, v]) => `${n}=${v}`);
    expect(paramMistakes({ known, given: texts(second), stage: second.stage })).toEqual([]);
    const own = deployedSecond(given(), '2', 'q', 'key-id');
    expect(own.params).toMatchObject({ key: 'own', replayKey: 'key-id' });
    expect(paramMistakes({ known, given: texts(own), stage: own.stage })).toEqual([]);
  });

  test.each([
    ['lake=on', '--param lake=on: with replay=on it must be off'],
    ['data=Retain', '--param data=Retain: with replay=on it must be Delete'],
    ['bucket=acme-millrace-prod', 'stage and bucket must be others than those whose past is replayed'],
    ['replayOf=', '--param replayOf is missing'],
    ['key=own', '--param replayKey is missing'],
  ])('a deploy refuses %s', (wrong, says) => {
    const texts = [...Object.entries(second.params).map(([n, v]) => `${n}=${v}`), wrong];
    expect(paramMistakes({ known, given: texts, stage: 'prod-r2' }).join('\n')).toContain(says);
  });

  test.each([
    [{ log: 'kafka' }, 'topics'],
    [{ functions: [] }, 'has no archive'],
  ])('a stage with %j has none, and is told why', (more, says) => {
    expect(() => deployedSecond(given(more), '2', 'q')).toThrow(says);
  });
});

describe('a replay on a deployed stage', () => {
  const fresh = { version: 'abc', queries: ['q'], tables: ['t'], elsewhere: [] } as never;
  const begun = async (code: number) => {
    const calls: (readonly string[])[] = [];
    const ledger = memoryTable('ledger');
    const results = memoryTable('results');
    const stage = { ledger, results, aws: { AWS_REGION: 'eu-west-1' } } as never;
    const seen: (string | undefined)[] = [];
    const serverless = async (words: readonly string[]): Promise<number> => {
      calls.push(words);
      seen.push((await readReplay(ledger, '2'))?.state);
      return code;
    };
    const more = { run: '2', from: null, to: null, rate: 5, created: 1, query: 'q', pipeline: '' };
    const begin = beginOnStage({ stage, second, fresh, serverless, ...more });
    return { calls, ledger, results, stage, seen, serverless, begin };
  };

  test('nothing is fed until its stack stands; then it runs', async () => {
    const { begin, calls, seen, ledger } = await begun(0);
    await begin;
    expect(seen).toEqual(['paused']);
    expect(calls[0]?.slice(0, 5)).toEqual(['deploy', '--stage', 'prod-r2', '--region', 'eu-west-1']);
    expect(await readReplay(ledger, '2')).toMatchObject({ state: 'running', rate: 5, params: second.params });
  });

  test('a deploy that fails leaves it paused, and a cancel removes the stack with the parameters of the deploy', async () => {
    const { begin, calls, ledger, results, stage } = await begun(1);
    await expect(begin).rejects.toThrow('millrace replay --cancel 2 --stage prod');
    const deps = { table: ledger, results, nonce: () => 'n' };
    const fails = (r: Parameters<typeof removeOnStage>[1]) => removeOnStage(stage, r, async () => 3);
    await expect(cancel(deps, '2', fails)).rejects.toThrow('npx serverless remove --stage prod-r2');
    expect((await readReplay(ledger, '2'))?.state).toBe('cancelling');
    const ends = (r: Parameters<typeof removeOnStage>[1]) =>
      removeOnStage(stage, r, async (w) => {
        calls.push(w);
        return 0;
      });
    expect(await cancel(deps, '2', ends)).toBe('cancelled');
    expect(calls.at(-1)).toEqual(serverlessWords('remove', second));
    expect(await readReplay(ledger, '2')).toBeUndefined();
  });

  test('a replay without a stack of its own removes none', () => {
    const replay = { run: '2', results: 'r', params: { ...second.params, bucket: 'acme-millrace-prod' } } as never;
    expect(() => secondOf({ aws: {} } as never, replay)).toThrow('names no stack of its own');
  });
});

test('its price: shards by the hour, the archive once; each price says how sure it is', async () => {
  const objects = memoryObjects('data');
  for (let i = 0; i < 20; i++) {
    const records = Array.from({ length: 50 }, (_, n) => ({
      seq: String(i * 50 + n + 1).padStart(56, '0'),
      partitionKey: 'k',
      arrival: 1,
      data: Buffer.from(`{"n":${n},"text":"${'x'.repeat(400)}"}`),
    }));
    const bytes = packArchive({ stream: 'raw', shard: 's', records });
    await objects.put(`archive/1/dt=2026-01-05/s/${records[0]!.seq}-${records[49]!.seq}.gz`, bytes);
  }
  const facts = await archiveFacts(objects, '1');
  expect(facts).toMatchObject({ objects: 20 });
  expect(facts.records).toBeGreaterThan(950);
  expect(facts.records).toBeLessThan(1_050);
  const { replay: _, ...params } = second.params;
  const service = { root, stage: 'prod-r2', params, env: {} };
  const counted = readTemplate(service);
  const options = { template: counted, service, prices: LIST_PRICES, times: TIMES, tell: () => {} };
  const price = await replayPrice({ ...options, facts, shards: 2, onDemand: false, ownKey: false, memoryMb: 1769 });
  expect(price.hour[0]).toMatchObject({ what: '3 streams of 2 shards', usd: 6 * 0.015 });
  expect(price.once[1]?.usd).toBeGreaterThan(0);
  const shown = showPrice(price, LIST_PRICES).join('\n');
  expect(shown).toContain('an hour, until it is cancelled:');
  expect(shown).toContain('(seen in third-party tables of 2026-05)');
});
