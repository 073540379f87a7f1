// Plumbing for tests of one stage: a stream of stamped events, batches in any borders, ports that fail at a given call.
import type { Json } from '../../shared/event/cloud-event.ts';
import { stringifyJson } from '../../shared/event/json.ts';
import { unpackInner } from '../../shared/lanes/block.ts';
import { emit, type Patience } from '../../shared/lanes/emit.ts';
import type { Inner, StampedEvent } from '../../shared/lanes/inner.ts';
import { endOf, groupOfLane, lane, padSeq, position } from '../../shared/lanes/position.ts';
import { groupOfKey } from '../../shared/lanes/ring.ts';
import { manualClock } from '../../shared/memory/clock.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import type { Batch, BatchStep, Progress, StreamRecord } from '../../shared/trigger/batch.ts';

export const GROUPS = 4;
export const RUN = '1';
export const AT = Date.parse('2026-01-05T09:00:00.000Z');
export const RAW_SHARD = 'shardId-000000000000';
export const noWait: Patience = { tries: 2, wait: async () => {} };
export const plenty = { remainingMs: () => 60_000 };

export const asText = (value: Json): string => stringifyJson(value);

type Made = {
  key?: string;
  at?: number;
  index?: number;
  id?: string;
  source?: string;
  more?: { [name: string]: Json };
};

/** The n-th event of the raw shard, of its key's lane. `data` may be JSON text, which is kept as it is. */
export const event = (n: number, type: string, data: Json, made: Made = {}): StampedEvent => {
  const { key = `k${n}`, at = AT + n, index = 0, id = `e${n}`, source = '/shop', more = {} } = made;
  const head = asText({ specversion: '1.0', id, source, type, time: new Date(at).toISOString(), ...more });
  return {
    kind: 'event',
    lane: lane(RAW_SHARD, groupOfKey(key, GROUPS)),
    seq: padSeq(String(n)),
    index,
    child: 0,
    arrival: AT + n,
    key,
    bytes: Buffer.from(`${head.slice(0, -1)},"data":${typeof data === 'string' ? data : asText(data)}}`),
  };
};

/** Row n of a query on `refined`, as `refine` sends it. */
export const row = (n: number, table: string, data: Json, made: Made & { query?: string } = {}): StampedEvent => {
  const query = made.query ?? 'q-1';
  const e = event(n, table, data, { id: `${query}|${n}`, source: `/millrace/${query}`, ...made });
  return { ...e, lane: `m.aggregate.${query}.0/${groupOfLane(e.lane)}` };
};

export const marks = (n: number, clock = AT + n): Inner[] =>
  Array.from({ length: GROUPS }, (_, g) => ({ kind: 'mark', lane: lane(RAW_SHARD, g), pos: endOf(String(n)), clock }));

export const newLog = (name: string, shards = 1) => new MemoryLog(name, { shards, clock: manualClock(AT) });

/** Puts items on a stream, each call one record a key group. */
export const send = async (log: MemoryLog, items: readonly Inner[]): Promise<void> => {
  const groups = new Map<number, Inner[]>();
  for (const item of items) {
    const g = groupOfLane(item.lane);
    groups.set(g, [...(groups.get(g) ?? []), item]);
  }
  await emit(memoryStream(log), groups, GROUPS, noWait);
};

export const recordsOf = (log: MemoryLog): readonly { shard: string; records: readonly StreamRecord[] }[] =>
  log.shards().map(({ id }) => ({ shard: id, records: log.read(id, null).records }));

/** All items on a stream, in the order of each shard. Throws for a record that is not ours. */
export const itemsOn = (log: MemoryLog): readonly Inner[] =>
  recordsOf(log).flatMap(({ records }) =>
    records.flatMap((r) => {
      const unpacked = unpackInner(r.data);
      if (!unpacked.ok) throw new Error(unpacked.cause);
      return unpacked.items;
    }),
  );

export const eventsOn = (log: MemoryLog): readonly StampedEvent[] => itemsOn(log).filter((i) => i.kind === 'event');

export const positionOf = (e: StampedEvent): string => `${e.lane} ${position(e.seq, e.index, e.child)}`;

/** What readers of a stream count: each position of a lane once, rewinds dropped. Fails when a lane skips something and shows it later. */
export const countedOn = (log: MemoryLog): readonly StampedEvent[] => {
  const newest = new Map<string, string>();
  const seen = new Set<string>();
  return eventsOn(log).filter((e) => {
    const at = position(e.seq, e.index, e.child);
    const before = newest.get(e.lane);
    if (before !== undefined && at <= before) {
      if (!seen.has(positionOf(e))) throw new Error(`${positionOf(e)} appeared first behind ${before}`);
      return false;
    }
    newest.set(e.lane, at);
    seen.add(positionOf(e));
    return true;
  });
};

export const dataOf = (e: StampedEvent): unknown => JSON.parse(Buffer.from(e.bytes).toString()).data;
export const textOf = (e: StampedEvent): string => Buffer.from(e.bytes).toString();

/** Every shard of a log, in batches of `size` records. */
export const batchesOf = (log: MemoryLog, size: number): readonly Batch[] =>
  recordsOf(log).flatMap(({ shard, records }) =>
    Array.from({ length: Math.ceil(records.length / size) }, (_, i) => ({
      stream: log.name,
      shard,
      records: records.slice(i * size, (i + 1) * size),
    })),
  );

/** Delivers as Lambda does: what is not done comes again, until all is. */
export const deliver = async (step: () => BatchStep, batches: readonly Batch[], tries = 50): Promise<void> => {
  let running = step();
  for (const batch of batches) {
    let rest = batch;
    for (let t = 0; rest.records.length > 0; t++) {
      if (t === tries) throw new Error(`a batch did not pass in ${tries} tries`);
      const progress: Progress = await running(rest, plenty).catch(() => ({ done: 0 }));
      if (progress.done < rest.records.length) running = step(); // a cold sandbox
      rest = { ...rest, records: rest.records.slice(progress.done) };
    }
  }
};

/** Counts the calls of ports; the k-th throws, before its effect or after it. */
export const failing = (k: number, when: 'before' | 'after') => {
  let calls = 0;
  const wrap = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name, self) {
        const method: unknown = Reflect.get(target, name, self);
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]) => {
          const mine = ++calls === k;
          if (mine && when === 'before') throw new Error(`call ${k} failed`);
          const answer: unknown = await method.apply(target, args);
          if (mine) throw new Error(`the answer of call ${k} was lost`);
          return answer;
        };
      },
    });
  return { wrap, calls: () => calls };
};

/** Runs `scenario` without a fault and then with each call failing, before and after its effect. */
export const atEveryCall = async (
  scenario: (wrap: <T extends object>(port: T) => T) => Promise<void>,
): Promise<number> => {
  const counting = failing(0, 'before');
  await scenario(counting.wrap);
  for (let k = 1; k <= counting.calls(); k++)
    for (const when of ['before', 'after'] as const) await scenario(failing(k, when).wrap);
  return counting.calls();
};

export const newPorts = () => ({ table: memoryTable(), bucket: memoryObjects(), clock: manualClock(AT) });

/** Lines of every NDJSON object under a prefix. */
export const linesUnder = async (
  objects: ReturnType<typeof memoryObjects>,
  prefix: string,
): Promise<readonly Record<string, unknown>[]> => {
  const lines: Record<string, unknown>[] = [];
  for (const { key } of await objects.list(prefix)) {
    const text = Buffer.from((await objects.get(key)) ?? []).toString();
    for (const line of text.split('\n')) if (line !== '') lines.push(JSON.parse(line) as Record<string, unknown>);
  }
  return lines;
};
