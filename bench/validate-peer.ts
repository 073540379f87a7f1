// CPU per event of what `validate` does with the bytes of a batch (unpack, CloudEvent, schema), against the usual stack on the same
// records: Powertools batch + aws-kinesis-agg + JSON.parse + zod. Both begin with Lambda's base64 and check every event wholly.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { z } from 'zod';
import { encodeAggregate } from '../shared/event/kpl.ts';
import { toEvent } from '../shared/event/to-event.ts';
import { unpackRecord } from '../shared/event/unpack.ts';
import type { CompiledPipeline } from '../shared/pipeline.ts';
import { compileSchemas } from '../shared/schema/compile.ts';
import { minutes } from '../shared/time.ts';
import { peerDecode } from '../test/event/kpl-peer.ts';
import { CLICK_ARRIVAL, CLICK_SCHEMA, clickOf } from './click.ts';
import { cpuRounds, type Work } from './cpu-rounds.ts';

/** A batch as Lambda hands it over: `records` aggregates of `per` clicks each. */
export const clickBatch = (records: number, per: number): KinesisStreamEvent => ({
  Records: Array.from({ length: records }, (_, r): KinesisStreamRecord => {
    const clicks = Array.from({ length: per }, (_, i) => clickOf(r * per + i));
    const data = encodeAggregate(
      clicks.map((click) => ({ partitionKey: click.data.visitor, data: Buffer.from(JSON.stringify(click)) })),
    );
    return {
      awsRegion: 'eu-central-1',
      eventID: `shardId-000000000000:${r}`,
      eventName: 'aws:kinesis:record',
      eventSource: 'aws:kinesis',
      eventSourceARN: 'arn:aws:kinesis:eu-central-1:123456789012:stream/raw',
      eventVersion: '1.0',
      invokeIdentityArn: 'arn:aws:iam::123456789012:role/validate',
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: 'a',
        sequenceNumber: String(r),
        approximateArrivalTimestamp: CLICK_ARRIVAL / 1_000,
        data: Buffer.from(data).toString('base64'),
      },
    };
  }),
});

const text = z.string().min(1).max(256);
const Click = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.literal('click.v1'),
  time: z.iso.datetime({ offset: true }),
  data: z.object({
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
export const usualStack = (event: KinesisStreamEvent): Work => {
  const processor = new BatchProcessor(EventType.KinesisDataStreams);
  const context = { getRemainingTimeInMillis: () => 60_000 } as Context;
  return async () => {
    let passed = 0;
    const handle = async (record: KinesisStreamRecord): Promise<void> => {
      for (const user of peerDecode(record.kinesis.data)) {
        const click = Click.parse(JSON.parse(Buffer.from(user.data, 'base64').toString()));
        if (click.data.price >= 0) passed++;
      }
    };
    const { batchItemFailures } = await processPartialResponse(event, handle, processor, { context });
    if (batchItemFailures.length > 0) throw new Error('the usual stack refused good records');
    return passed;
  };
};

/** Our side without the stream and the stamp: says how many events passed. */
export const ourStack =
  (event: KinesisStreamEvent, types: CompiledPipeline['types']): Work =>
  () => {
    let passed = 0;
    for (const { kinesis } of event.Records) {
      const unpacked = unpackRecord(Buffer.from(kinesis.data, 'base64'), kinesis.partitionKey);
      if (!unpacked.ok) throw new Error(unpacked.cause);
      for (const user of unpacked.records) {
        const result = toEvent(user.bytes, {
          types,
          ahead: () => minutes(5),
          arrival: CLICK_ARRIVAL,
          positionId: () => `${kinesis.sequenceNumber}:${user.index}`,
        });
        if (result.kind === 'reject') throw new Error(result.cause);
        if (user.partitionKey !== '') passed++;
      }
    }
    return passed;
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

export const validatePeerBench = async (): Promise<readonly string[]> => {
  const event = clickBatch(40, 100);
  const bytes = JSON.stringify(clickOf(0)).length;
  const cpu = await cpuRounds(
    { usual: usualStack(event), ours: ourStack(event, await clickTypes()) },
    { rounds: 21, warm: 10 },
  );
  return [
    `unpack, CloudEvent and schema, ${bytes} B x 100: ${cpu.ours.toFixed(2)} µs/event, Powertools batch + aws-kinesis-agg + ` +
      `JSON.parse + zod ${cpu.usual.toFixed(2)}: ${(cpu.usual / cpu.ours).toFixed(2)}x less (goal 2x)`,
  ];
};

if (import.meta.main) for (const line of await validatePeerBench()) console.log(line);
