// CPU per event of the whole `validate` step, from Lambda's event to the records put on `validated`: base64, KPL, CloudEvent, schema,
// key groups, stamps, KPL again, each with its MD5. Against the usual stack on the same records: Powertools batch +
// aws-kinesis-agg + JSON.parse + zod, which (a) only reads, and (b) also writes what it read, by JSON.stringify and aws-kinesis-agg.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { z } from 'zod';
import { parseJson } from '../shared/event/json.ts';
import { scanOf } from '../shared/event/scan.ts';
import { spanReader } from '../shared/event/spans.ts';
import { toEvent } from '../shared/event/to-event.ts';
import { memoryObjects } from '../shared/memory/objects.ts';
import { memoryTable } from '../shared/memory/table.ts';
import type { CompiledPipeline } from '../shared/pipeline.ts';
import { type Stream, systemClock } from '../shared/ports.ts';
import { compileSchemas } from '../shared/schema/compile.ts';
import { jsonAt } from '../shared/steps/aggregate/columns/json-at.ts';
import { judgeOf } from '../shared/steps/judge.ts';
import { validate } from '../shared/steps/validate.ts';
import { minutes } from '../shared/time.ts';
import { onKinesis } from '../shared/trigger/kinesis.ts';
import { peer, peerDecode } from '../test/event/kpl-peer.ts';
import { CLICK_ARRIVAL, CLICK_SCHEMA, clickOf } from './click.ts';
import { recordOf, SHARD, SHARDS } from './click-batch.ts';
import { cpuRounds, type Work } from './cpu-rounds.ts';
import { type Bench, type Goal, timesLess } from './goal.ts';

/** A batch as Lambda hands it over: `records` aggregates of `per` clicks each. */
export const clickBatch = (records: number, per: number): KinesisStreamEvent => ({
  Records: Array.from({ length: records }, (_, r) =>
    recordOf(
      'raw',
      BigInt(r),
      Array.from({ length: per }, (_, i) => clickOf(r * per + i)),
    ),
  ),
});

const text = z.string().min(1).max(256);
export const Click = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.literal('click.v1'),
  time: z.iso.datetime({ offset: true }),
  data: z.looseObject({
    visitor: text,
    session: text,
    page: text,
    referrer: z.string().max(256).optional(),
    campaign: text,
    country: z.string().regex(/^[A-Z]{2}$/),
    price: z.number().min(0),
    quantity: z.int().min(1).optional(),
    logged_in: z.boolean().optional(),
    device: z.object({ kind: text, os: text, browser: text }),
    tags: z.array(z.string()).optional(),
  }),
});

/** The usual stack: says how many events passed. */
export const usualStack = (event: KinesisStreamEvent, writes: boolean): Work => {
  const processor = new BatchProcessor(EventType.KinesisDataStreams);
  const context = { getRemainingTimeInMillis: () => 60_000 } as Context;
  return async () => {
    let passed = 0;
    const handle = async (record: KinesisStreamRecord): Promise<void> => {
      const out = writes ? new peer.RecordAggregator() : undefined;
      for (const user of peerDecode(record.kinesis.data)) {
        const click = Click.parse(JSON.parse(Buffer.from(user.data, 'base64').toString()));
        out?.addUserRecord({ partitionKey: user.partitionKey, data: Buffer.from(JSON.stringify(click)) });
        if (click.data.price >= 0) passed++;
      }
      if (out !== undefined && out.build().data.length === 0) throw new Error('nothing was written');
    };
    const { batchItemFailures } = await processPartialResponse(event, handle, processor, { context });
    if (batchItemFailures.length > 0) throw new Error('the usual stack refused good records');
    return passed;
  };
};

/** Takes every record and keeps none, so that the other end of the stream costs neither side anything. */
const sink = (name: string, onPut: (bytes: number) => void): Stream => ({
  name,
  put: async (records) =>
    records.map(({ data }) => {
      onPut(data.length);
      return { ok: true, shard: SHARD, seq: '1' };
    }),
  shards: async () => SHARDS,
  hasRecordAfter: async () => false,
});

/** Our step as it ships, behind its trigger: says how many events passed. */
export const ourStep = (event: KinesisStreamEvent, per: number, types: CompiledPipeline['types']): Work => {
  const context = { getRemainingTimeInMillis: () => 60_000 };
  const events = event.Records.length * per;
  let bytes = 0;
  const rejected = memoryObjects('rejected');
  const handler = onKinesis(
    validate({
      raw: sink('raw', () => {}),
      validated: sink('validated', (n) => {
        bytes += n;
      }),
      table: memoryTable('ledger'),
      rejected,
      clock: systemClock,
      run: '1',
      groups: 4,
      delay: minutes(1),
      sources: [],
      judge: judgeOf({ types, plan: { tables: [], queries: [] } as unknown as CompiledPipeline['plan'] }),
    }),
  );
  return async () => {
    const before = bytes;
    const { batchItemFailures } = await handler(event, context);
    if (batchItemFailures.length > 0 || bytes - before < events * 500 || (await rejected.list('')).length > 0)
      throw new Error('our step did not pass every record');
    return events;
  };
};

/** The compiled check of clicks, from a module written for the occasion. */
export const clickTypes = async (): Promise<CompiledPipeline['types']> => {
  const { source, errors } = compileSchemas([{ path: 'click.v1.json', text: JSON.stringify(CLICK_SCHEMA) }]);
  if (errors.length > 0) throw new Error(errors[0]?.message);
  const folder = mkdtempSync(join(import.meta.dirname, '../node_modules/.bench-'));
  try {
    const file = join(folder, 'schemas.mjs');
    writeFileSync(file, source);
    return ((await import(pathToFileURL(file).href)) as Pick<CompiledPipeline, 'types'>).types;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Reading alone: the scan with every check, its plain twin, and JSON.parse without any. */
const scanGoals = async (types: CompiledPipeline['types']): Promise<readonly Goal[]> => {
  const clicks = Array.from({ length: 4_000 }, (_, i) => new Uint8Array(Buffer.from(JSON.stringify(clickOf(i)))));
  const ahead = () => minutes(5);
  const scan = scanOf(types, ahead);
  const context = { types, ahead, arrival: CLICK_ARRIVAL, positionId: () => '' };
  const spans = spanReader({ attributes: ['time', 'type'], data: ['campaign', 'price'] });
  const places = new Int32Array(2 * (spans?.width ?? 0));
  const columnsOf = (bytes: Uint8Array): boolean => {
    if (!spans?.read(bytes, places)) return false;
    for (let i = 0; i < places.length; i += 2)
      if (jsonAt(bytes, places[i] ?? 0, places[i + 1] ?? 0) === undefined) return false;
    return true;
  };
  let read = 0;
  const each = (one: (bytes: Uint8Array) => boolean) => () => {
    for (const bytes of clicks) if (one(bytes)) read++;
    return clicks.length;
  };
  const cpu = await cpuRounds(
    {
      scan: each((bytes) => scan(bytes, CLICK_ARRIVAL) !== undefined),
      plain: each((bytes) => toEvent(bytes, context).kind === 'event'),
      columns: each(columnsOf),
      whole: each((bytes) => parseJson(bytes).ok),
      parse: each((b) => JSON.parse(Buffer.from(b.buffer, b.byteOffset, b.length).toString()).id !== ''),
    },
    { warm: 10 },
  );
  if (read % clicks.length !== 0) throw new Error('a click was not taken');
  const what = `scan of a CloudEvent of ${clicks[0]?.length} B with every check`;
  return [
    timesLess('4', what, cpu.scan, { name: 'JSON.parse alone', figure: cpu.parse, unit: 'µs/event' }, 1.6),
    timesLess('4', 'two columns of it as aggregate reads them', cpu.columns, {
      name: 'its plain twin, parseJson',
      figure: cpu.whole,
      unit: 'µs/event',
    }),
    timesLess('4', what, cpu.scan, { name: 'its plain twin, JSON.parse and ajv', figure: cpu.plain, unit: 'µs/event' }),
  ];
};

export const validatePeerBench: Bench = async () => {
  const per = 100;
  const event = clickBatch(40, per);
  const size = JSON.stringify(clickOf(0)).length;
  const types = await clickTypes();
  const slow = Object.fromEntries(Object.entries(types).map(([name, { scan: _, ...type }]) => [name, type]));
  const cpu = await cpuRounds(
    {
      reads: usualStack(event, false),
      writes: usualStack(event, true),
      ours: ourStep(event, per, types),
      plain: ourStep(event, per, slow),
    },
    { warm: 10 },
  );
  const stack = 'Powertools batch + aws-kinesis-agg + JSON.parse + zod';
  const line = (name: string, figure: number, least?: number): Goal =>
    timesLess('5', `validate, whole step, ${size} B x ${per}`, cpu.ours, { name, figure, unit: 'µs/event' }, least);
  return {
    goals: [
      line(`${stack}, reading and writing`, cpu.writes, 2),
      line(`${stack}, reading only`, cpu.reads),
      line('the same step without the scan', cpu.plain),
      ...(await scanGoals(types)),
    ],
  };
};
