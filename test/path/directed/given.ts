// The real steps on ports in memory, placed by hand. Each schedule gives back what came out wrong, one line each.
import type { Json } from '../../../shared/event/cloud-event.ts';
import { Fault } from '../../../shared/faults.ts';
import { unpackInner } from '../../../shared/lanes/block.ts';
import { emit, type Patience } from '../../../shared/lanes/emit.ts';
import type { Inner, Mark, StampedEvent } from '../../../shared/lanes/inner.ts';
import { endOf, groupOfLane, type Lane, padSeq } from '../../../shared/lanes/position.ts';
import { countingNonce, manualClock } from '../../../shared/memory/clock.ts';
import { MemoryLog } from '../../../shared/memory/log.ts';
import { memoryObjects } from '../../../shared/memory/objects.ts';
import { memoryStream } from '../../../shared/memory/stream.ts';
import { memoryTable } from '../../../shared/memory/table.ts';
import { memoryWake } from '../../../shared/memory/wake.ts';
import type { EventType, Source } from '../../../shared/pipeline.ts';
import { compileSql } from '../../../shared/query/compile.ts';
import { aggregate } from '../../../shared/steps/aggregate/aggregate.ts';
import type { Reads } from '../../../shared/steps/aggregate/name.ts';
import { judgeOf, longestDelay } from '../../../shared/steps/judge.ts';
import { refine, SETTLE } from '../../../shared/steps/refine/refine.ts';
import { validate } from '../../../shared/steps/validate.ts';
import type { Ms } from '../../../shared/time.ts';
import type { BatchStep, Progress } from '../../../shared/trigger/batch.ts';

export type Problems = readonly string[];
export type Schedule = () => Promise<Problems>;
export type Wrap = <P extends object>(port: P) => P;
export const asItIs: Wrap = (port) => port;

/** 05:00 -> an instant of the morning on which all schedules play. */
export const at = (minutesAndSeconds: string): number => Date.parse(`2026-01-05T09:${minutesAndSeconds}Z`);

export const GROUPS = 4;
export const RUN = '1';
export const SHARD = 'shardId-000000000000';
export const noWait: Patience = { tries: 2, wait: async () => {} };
export const plenty = { remainingMs: () => 60_000 };

export const differs = (what: string, found: unknown, wanted: unknown): Problems => {
  const [f, w] = [JSON.stringify(found), JSON.stringify(wanted)];
  return f === w ? [] : [`${what}: ${f}, not ${w}`];
};

/** A click of a visitor, as `enrich` sends it: the n-th event of a lane. */
export const click = (
  lane: Lane,
  n: number,
  time: string,
  data: { readonly [name: string]: Json } = {},
): StampedEvent => ({
  kind: 'event',
  lane,
  seq: padSeq(String(n)),
  index: 0,
  child: 0,
  arrival: at(time),
  key: 'k',
  bytes: Buffer.from(
    JSON.stringify({
      specversion: '1.0',
      id: `c${n}`,
      source: '/web',
      type: 'click.v1',
      time: new Date(at(time)).toISOString(),
      data: { k: 'k', n: 1, ...data, t: new Date(at(time)).toISOString() },
    }),
  ),
});
export const mark = (lane: Lane, n: number, clock: string): Mark => ({
  kind: 'mark',
  lane,
  pos: endOf(String(n)),
  clock: at(clock),
});
/** Marks of all groups of a raw shard. */
export const marks = (shard: string, n: number, clock: string): readonly Mark[] =>
  Array.from({ length: GROUPS }, (_, g) => mark(`${shard}/${g}`, n, clock));

export const CLICK: EventType = {
  type: 'click.v1',
  check: (data) =>
    (data as { bad?: unknown }).bad === undefined ? null : { field: '/bad', cause: 'must not be there', value: true },
  time: ['t'],
  id: null,
  key: ['k'],
};

export const CLICKS = `CREATE TABLE clicks (k STRING, n BIGINT, x STRING, t TIMESTAMP(3), WATERMARK FOR t AS t - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'click.v1');
`;

/** The newest revision of each row on a stream: `table {columns}`, sorted. */
export const rowsOn = (log: MemoryLog): readonly string[] => {
  const newest = new Map<string, { revision: string; text: string }>();
  for (const { id } of log.shards())
    for (const record of log.read(id, null).records) {
      const unpacked = unpackInner(record.data);
      for (const item of unpacked.ok ? unpacked.items : []) {
        if (item.kind !== 'event') continue;
        const row = JSON.parse(Buffer.from(item.bytes).toString());
        const revision = String(row.revision ?? '');
        if ((newest.get(row.id)?.revision ?? '') > revision) continue;
        newest.set(row.id, { revision, text: row.deleted ? '' : `${row.type} ${JSON.stringify(row.data)}` });
      }
    }
  return [...newest.values()].flatMap((r) => (r.text === '' ? [] : [r.text])).sort();
};

/** Numbers under which a stream shows two different contents. */
export const twoContents = (log: MemoryLog): Problems => {
  const seen = new Map<string, string>();
  const out: string[] = [];
  for (const { id } of log.shards())
    for (const record of log.read(id, null).records) {
      const unpacked = unpackInner(record.data);
      for (const item of unpacked.ok ? unpacked.items : []) {
        if (item.kind !== 'event') continue;
        const name = `${item.lane} ${Number(item.seq)}`;
        const text = Buffer.from(item.bytes).toString();
        if ((seen.get(name) ?? text) !== text) out.push(`two contents of ${name}`);
        seen.set(name, text);
      }
    }
  return out;
};

type GivenOptions = { readonly shards?: number; readonly retention?: Ms; readonly early?: Ms };
/** @param sql tables and queries over `clicks (k, n, x, t)`, whose watermark is 5 seconds behind */
export const given = (sql: string, { shards = 1, retention, early }: GivenOptions = {}) => {
  const { plan: compiled, errors } = compileSql([{ path: 'q.sql', text: CLICKS + sql }], { types: ['click.v1'] });
  if (errors.length > 0) throw new Error(errors.map((e) => `${e.line}: ${e.message}`).join('\n'));
  const plan =
    early === undefined
      ? compiled
      : { ...compiled, queries: compiled.queries.map((q) => (q.kind === 'window' ? { ...q, early } : q)) };
  const clock = manualClock(at('00:00'));
  const log = (name: string, n: number) => new MemoryLog(name, { clock, shards: n, ...(retention && { retention }) });
  const [raw, validated, enriched, refined] = [
    log('raw', 1),
    log('validated', 1),
    log('enriched', shards),
    log('refined', 1),
  ];
  const [table, objects, wake, nonce] = [memoryTable('ledger'), memoryObjects('data'), memoryWake(), countingNonce()];
  const common = (wrap: Wrap) => ({
    plan,
    table: wrap(table),
    objects: wrap(objects),
    rejected: wrap(objects),
    wake,
    clock,
    nonce,
    run: RUN,
    groups: GROUPS,
    patience: noWait,
  });
  const from = (reads: Reads) => (reads === 'enriched' ? enriched : refined);
  return {
    plan,
    clock,
    raw,
    validated,
    enriched,
    refined,
    table,
    objects,
    nonce,
    common,
    head: (sources: readonly Source[] = [], wrap: Wrap = asItIs): BatchStep =>
      validate({
        ...common(wrap),
        raw: memoryStream(raw),
        validated: wrap(memoryStream(validated)),
        delay: longestDelay(plan.tables),
        sources,
        judge: judgeOf({ plan, types: { 'click.v1': CLICK } }),
      }),
    aggregate: (reads: Reads = 'enriched', wrap: Wrap = asItIs): BatchStep =>
      aggregate({ ...common(wrap), reads, from: memoryStream(from(reads)) }),
    refine: (reads: Reads = 'enriched', wrap: Wrap = asItIs) => {
      const step = refine({
        ...common(wrap),
        reads,
        from: memoryStream(from(reads)),
        raw: memoryStream(raw),
        to: wrap(memoryStream(refined)),
      });
      return {
        settle: () => step([SETTLE], plenty),
        wake: () => step(['{}'], plenty),
      };
    },
    /** Lines of the objects of a side door. */
    lines: async (door: 'late' | 'rejected'): Promise<readonly { readonly [name: string]: Json }[]> => {
      const out: { readonly [name: string]: Json }[] = [];
      for (const { key } of await objects.list(`${door}/`)) {
        const text = Buffer.from((await objects.get(key)) ?? []).toString();
        for (const line of text.split('\n')) if (line !== '') out.push(JSON.parse(line));
      }
      return out;
    },
  };
};
export type Given = ReturnType<typeof given>;

/** Puts items on a stream, in order, one record for each key group. */
export const put = async (log: MemoryLog, ...items: readonly Inner[]): Promise<void> => {
  const groups = new Map<number, Inner[]>();
  for (const item of items) {
    const g = groupOfLane(item.lane);
    groups.set(g, [...(groups.get(g) ?? []), item]);
  }
  await emit(memoryStream(log), groups, GROUPS, noWait);
};

/** Hands records [from, to) of a shard to a step. */
export const deliver = (
  step: BatchStep,
  log: MemoryLog,
  { shard = SHARD, from = 0, to = Number.POSITIVE_INFINITY }: { shard?: string; from?: number; to?: number } = {},
): Promise<Progress> => {
  const records = log.read(shard, null).records.slice(from, to);
  return step({ stream: log.name, shard, records }, plenty);
};

type On = (method: string, args: readonly unknown[], call: () => Promise<unknown>) => Promise<unknown>;
/** A port of which every call goes by way of `on`. */
export const through =
  (on: On): Wrap =>
  (port) =>
    new Proxy(port, {
      get(target, name) {
        const member = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => on(String(name), args, () => Reflect.apply(member, target, args));
      },
    });

/** Calls that `picks` names fail, the first `times` of them, before their effect or (`after`) behind it. */
export const failing = (picks: Picks, { times = Number.POSITIVE_INFINITY, skip = 0, after = false } = {}): Wrap => {
  let met = 0;
  return through(async (method, args, call) => {
    if (!picks(method, args)) return call();
    met++;
    if (met <= skip || met > skip + times) return call();
    if (after) await call();
    throw new Fault('table.unavailable', 'no answer');
  });
};
/** A write of an item whose pk starts with a text. */
export const writes =
  (pk: string, method = 'put') =>
  (name: string, args: readonly unknown[]): boolean =>
    name === method && String((args[0] as { pk?: unknown } | undefined)?.pk ?? '').startsWith(pk);
/** A write of an object whose key holds a text. */
export const stores =
  (part: string) =>
  (name: string, args: readonly unknown[]): boolean =>
    name === 'put' && typeof args[0] === 'string' && args[0].includes(part);
/** PutRecords. */
export const sends = (name: string, args: readonly unknown[]): boolean => name === 'put' && Array.isArray(args[0]);

type Picks = (method: string, args: readonly unknown[]) => boolean;
/** The first call that `picks` names stops before its effect, until it is let go. */
export const stoppingAt = (picks: Picks) => {
  const stop = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  let used = false;
  const wrap = through(async (method, args, call) => {
    if (!used && picks(method, args)) {
      used = true;
      reached.resolve();
      await stop.promise;
    }
    return call();
  });
  return { wrap, reached: reached.promise, go: () => stop.resolve() };
};

/** Runs one step after the other; a problem of an earlier one does not hide what comes later. */
export const each = async (...parts: readonly (() => Promise<Problems>)[]): Promise<Problems> => {
  const out: string[] = [];
  for (const part of parts) out.push(...(await part()));
  return out;
};
