// Goal 9: what grows with shards, keys and queries; memory of refine for each open key; rebuilding after a cold start.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { clicks } from './clicks.ts';
import { cpuRounds } from './cpu-rounds.ts';
import type { Bench, Curve, Goal } from './goal.ts';
import { aggregateHandler, clickPlan, clickStages } from './handler-path.ts';
import type { OpenKeys } from './open-keys.ts';
import { countPipeline } from './pipeline.ts';
import { clickTypes } from './validate-peer.ts';

const OPEN_KEYS = 1_000_000;
const QUERIES = [1, 2, 5, 10, 20, 50, 100];

const callsOf = async (
  events: number,
  keys: number,
  shards: number,
): Promise<readonly [calls: number, units: number]> => {
  const { bills } = await countPipeline([...clicks(events, keys)], shards);
  const writes = ['validate', 'enrich', 'aggregate', 'refine'].map((name) => bills[name]);
  const calls = writes.reduce((n, b) => n + (b === undefined ? 0 : b.tableWrites + b.objectPuts + b.putCalls), 0);
  return [(calls * 1_000) / events, ((bills.aggregate?.units ?? 0) * 1_000) / events];
};

/** Of aggregate, µs an event: the same batches by so many queries that share their columns. */
const byQueries = async (): Promise<readonly (readonly [number, number])[]> => {
  const types = await clickTypes();
  const rounds = { rounds: 7, warm: 3 };
  const batches = rounds.rounds + rounds.warm;
  const stages = await clickStages(types, clickPlan(), { batches, records: 20, per: 100 });
  const sides = Object.fromEntries(
    QUERIES.map((n) => {
      const { handle } = aggregateHandler(clickPlan(n));
      let at = 0;
      const turn = async () => {
        await handle((stages[at++] as (typeof stages)[number]).enriched);
        return 2_000;
      };
      return [String(n), turn] as const;
    }),
  );
  const cpu = await cpuRounds(sides, rounds);
  return QUERIES.map((n) => [n, cpu[String(n)] ?? Number.NaN] as const);
};

/** In a process of its own, whose memory holds nothing else. */
const openKeys = (keys: number): Promise<OpenKeys> =>
  new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'open-keys.ts'), [String(keys)], {
      execArgv: ['--expose-gc', '--max-old-space-size=4096'],
    });
    child.once('message', (found) => resolve(found as OpenKeys));
    child.once('exit', (code) => reject(new Error(`open-keys ended with ${code}`)));
  });

export const growthBench: Bench = async (tell) => {
  const goals: Goal[] = [];
  const curves: Curve[] = [];
  const byShards: [number, number][] = [];
  for (const shards of [1, 4, 16, 64]) {
    const [calls] = await callsOf(Math.max(40_000, shards * 2_000), 1_000, shards);
    byShards.push([shards, calls]);
    tell(`${shards} shards: ${calls.toFixed(2)} calls`);
  }
  curves.push({
    picture: 'calls',
    name: 'shards',
    x: 'shards, batches of 1,000 each',
    y: 'writing calls per 1,000 events',
    points: byShards,
  });
  const least = Math.min(...byShards.map(([, c]) => c));
  goals.push({
    goal: '9',
    what: 'writing calls per event, 64 shards against 1, each with full batches',
    figure: (byShards.at(-1)?.[1] ?? 0) / (byShards[0]?.[1] ?? 1),
    unit: 'times',
    most: 1.25,
    note: `least ${least.toFixed(2)} per 1,000 events`,
  });
  const byKeys: [number, number][] = [];
  const units: [number, number][] = [];
  for (const keys of [1_000, 10_000, 100_000, 1_000_000]) {
    const [calls, wru] = await callsOf(100_000, keys, 4);
    byKeys.push([keys, calls]);
    units.push([keys, wru]);
    tell(`${keys} keys: ${calls.toFixed(2)} calls, ${wru.toFixed(2)} units`);
  }
  curves.push({ picture: 'keys', name: 'calls', x: 'keys', y: 'per 1,000 events', points: byKeys });
  curves.push({ picture: 'keys', name: 'write units of aggregate', x: 'keys', y: 'per 1,000 events', points: units });
  goals.push({
    goal: '9',
    what: 'writing calls per event, 1,000,000 keys against 1,000',
    figure: (byKeys.at(-1)?.[1] ?? 0) / (byKeys[0]?.[1] ?? 1),
    unit: 'times',
    most: 1.25,
  });
  const cpu = await byQueries();
  curves.push({
    picture: 'queries',
    name: 'aggregate',
    x: 'queries on one stream, same columns',
    y: 'µs of CPU an event',
    points: cpu,
  });
  const [first, last] = [cpu[0] ?? [1, 1], cpu.at(-1) ?? [1, 1]];
  goals.push({
    goal: '9',
    what: 'CPU per event of aggregate for one more query that shares its columns',
    figure: (100 * (last[1] - first[1])) / (last[0] - first[0]) / first[1],
    unit: '% of one query',
    most: 5,
    note: cpu.map(([n, us]) => `${n}: ${us.toFixed(2)} µs`).join(', '),
  });
  tell(`${OPEN_KEYS} open keys`);
  const open = await openKeys(OPEN_KEYS);
  goals.push(
    {
      goal: '9',
      what: `memory of refine, ${open.keys.toLocaleString('en-US')} open keys of one slice, count and sum`,
      figure: open.bytes / open.keys,
      unit: 'B/key',
      most: 200,
    },
    {
      goal: '9',
      what: `rebuild of refine after a cold start, ${open.keys.toLocaleString('en-US')} open keys`,
      figure: open.rebuildMs / 1_000,
      unit: 's of CPU',
      most: 10,
      note: `from ${open.entries} entries`,
    },
  );
  return { goals, curves };
};
