// A pipeline of real steps in memory with its archive, whose stored rows a test may spoil.
import type { StageHere } from '../../local/stage/stage-here.ts';
import { stageInMemory } from '../../local/stage/stage-in-memory.ts';
import { manualClock } from '../../shared/memory/clock.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import type { CompiledPipeline } from '../../shared/pipeline.ts';
import type { Item } from '../../shared/ports.ts';
import { compileSql } from '../../shared/query/compile.ts';
import type { Plan, StatefulQuery, WindowQuery } from '../../shared/query/plan.ts';
import { archive } from '../../shared/steps/archive.ts';
import type { Lookups } from '../../shared/steps/enrich/apply.ts';
import { type Compute, recompute } from '../../shared/steps/verify/recompute.ts';
import { type VerifyDeps, verify } from '../../shared/steps/verify/verify.ts';
import type { BatchStep } from '../../shared/trigger/batch.ts';
import { GROUPS, newRun, plenty } from '../replay/given.ts';

export const AT = Date.parse('2026-01-05T09:00:00Z');

const TABLES = `CREATE TABLE clicks (k STRING, n BIGINT, x DOUBLE, d DECIMAL(10, 2), t TIMESTAMP(3), WATERMARK FOR t AS t - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'click.v1');
CREATE TABLE tens (k STRING, s TIMESTAMP(3), t TIMESTAMP(3), n BIGINT, v BIGINT, WATERMARK FOR t AS t) WITH ('connector' = 'kinesis');
CREATE TABLE minutes (k STRING, s TIMESTAMP(3), n BIGINT, PRIMARY KEY (k, s) NOT ENFORCED) WITH ('connector' = 'dynamodb');
CREATE TABLE visits (k STRING, s TIMESTAMP(3), n BIGINT, PRIMARY KEY (k, s) NOT ENFORCED) WITH ('connector' = 'dynamodb');
CREATE TABLE sums (k STRING, s TIMESTAMP(3), n BIGINT, v BIGINT, lo BIGINT, hi BIGINT, x DOUBLE, d DECIMAL(38, 2), a DECIMAL(38, 6), kinds BIGINT, PRIMARY KEY (k, s) NOT ENFORCED)
WITH ('connector' = 'dynamodb', 'millrace.lateness' = '60 s');
CREATE TABLE counts (k STRING, odd BIGINT, s TIMESTAMP(3), n BIGINT, v BIGINT, lo BIGINT, hi BIGINT, d DECIMAL(38, 2), a DECIMAL(38, 6), b BIGINT, kinds BIGINT, few BIGINT, PRIMARY KEY (k, odd, s) NOT ENFORCED)
WITH ('connector' = 'dynamodb', 'millrace.lateness' = '60 s');
CREATE TABLE hops (k STRING, s TIMESTAMP(3), n BIGINT, PRIMARY KEY (k, s) NOT ENFORCED) WITH ('connector' = 'dynamodb');
CREATE TABLE grows (k STRING, s TIMESTAMP(3), e TIMESTAMP(3), n BIGINT, PRIMARY KEY (k, s, e) NOT ENFORCED) WITH ('connector' = 'dynamodb');
`;
const QUERIES: Readonly<Record<string, string>> = {
  tens: `INSERT INTO tens SELECT k, window_start, window_time, COUNT(*), SUM(n)
    FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end, window_time`,
  minutes: `INSERT INTO minutes SELECT k, window_start, SUM(v)
    FROM TABLE(TUMBLE(TABLE tens, DESCRIPTOR(t), INTERVAL '60' SECOND)) GROUP BY k, window_start, window_end`,
  visits: `INSERT INTO visits SELECT k, window_start, COUNT(*)
    FROM TABLE(SESSION(TABLE clicks PARTITION BY k, DESCRIPTOR(t), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end`,
  sums: `INSERT INTO sums SELECT k, window_start, COUNT(*), SUM(n), MIN(n), MAX(n), SUM(x), SUM(d), AVG(d), COUNT(DISTINCT n)
    FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '20' SECOND)) WHERE n >= 1 GROUP BY k, window_start, window_end`,
  counts: `INSERT INTO counts SELECT k, n - 1, window_start, COUNT(*), SUM(n), MIN(n), MAX(n), SUM(d), AVG(d), AVG(n), COUNT(DISTINCT d), COUNT(*) FILTER (WHERE d > 1 OR k = 'k1')
    FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '20' SECOND)) WHERE n >= 1 AND k IS NOT NULL GROUP BY k, n - 1, window_start, window_end`,
  hops: `INSERT INTO hops SELECT k, window_start, COUNT(*)
    FROM TABLE(HOP(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND, INTERVAL '30' SECOND)) GROUP BY k, window_start, window_end HAVING COUNT(*) < 9`,
  grows: `INSERT INTO grows SELECT k, window_start, window_end, COUNT(*)
    FROM TABLE(CUMULATE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND, INTERVAL '30' SECOND)) GROUP BY k, window_start, window_end`,
};

const RELATION_TABLES = `CREATE TABLE clicks (k STRING, n BIGINT, i STRING, t TIMESTAMP(3), WATERMARK FOR t AS t - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'click.v1');
CREATE TABLE best (k STRING, s TIMESTAMP(3), r BIGINT, n BIGINT, i STRING, PRIMARY KEY (k, s, r) NOT ENFORCED) WITH ('connector' = 'dynamodb');
CREATE TABLE pairs (k STRING, t TIMESTAMP(3), a STRING, b STRING, n BIGINT, WATERMARK FOR t AS t) WITH ('connector' = 'kinesis');
CREATE TABLE couples (k STRING, s TIMESTAMP(3), a STRING, b STRING, n BIGINT) WITH ('connector' = 'dynamodb');
CREATE TABLE pair_counts (k STRING, s TIMESTAMP(3), n BIGINT, m BIGINT, PRIMARY KEY (k, s) NOT ENFORCED) WITH ('connector' = 'dynamodb');
CREATE TABLE meets (k STRING, a STRING, b STRING, n BIGINT, t TIMESTAMP(3), PRIMARY KEY (k, a, b) NOT ENFORCED) WITH ('connector' = 'dynamodb');
CREATE TABLE totals (k STRING, n BIGINT, v BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '15 s');
CREATE TABLE many (k STRING, n BIGINT, v BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '15 s');
CREATE TABLE firsts (k STRING, n BIGINT, i STRING, PRIMARY KEY (k, n) NOT ENFORCED) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '15 s');
CREATE TABLE tops (k STRING, r BIGINT, n BIGINT, i STRING, PRIMARY KEY (k, r) NOT ENFORCED) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '15 s');
CREATE TABLE lasts (k STRING, n BIGINT, i STRING, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '15 s');
CREATE TABLE kinds (s TIMESTAMP(3), n BIGINT, keys BIGINT, PRIMARY KEY (s, n) NOT ENFORCED) WITH ('connector' = 'dynamodb');
`;
const tumbled = `TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND))`;
const joined = (low: string, high: string): string => `FROM (SELECT * FROM ${tumbled} WHERE ${low}) l
    LEFT JOIN (SELECT * FROM ${tumbled} WHERE ${high}) r ON l.k = r.k AND l.window_start = r.window_start AND l.window_end = r.window_end`;
const ranked = (by: string): string => `(SELECT *, ROW_NUMBER() OVER (PARTITION BY ${by}) AS rn FROM clicks)`;
const RELATIONS: Readonly<Record<string, string>> = {
  best: `INSERT INTO best SELECT k, window_start, rn, n, i
    FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, k ORDER BY n DESC) AS rn
    FROM TABLE(HOP(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND, INTERVAL '20' SECOND))) WHERE rn <= 2`,
  pairs: `INSERT INTO pairs SELECT l.k, l.window_time, l.i, r.i, l.n ${joined('n < 5', 'n >= 4')}`,
  couples: `INSERT INTO couples SELECT l.k, l.window_start, l.i, COALESCE(r.i, 'none'), l.n ${joined('n < 5', 'n >= 4')}`,
  pair_counts: `INSERT INTO pair_counts SELECT k, window_start, COUNT(*), COUNT(b)
    FROM TABLE(HOP(TABLE pairs, DESCRIPTOR(t), INTERVAL '10' SECOND, INTERVAL '20' SECOND)) GROUP BY k, window_start, window_end`,
  meets: `INSERT INTO meets SELECT l.k, l.i, r.i, l.n, GREATEST(l.t, r.t)
    FROM (SELECT * FROM clicks WHERE n < 5) l JOIN (SELECT * FROM clicks WHERE n >= 4) r
    ON l.k = r.k AND l.t BETWEEN r.t - INTERVAL '5' SECOND AND r.t + INTERVAL '3' SECOND`,
  totals: 'INSERT INTO totals SELECT k, COUNT(*), SUM(n) FROM clicks GROUP BY k',
  many: 'INSERT INTO many SELECT k, COUNT(*), SUM(n) FROM clicks GROUP BY k HAVING COUNT(*) > 3',
  firsts: `INSERT INTO firsts SELECT k, n, i FROM ${ranked('k, n ORDER BY t')} WHERE rn = 1`,
  tops: `INSERT INTO tops SELECT k, rn, n, i FROM ${ranked('k ORDER BY n DESC')} WHERE rn <= 2`,
  lasts: `INSERT INTO lasts SELECT k, n, i FROM ${ranked('k ORDER BY t DESC')} WHERE rn = 1`,
  kinds: `INSERT INTO kinds SELECT window_start, n, COUNT(*) FROM (SELECT k, window_start, window_end, COUNT(*) AS n FROM ${tumbled}
    GROUP BY k, window_start, window_end) GROUP BY window_start, window_end, n`,
};

const planOf = (tables: string, queries: Readonly<Record<string, string>>): Plan => {
  const { plan, errors } = compileSql(
    [
      { path: 'tables.sql', text: tables },
      ...Object.entries(queries).map(([name, text]) => ({ path: `queries/${name}.sql`, text: `${text};` })),
    ],
    { types: ['click.v1'] },
  );
  if (errors.length > 0) throw new Error(errors.map((e) => `${e.file}:${e.line}: ${e.message}`).join('\n'));
  return plan;
};
export const PLAN = planOf(TABLES, QUERIES);
/** Joins, ranks, and what has no windows. */
export const RELATION_PLAN = planOf(RELATION_TABLES, RELATIONS);

/** The same as in test/replay. */
const pipelineOf = (plan: Plan): CompiledPipeline => ({
  plan,
  types: {
    'click.v1': {
      type: 'click.v1',
      check: (data) =>
        (data as { bad?: unknown }).bad === undefined
          ? null
          : { field: '/bad', cause: 'must not be there', value: true },
      time: ['t'],
      id: null,
      key: ['k'],
    },
  },
  enrichments: [],
  sources: [
    {
      name: 'web',
      adapter: 'http',
      types: ['click.v1'],
      deduplicate: null,
      transport: 5_000,
      ticks: true,
      producer: 'any',
    },
  ],
  references: {},
});
const lookups = { geo: undefined, agent: () => null, reference: { find: async () => new Map() } } as unknown as Lookups;

export const queryNamed = (name: string): WindowQuery =>
  PLAN.queries.find((q) => q.name === name && q.kind === 'window') as WindowQuery;

export const stageGiven = (shards = 2, plan = PLAN) => {
  const pipeline = pipelineOf(plan);
  const clock = manualClock(AT);
  const raw = new MemoryLog('raw', { clock, shards });
  const run = newRun('1', plan, clock, 2);
  let steps = run.start(memoryStream(raw));
  const keep = archive({ raw: memoryStream(raw), objects: run.objects, run: '1' });
  const places = new Map<string, string>();
  let sent = 0;
  const each = async (name: string, step: BatchStep): Promise<boolean> => {
    let any = false;
    for (const { id } of raw.shards()) {
      const at = `${name} ${id}`;
      const { records } = raw.read(id, places.get(at) ?? null, 50);
      if (records.length === 0) continue;
      any = true;
      const { done } = await step({ stream: raw.name, shard: id, records }, plenty);
      places.set(at, records[done - 1]?.seq as string);
    }
    return any;
  };
  const depsOf = (name: string, more: Partial<VerifyDeps> = {}): VerifyDeps => ({
    raw: memoryStream(raw),
    objects: run.objects,
    table: run.table,
    results: run.results,
    clock,
    run: '1',
    groups: GROUPS,
    pipeline,
    lookups,
    query: plan.queries.find((q) => q.name === name) as StatefulQuery,
    live: { read: async (shard, after) => ({ ...raw.read(shard, after ?? null, 100) }) },
    scan: async function* (prefix: string) {
      yield run.results.items().filter((i) => i.pk.startsWith(prefix));
    },
    ...more,
  });
  return {
    clock,
    run,
    pipeline,
    raw,
    lookups,
    depsOf,
    /** As an operator's command sees it. */
    stage: (): StageHere =>
      stageInMemory({
        pipeline,
        streams: {
          raw: memoryStream(raw),
          validated: memoryStream(run.validated),
          enriched: memoryStream(run.enriched),
          refined: memoryStream(run.refined),
        },
        ledger: run.table,
        objects: run.objects,
        results: run.results,
        run: '1',
        groups: GROUPS,
        clock,
      }),
    /** An event `late` ms before now. */
    click(k: string, n: number, late = 0, more: object = {}, id = `e${sent++}`) {
      const t = new Date(clock.now() - late).toISOString();
      const data = { k, n, i: id, x: n / 7, d: n / 4, t, ...more };
      const event = { specversion: '1.0', id, source: '/web', type: 'click.v1', time: t, data };
      raw.put({ partitionKey: k, data: Buffer.from(JSON.stringify(event)) });
    },
    tick() {
      for (const s of raw.shards().filter((x) => !x.closed))
        raw.put({ partitionKey: 'tick', hashKey: s.startHash, data: new Uint8Array() });
    },
    /** All that came goes through all functions, a decision at each turn. */
    async flow(): Promise<void> {
      while ((await each('archive', keep)) || (await each('validate', steps.head)));
      for (let quiet = 0; quiet < 2; ) {
        quiet = (await steps.flow()) ? 0 : quiet + 1;
        await steps.decide(true);
      }
      while (await steps.flow());
    },
    /** As far as `validated`. */
    async head(): Promise<void> {
      while (await each('validate', steps.head));
    },
    /** As far as the ledger: nothing is decided. */
    async gather(): Promise<void> {
      while ((await each('archive', keep)) || (await each('validate', steps.head)));
      while (await steps.flow());
    },
    /** All sandboxes are gone. */
    restart(): void {
      steps = run.start(memoryStream(raw));
    },
    verify: (name: string, more: Partial<VerifyDeps> = {}) => verify(depsOf(name, more)),
    recompute: (name: string, compute?: Compute) => recompute({ ...depsOf(name), ...(compute && { compute }) }),
    /** The items of a table that hold rows. */
    rowsOf: (name: string): readonly Item[] =>
      run.results.items().filter((i) => i.pk.startsWith(`${name}#`) && i.row !== undefined),
  };
};
export type StageGiven = ReturnType<typeof stageGiven>;

/** Two minutes of clicks in and out of order, some of them late, and a silence in which all closes. */
export const played = async (seed = 1, plan = PLAN): Promise<StageGiven> => {
  const stage = stageGiven(2, plan);
  let x = seed;
  const next = (n: number): number => {
    x = (x * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((x / 2_147_483_648) * n);
  };
  for (let second = 0; second < 120; second++) {
    stage.clock.advance(1_000);
    for (let i = 0; i < 2; i++) stage.click(`k${next(4)}`, next(9), next(10) === 0 ? next(60_000) : next(6_000));
    if (second % 20 === 19) await stage.flow();
  }
  await silence(stage);
  return stage;
};

/** No events until every window is closed. */
export const silence = async (stage: StageGiven): Promise<void> => {
  for (let minute = 0; minute < 4; minute++) {
    stage.tick();
    stage.clock.advance(61_000);
    stage.tick();
    await stage.flow();
  }
};
