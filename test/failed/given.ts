// A whole pipeline in memory whose build can change, and the stage that operators' commands see of it.
import { RawCounter } from '../../local/run/raw-counter.ts';
import type { StageHere } from '../../local/stage/stage-here.ts';
import { stageInMemory } from '../../local/stage/stage-in-memory.ts';
import type { FramesFor } from '../../shared/framings/frames.ts';
import { manualClock } from '../../shared/memory/clock.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import { memoryWake } from '../../shared/memory/wake.ts';
import type { CompiledPipeline, Enrichment, EventType } from '../../shared/pipeline.ts';
import { compileSql } from '../../shared/query/compile.ts';
import { aggregate } from '../../shared/steps/aggregate/aggregate.ts';
import { enrich } from '../../shared/steps/enrich.ts';
import { judgeOf, longestDelay } from '../../shared/steps/judge.ts';
import { ledger } from '../../shared/steps/ledger/ledger.ts';
import { refine, SETTLE } from '../../shared/steps/refine/refine.ts';
import { transform } from '../../shared/steps/transform.ts';
import { validate } from '../../shared/steps/validate.ts';
import { writeTable } from '../../shared/steps/write-table.ts';
import { END_OF_TIME } from '../../shared/time.ts';
import type { BatchStep } from '../../shared/trigger/batch.ts';
import { packAggregates } from './pack.ts';

export type Order = {
  readonly order_id: string;
  readonly store: string;
  readonly total: unknown;
  readonly quantity: number;
  readonly currency?: string;
  readonly ts: string;
};
export const orderEvent = (data: object, id: string, time: number) => ({
  specversion: '1.0',
  id,
  source: '/shop',
  type: 'order.v1',
  time: new Date(time).toISOString(),
  data,
});

/** Each INSERT in a file named after its table, as users have it. */
const filesOf = (sql: string) => {
  const [tables = '', ...queries] = sql.split(/(?=^INSERT INTO )/m);
  const named = queries.map((text) => ({ path: `queries/${/^INSERT INTO (\w+)/.exec(text)?.[1]}.sql`, text }));
  return [{ path: 'tables.sql', text: tables }, ...named];
};

export const buildOf = (
  sql: string,
  check: EventType['check'],
  enrichments: readonly Enrichment[] = [],
): CompiledPipeline => {
  const { plan, errors } = compileSql(filesOf(sql), { types: ['order.v1'] });
  if (errors.length > 0) throw new Error(errors.map((e) => `${e.line}: ${e.message}`).join('\n'));
  const types = { 'order.v1': { type: 'order.v1', check, time: ['ts'], id: null, key: ['store'] } };
  return { plan, types, enrichments, sources: [], references: {} };
};

const RUN = '1';
const GROUPS = 8;
const plenty = { remainingMs: () => 60_000 };
const NO_WAIT = { tries: 1, wait: async () => undefined };

export type Given = {
  readonly clock: ReturnType<typeof manualClock>;
  readonly stage: StageHere;
  readonly logs: Readonly<Record<'raw' | 'validated' | 'enriched' | 'refined', MemoryLog>>;
  /** Puts events on `raw`, as KPL aggregates. */
  send(events: readonly { readonly key: string; readonly event: object }[]): void;
  /** Everything new is read by everything; with `again`, all that came since the last deploy. */
  play(again?: boolean): Promise<void>;
  deploy(pipeline: CompiledPipeline): void;
  /** Time goes on to its end: every window closes. */
  end(): Promise<void>;
  /** Rows in the results table, without their versions. */
  rows(): readonly string[];
  /** What does not balance: in = passed + rejected + duplicate at the first stage, in = all doors at each query. */
  unbalanced(): Promise<readonly string[]>;
  /** Sums over the doors of a query: in, passed, filtered, late, rejected. */
  doorsOf(query: string): Promise<readonly number[]>;
};

export const given = (first: CompiledPipeline, start: string, shards = 2, frames: FramesFor | null = null): Given => {
  const clock = manualClock(start);
  let pipeline = first;
  const log = (name: string) => new MemoryLog(name, { shards, clock });
  const logs = { raw: log('raw'), validated: log('validated'), enriched: log('enriched'), refined: log('refined') };
  const [table, results, objects] = [memoryTable('ledger'), memoryTable('results'), memoryObjects('data')];
  let nonce = 0;
  type Mapped = {
    readonly name: string;
    readonly log: MemoryLog;
    readonly step: BatchStep;
    readonly at: Map<string, string>;
  };
  let mappings: Mapped[] = [];
  let close: () => Promise<unknown> = async () => undefined;
  const places = new Map<string, Map<string, string>>();
  /** Where each reader stood at the last deploy: verdicts hang on the build, so what came before is not judged by another one. */
  let deployed = new Map<string, ReadonlyMap<string, string>>();

  const deploy = (next: CompiledPipeline): void => {
    pipeline = next;
    deployed = new Map([...places].map(([name, at]) => [name, new Map(at)]));
    const { plan } = next;
    const common = {
      ...{ plan, table, objects, rejected: objects, wake: memoryWake(), clock, run: RUN, groups: GROUPS },
      nonce: () => `n${nonce++}`,
      patience: NO_WAIT,
    };
    const from = (name: keyof typeof logs) => memoryStream(logs[name]);
    const mapped = (name: string, of: MemoryLog, step: BatchStep): Mapped => {
      const at = places.get(name) ?? new Map<string, string>();
      places.set(name, at);
      return { name, log: of, step, at };
    };
    mappings = [
      mapped(
        'validate',
        logs.raw,
        validate({
          ...common,
          raw: from('raw'),
          validated: from('validated'),
          judge: judgeOf(next),
          delay: longestDelay(plan.tables),
          sources: next.sources,
          ...(frames && { frames: frames({}, clock) }),
        }),
      ),
      mapped(
        'enrich',
        logs.validated,
        enrich({
          ...common,
          from: from('validated'),
          to: from('enriched'),
          enrichments: next.enrichments,
          lookups: {} as never,
        }),
      ),
      mapped('transform', logs.enriched, transform({ ...common, from: from('enriched'), to: from('refined') })),
      mapped('aggregate', logs.enriched, aggregate({ ...common, reads: 'enriched', from: from('enriched') })),
      mapped('write-table', logs.refined, writeTable({ ...common, tables: plan.tables, results })),
    ];
    const step = refine({
      ...common,
      reads: 'enriched',
      from: from('enriched'),
      raw: from('raw'),
      to: from('refined'),
    });
    close = () => step([SETTLE], plenty);
  };
  deploy(first);

  const read = async (m: Mapped, from: string | null, shard: string): Promise<void> => {
    const { records } = m.log.read(shard, from);
    const last = records.at(-1);
    if (last === undefined) return;
    const { done } = await m.step({ stream: m.log.name, shard, records }, plenty);
    if (done !== records.length) throw new Error(`${m.log.name}: ${done} of ${records.length}`);
    m.at.set(shard, last.seq);
  };
  const play = async (again = false): Promise<void> => {
    for (const m of mappings)
      for (const s of m.log.shards())
        await read(m, (again ? deployed.get(m.name)?.get(s.id) : m.at.get(s.id)) ?? null, s.id);
    await close();
    const sink = mappings.at(-1) as Mapped;
    for (const s of sink.log.shards()) await read(sink, sink.at.get(s.id) ?? null, s.id);
  };
  const book = () => ledger({ table, objects, clock, nonce: () => '', run: RUN, fn: 'aggregate/enriched' });
  const doors = async (): Promise<ReadonlyMap<string, number[]>> => {
    const sums = new Map<string, number[]>();
    for (const s of logs.enriched.shards())
      for (const { counts } of await book().after(s.id, 0))
        for (const [query, five] of Object.entries(counts)) {
          const sum = sums.get(query) ?? [0, 0, 0, 0, 0];
          sums.set(
            query,
            sum.map((n, i) => n + (five[i] ?? 0)),
          );
        }
    return sums;
  };
  const sideRows = async (door: string): Promise<ReadonlyMap<string, Record<string, string>>> => {
    const rows = new Map<string, Record<string, string>>();
    for (const { key } of await objects.list(`${door}/`))
      for (const line of Buffer.from((await objects.get(key)) ?? [])
        .toString()
        .split('\n')) {
        if (line === '') continue;
        const r = JSON.parse(line) as Record<string, string>;
        rows.set(`${r.stage} ${r.query} ${r.shard} ${r.position}`, r);
      }
    return rows;
  };
  const { raw, validated, enriched, refined } = logs;
  const stage = stageInMemory({
    pipeline: first,
    streams: {
      raw: memoryStream(raw),
      validated: memoryStream(validated),
      enriched: memoryStream(enriched),
      refined: memoryStream(refined),
    },
    ledger: table,
    objects,
    results,
    run: RUN,
    groups: GROUPS,
    clock,
    built: async () => ({ compiled: null, pipeline, frames }),
  });

  return {
    clock,
    stage,
    logs,
    deploy,
    play,
    send: (events) => {
      for (const record of packAggregates(events)) raw.put(record);
    },
    async end() {
      // The first record of a shard starts its minute of silence.
      for (const arrival of [clock.now(), END_OF_TIME])
        for (const s of raw.shards())
          raw.put({ partitionKey: 'tick', hashKey: s.startHash, data: new Uint8Array() }, arrival);
      await play();
      await play();
    },
    rows: () =>
      results
        .items()
        .filter((item) => item.deleted !== true)
        .map((item) => `${item.pk} ${item.sk} ${item.row as string}`),
    async unbalanced() {
      const came = new RawCounter(raw, pipeline.sources).look();
      const passed = new Set<string>();
      for (const s of validated.shards())
        for (const r of validated.read(s.id, null).records) for (const at of positionsIn(r.data)) passed.add(at);
      const aside = [...(await sideRows('rejected')).values()].filter((r) => r.stage === 'validate');
      const out = passed.size + aside.length;
      const wrong = came === out ? [] : [`validate: ${came} in, ${passed.size} passed + ${aside.length} aside`];
      for (const [query, [all = 0, ...rest]] of await doors())
        if (all !== rest.reduce((a, b) => a + b, 0)) wrong.push(`${query}: ${all} in, ${rest.join(' + ')}`);
      return wrong;
    },
    async doorsOf(name) {
      const found = [...(await doors())].find(([query]) => query.startsWith(`${name}-`) || query === name);
      return found?.[1] ?? [0, 0, 0, 0, 0];
    },
  };
};

import { unpackInner } from '../../shared/lanes/block.ts';
import { position } from '../../shared/lanes/position.ts';

const positionsIn = (data: Uint8Array): readonly string[] => {
  const unpacked = unpackInner(data);
  if (!unpacked.ok) throw new Error(unpacked.cause);
  return unpacked.items.flatMap((i) => (i.kind === 'event' ? [`${i.lane} ${position(i.seq, i.index)}`] : []));
};
