// The steps as they ship, on metered ports in memory, driven batch by batch without faults.
import { groupsFor } from '../shared/lanes/ring.ts';
import { MemoryLog } from '../shared/memory/log.ts';
import { memoryObjects } from '../shared/memory/objects.ts';
import { memoryStream } from '../shared/memory/stream.ts';
import { memoryTable } from '../shared/memory/table.ts';
import { memoryWake } from '../shared/memory/wake.ts';
import { systemClock } from '../shared/ports.ts';
import { compileSql } from '../shared/query/compile.ts';
import { aggregate } from '../shared/steps/aggregate/aggregate.ts';
import { archive } from '../shared/steps/archive.ts';
import { enrich } from '../shared/steps/enrich.ts';
import { createApp } from '../shared/steps/ingest/app.ts';
import { judgeOf, longestDelay } from '../shared/steps/judge.ts';
import { refine, SETTLE } from '../shared/steps/refine/refine.ts';
import { validate } from '../shared/steps/validate.ts';
import { writeTable } from '../shared/steps/write-table.ts';
import { END_OF_TIME } from '../shared/time.ts';
import type { BatchStep } from '../shared/trigger/batch.ts';
import { type Click, SQL } from './clicks.ts';
import { type Bill, billedObjects, billedStream, billedTable, billedWake, newBill } from './meter.ts';

const RUN = '1';
const types = { 'click.v1': { type: 'click.v1', check: () => null, time: ['ts'], id: null, key: null } } as const;
const budget = { remainingMs: () => 60_000 };

export type Counted = {
  readonly bills: Readonly<Record<string, Bill>>;
  readonly events: number;
  readonly rows: number;
};

/**
 * Sends the clicks by HTTP in requests of 1,000 events, and batches of about `batch` of them through all functions.
 * The clock of arrival follows the events.
 */
export const countPipeline = async (all: readonly Click[], shards: number, batch = 1_000): Promise<Counted> => {
  const request = 1_000;
  let now = all[0]?.time ?? 0;
  const clock = { now: () => now };
  const { plan, errors } = compileSql(SQL, { types: ['click.v1'] });
  if (errors.length > 0) throw new Error(errors.map((e) => e.message).join('\n'));
  const logs = Object.fromEntries(
    ['raw', 'validated', 'enriched', 'refined'].map((n) => [n, new MemoryLog(n, { shards, clock })]),
  ) as Record<'raw' | 'validated' | 'enriched' | 'refined', MemoryLog>;
  const table = memoryTable('ledger');
  const results = memoryTable('results');
  const objects = memoryObjects('data');
  const groups = groupsFor(shards);
  let nonce = 0;
  const bills: Record<string, Bill> = {};
  const of = (name: string) => {
    const bill = newBill();
    bills[name] = bill;
    const stream = (log: MemoryLog) => billedStream(memoryStream(log), bill);
    const common = {
      table: billedTable(table, bill),
      objects: billedObjects(objects, bill),
      rejected: billedObjects(objects, bill),
      wake: billedWake(memoryWake(), bill),
      clock,
      nonce: () => `n${nonce++}`,
      run: RUN,
      groups,
      plan,
    };
    return { stream, common, bill };
  };
  const i = of('ingest');
  const app = createApp({ raw: i.stream(logs.raw), clock: systemClock, types });
  const v = of('validate');
  const e = of('enrich');
  const a = of('aggregate');
  const r = of('refine');
  const ar = of('archive');
  const w = of('write-table');
  const mappings: { log: MemoryLog; step: BatchStep; at: Map<string, string> }[] = [
    { log: logs.raw, step: archive({ raw: ar.stream(logs.raw), objects: ar.common.objects, run: RUN }), at: new Map() },
    {
      log: logs.raw,
      step: validate({
        ...v.common,
        raw: v.stream(logs.raw),
        validated: v.stream(logs.validated),
        judge: judgeOf({ types, plan }),
        delay: longestDelay(plan.tables),
        sources: [],
      }),
      at: new Map(),
    },
    {
      log: logs.validated,
      step: enrich({
        ...e.common,
        from: e.stream(logs.validated),
        to: e.stream(logs.enriched),
        enrichments: [],
        lookups: {} as never,
      }),
      at: new Map(),
    },
    {
      log: logs.enriched,
      step: aggregate({ ...a.common, reads: 'enriched', from: a.stream(logs.enriched) }),
      at: new Map(),
    },
    {
      log: logs.refined,
      step: writeTable({ ...w.common, tables: plan.tables, results: billedTable(results, w.bill) }),
      at: new Map(),
    },
  ];
  const close = refine({
    ...r.common,
    reads: 'enriched',
    from: r.stream(logs.enriched),
    raw: r.stream(logs.raw),
    to: r.stream(logs.refined),
  });
  const play = async () => {
    for (const m of mappings)
      for (const s of m.log.shards()) {
        const { records } = m.log.read(s.id, m.at.get(s.id) ?? null);
        if (records.length === 0) continue;
        const { done } = await m.step({ stream: m.log.name, shard: s.id, records }, budget);
        if (done !== records.length) throw new Error(`${m.log.name}: ${done} of ${records.length}`);
        m.at.set(s.id, (records.at(-1) as { seq: string }).seq);
      }
  };
  // Each shard's batch holds about `batch` events, so a round of the mappings comes after so many requests for each shard.
  const round = shards * Math.ceil(batch / request);
  for (let from = 0, n = 0; from < all.length; from += request, n++) {
    const some = all.slice(from, from + request);
    now = some.at(-1)?.time ?? now;
    const body = `[${some.map((c) => Buffer.from(c.bytes).toString()).join(',')}]`;
    const answer = await app.request('/events', {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      body,
    });
    if (answer.status !== 202) throw new Error(`${answer.status}: ${(await answer.text()).slice(0, 200)}`);
    if (n % round === round - 1) {
      await play();
      await close(['{}'], budget);
    }
  }
  for (const s of logs.raw.shards())
    logs.raw.put({ partitionKey: 'tick', hashKey: s.startHash, data: new Uint8Array() }, END_OF_TIME);
  await play();
  await close([SETTLE], budget);
  await play();
  return { bills, events: all.length, rows: results.items().length };
};
