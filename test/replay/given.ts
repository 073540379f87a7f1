// A pipeline of real steps in memory, its archive, and beside it a second run that is fed from the past; both may die at any call.
import { Fault } from '../../shared/faults.ts';
import { countingNonce, type ManualClock, manualClock } from '../../shared/memory/clock.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import { memoryWake } from '../../shared/memory/wake.ts';
import type { EventType, Source } from '../../shared/pipeline.ts';
import type { Objects, Stream, Table } from '../../shared/ports.ts';
import { compileSql } from '../../shared/query/compile.ts';
import type { Plan } from '../../shared/query/plan.ts';
import { aggregate } from '../../shared/steps/aggregate/aggregate.ts';
import { archive } from '../../shared/steps/archive.ts';
import { enrich } from '../../shared/steps/enrich.ts';
import { judgeOf, longestDelay } from '../../shared/steps/judge.ts';
import { refine, SETTLE } from '../../shared/steps/refine/refine.ts';
import { NO_PROGRESS, newReplay, type Replay } from '../../shared/steps/replay/control.ts';
import { type Driven, drive } from '../../shared/steps/replay/drive.ts';
import { feeder } from '../../shared/steps/replay/feed.ts';
import { history, type LiveReader } from '../../shared/steps/replay/history.ts';
import { repairs, withRepairs } from '../../shared/steps/replay/repairs.ts';
import { transform } from '../../shared/steps/transform.ts';
import { type ValidateDeps, validate } from '../../shared/steps/validate.ts';
import { writeTable } from '../../shared/steps/write-table.ts';
import type { BatchStep } from '../../shared/trigger/batch.ts';

export const GROUPS = 8;
export const plenty = { remainingMs: () => 60_000 };
const noWait = { tries: 2, wait: async () => {} };

/** As bad ones are let through by a repaired schema. */
export const lenient = (plan: Plan): ValidateDeps['judge'] =>
  judgeOf({ plan, types: { 'click.v1': { ...CLICK, check: () => null } } });

export const CLICK: EventType = {
  type: 'click.v1',
  check: (data) =>
    (data as { bad?: unknown }).bad === undefined ? null : { field: '/bad', cause: 'must not be there', value: true },
  time: ['t'],
  id: null,
  key: ['k'],
};
export const SOURCE: Source = {
  name: 'web',
  adapter: 'http',
  types: ['click.v1'],
  deduplicate: null,
  transport: 5_000,
  ticks: true,
  producer: 'any',
};

const TABLES = `CREATE TABLE clicks (k STRING, n BIGINT, t TIMESTAMP(3), WATERMARK FOR t AS t - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'click.v1');
CREATE TABLE tens (k STRING, s TIMESTAMP(3), t TIMESTAMP(3), n BIGINT, v BIGINT, WATERMARK FOR t AS t) WITH ('connector' = 'kinesis');
CREATE TABLE minutes (k STRING, s TIMESTAMP(3), n BIGINT, PRIMARY KEY (k, s) NOT ENFORCED) WITH ('connector' = 'dynamodb');
CREATE TABLE visits (k STRING, s TIMESTAMP(3), n BIGINT, PRIMARY KEY (k, s) NOT ENFORCED) WITH ('connector' = 'dynamodb');
CREATE TABLE big (k STRING, n BIGINT, t TIMESTAMP(3)) WITH ('connector' = 'dynamodb');
`;
const tens = (value: string) => `INSERT INTO tens SELECT k, window_start, window_time, COUNT(*), ${value}
  FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end, window_time`;
const OTHERS: Readonly<Record<string, string>> = {
  minutes: `INSERT INTO minutes SELECT k, window_start, SUM(v)
    FROM TABLE(TUMBLE(TABLE tens, DESCRIPTOR(t), INTERVAL '60' SECOND)) GROUP BY k, window_start, window_end`,
  visits: `INSERT INTO visits SELECT k, window_start, COUNT(*)
    FROM TABLE(SESSION(TABLE clicks PARTITION BY k, DESCRIPTOR(t), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end`,
  big: 'INSERT INTO big SELECT k, n, t FROM clicks WHERE n >= 8',
};
const planWith = (value: string): Plan => {
  const queries = { tens: tens(value), ...OTHERS };
  const { plan, errors } = compileSql(
    [
      { path: 'tables.sql', text: TABLES },
      ...Object.entries(queries).map(([name, text]) => ({ path: `queries/${name}.sql`, text: `${text};` })),
    ],
    { types: ['click.v1'] },
  );
  if (errors.length > 0) throw new Error(errors.map((e) => `${e.file}:${e.line}: ${e.message}`).join('\n'));
  return plan;
};
/** The query as it is, and as it is changed: other values in the same windows. */
export const OLD_PLAN = planWith('SUM(n)');
export const NEW_PLAN = planWith('SUM(n * n)');

export class Killed extends Error {}
export type Wrap = <P extends object>(port: P) => P;
const asItIs: Wrap = (port) => port;

/** Ports that die at some call, before its effect or after it, and answer nothing from then on. */
export const dying = (at: number, after: boolean): { wrap: Wrap; dead: () => boolean } => {
  let left = at;
  const wrap: Wrap = (port) =>
    new Proxy(port, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          if (left < 0) throw new Killed();
          left--;
          if (left >= 0) return (value as (...a: unknown[]) => unknown).apply(target, args);
          if (after) await (value as (...a: unknown[]) => unknown).apply(target, args);
          throw new Killed();
        };
      },
    });
  return { wrap, dead: () => left < 0 };
};

export type Stores = {
  readonly table: Table;
  readonly results: ReturnType<typeof memoryTable>;
  readonly objects: Objects;
};

/** One run of the pipeline: its streams and stores outlive its steps. */
export const newRun = (run: string, plan: Plan, clock: ManualClock, shards: number) => {
  const log = (name: string) => new MemoryLog(`${name}-${run}`, { clock, shards });
  const [validated, enriched, refined] = [log('validated'), log('enriched'), log('refined')];
  const [table, results, objects] = [
    memoryTable(`ledger-${run}`),
    memoryTable(`results-${run}`),
    memoryObjects(`data-${run}`),
  ];
  const nonce = countingNonce(`n${run}-`);
  /** Places of the mappings: what a function reported. */
  const places = new Map<string, string>();

  /** The steps as a cold start makes them. */
  const start = (raw: Stream, wrap: Wrap = asItIs, ofHead: Partial<ValidateDeps> = {}) => {
    const common = {
      plan,
      table: wrap(table),
      objects: wrap(objects),
      rejected: wrap(objects),
      wake: memoryWake(),
      clock,
      nonce,
      run,
      groups: GROUPS,
      patience: noWait,
    };
    const on = (l: MemoryLog) => wrap(memoryStream(l));
    const head = validate({
      ...common,
      raw,
      validated: on(validated),
      judge: judgeOf({ plan, types: { 'click.v1': CLICK } }),
      delay: longestDelay(plan.tables),
      sources: [SOURCE],
      ...ofHead,
    });
    const lookups = { geo: undefined, agent: () => null, reference: { find: async () => new Map() } } as never;
    const mappings: readonly (readonly [string, MemoryLog, BatchStep])[] = [
      ['enrich', validated, enrich({ ...common, from: on(validated), to: on(enriched), enrichments: [], lookups })],
      ['transform', enriched, transform({ ...common, from: on(enriched), to: on(refined) })],
      ['aggregate', enriched, aggregate({ ...common, reads: 'enriched', from: on(enriched) })],
      ['aggregate-again', refined, aggregate({ ...common, reads: 'refined', from: on(refined) })],
      [
        'write-table',
        refined,
        writeTable({ tables: plan.tables, results: wrap(results), rejected: wrap(objects), run }),
      ],
    ];
    const refines = [
      refine({ ...common, reads: 'enriched', from: on(enriched), raw, to: on(refined) }),
      refine({ ...common, reads: 'refined', from: on(refined), raw, to: on(refined) }),
    ];
    /** Hands on what is new. @returns whether anything was */
    const flow = async (most = 1_000): Promise<boolean> => {
      let any = false;
      for (const [name, from, step] of mappings)
        for (const { id } of from.shards()) {
          const place = `${name} ${id}`;
          const { records } = from.read(id, places.get(place) ?? null, most);
          if (records.length === 0) continue;
          any = true;
          const { done } = await step({ stream: from.name, shard: id, records }, plenty);
          const last = records[done - 1];
          // A sink reports a port that is dead as a destination that is down.
          if (last === undefined) throw new Killed();
          places.set(place, last.seq);
        }
      return any;
    };
    const decide = async (settle: boolean): Promise<void> => {
      for (const step of refines) await step(settle ? [SETTLE] : ['{}'], plenty);
    };
    return { head, flow, decide };
  };
  return { run, plan, table, results, objects, validated, enriched, refined, start };
};
export type Run = ReturnType<typeof newRun>;
export type Steps = ReturnType<Run['start']>;

/** Until nothing comes of asking again. */
export const rest = async ({ flow, decide }: Steps): Promise<void> => {
  for (let quiet = 0; quiet < 3; ) {
    while (await flow()) quiet = 0;
    await decide(true);
    quiet = (await flow()) ? 0 : quiet + 1;
  }
};

/** Rows of a results table as text, sorted; only of one destination table if that is named. */
export const rowsIn = (results: Run['results'], table?: string): readonly string[] =>
  results
    .items()
    .filter((i) => i.row !== undefined && (table === undefined || i.pk.startsWith(`${table}#`)))
    .map((i) => `${i.pk.slice(0, i.pk.indexOf('#'))} ${i.row}`)
    .sort();

export const liveReader = (log: MemoryLog): LiveReader => ({
  async read(shard, after) {
    if (!log.has(shard)) return { records: [], ended: true };
    return log.read(shard, after ?? null, 100);
  },
});

export const AT = Date.parse('2026-01-05T09:00:00Z');
export const REPLAY: Omit<Replay, 'run'> = {
  state: 'running',
  query: 'tens',
  version: 'new',
  with: [],
  tables: ['minutes'],
  pipeline: '',
  results: 'results-2',
  from: null,
  to: null,
  rate: null,
  created: AT,
  progress: NO_PROGRESS,
};

/** The pipeline with its archive, and room for a second run. */
export const stageGiven = (shards = 2, retention = Number.POSITIVE_INFINITY) => {
  const clock = manualClock(AT);
  const raw = new MemoryLog('raw', { clock, shards, retention });
  const old = newRun('1', OLD_PLAN, clock, 2);
  const steps = old.start(memoryStream(raw));
  const keep = archive({ raw: memoryStream(raw), objects: old.objects, run: '1' });
  const places = new Map<string, string>();
  let sent = 0;

  const each = async (name: string, step: BatchStep, most: number): Promise<void> => {
    for (const { id } of raw.shards()) {
      const at = `${name} ${id}`;
      const { records } = raw.read(id, places.get(at) ?? null, most);
      if (records.length === 0) continue;
      const { done } = await step({ stream: raw.name, shard: id, records }, plenty).catch((error: unknown) => {
        // A child whose parents are not read to their end: its batch comes again.
        if (error instanceof Fault && error.code === 'order.ancestor-unread') return { done: 0 };
        throw error;
      });
      if (done > 0) places.set(at, records[done - 1]?.seq as string);
    }
  };

  return {
    clock,
    raw,
    old,
    steps,
    /** An event `late` ms before now. */
    click: (k: string, n: number, late = 0, more: object = {}) => {
      const t = new Date(clock.now() - late).toISOString();
      const event = {
        specversion: '1.0',
        id: `e${sent++}`,
        source: '/web',
        type: 'click.v1',
        time: t,
        data: { k, n, t, ...more },
      };
      raw.put({ partitionKey: k, data: Buffer.from(JSON.stringify(event)) });
    },
    tick: () => {
      for (const s of raw.shards().filter((x) => !x.closed))
        raw.put({ partitionKey: 'tick', hashKey: s.startHash, data: new Uint8Array() });
    },
    /** The old run goes on. @param archived whether the archive does, too */
    live: async (archived = true, most = 50): Promise<void> => {
      if (archived) await each('archive', keep, most);
      await each('validate', steps.head, most);
      await steps.flow();
      await steps.decide(false);
    },
    /** The feeder of a second run with its steps, as a cold start makes them. */
    second: (
      run: Run,
      wrap: Wrap = asItIs,
      {
        batch = 20,
        from,
        to,
        judge,
      }: { batch?: number; from?: number; to?: number; judge?: ValidateDeps['judge'] } = {},
    ) => {
      const both = { first: wrap(old.table as Table), firstRun: '1', own: wrap(run.table as Table), run: run.run };
      const past = history({
        clock,
        raw: wrap(memoryStream(raw)),
        live: wrap(liveReader(raw)),
        archive: wrap(old.objects as Objects),
        archivedBy: '1',
        from,
        to,
      });
      const own = run.start(past.stream, wrap, {
        table: withRepairs(both),
        repairs: repairs(both),
        ...(judge && { judge }),
      });
      const feed = feeder({ history: past, head: own.head, table: wrap(run.table as Table), run: run.run, batch });
      const step = drive({ table: wrap(old.table as Table), run: run.run, feeder: feed, clock, wait: async () => {} });
      return { ...own, feed: (): Promise<Driven> => step(plenty) };
    },
    newReplay: (run = '2', more: Partial<Replay> = {}) => newReplay(old.table, { ...REPLAY, run, ...more }),
  };
};
export type StageGiven = ReturnType<typeof stageGiven>;
