// events/: samples that are what they say, and stay what the script writes.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { KinesisStreamEvent } from 'aws-lambda';
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda';
import { describe, expect, test } from 'vitest';
import { sampleEvents } from '../../local/generate/sample-events.ts';
import { unpackRecord } from '../../shared/event/unpack.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { createApp } from '../../shared/steps/ingest/app.ts';
import { noon, onStream, TYPES } from './given.ts';

const fileOf = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../events/${name}.json`, import.meta.url), 'utf8'));

/** The events of each record. Compressed bytes may differ between versions of zlib; what is in them may not. */
const contents = ({ Records }: KinesisStreamEvent): unknown =>
  Records.map(({ kinesis: { data, ...kinesis }, ...rest }) => {
    const unpacked = unpackRecord(Buffer.from(data, 'base64'), kinesis.partitionKey);
    if (!unpacked.ok) throw new Error(unpacked.cause);
    const events = unpacked.records.map((r) => `${r.partitionKey} ${Buffer.from(r.bytes)}`);
    return { ...rest, kinesis, events };
  });

describe('the files are those that local/generate/sample-events.ts writes', () => {
  test.each(Object.entries(sampleEvents()))('%s', (name, written) => {
    const readable = (event: unknown) =>
      name === 'validate' || name === 'archive' ? contents(event as KinesisStreamEvent) : event;
    expect(readable(fileOf(name))).toEqual(readable(written));
  });
});

test('validate.json: an aggregate of 8, one event, one in gzip, a plain one, a broken one, a tick', () => {
  const counts = (contents(fileOf('validate')) as { events: string[] }[]).map((r) => r.events.length);
  expect(counts).toEqual([8, 1, 1, 1, 1, 0]);
});

test('ingest.json, through the adapter that Lambda uses: three events are taken, one line is not', async () => {
  const log = new MemoryLog('raw', { shards: 2 });
  const types = { ...TYPES, 'payment.v1': TYPES['order.v1'] };
  const handler = handle(createApp({ raw: memoryStream(log), clock: noon, types }));
  const reply = await handler(fileOf('ingest') as LambdaEvent, {} as LambdaContext);
  expect(reply.statusCode).toBe(207);
  expect(JSON.parse(reply.body)).toMatchObject({ accepted: 3, rejected: 1, notStored: 0 });
  expect(onStream(log).length).toBe(3);
});

test('a gzip body comes from API Gateway as base64', async () => {
  const log = new MemoryLog('raw');
  const handler = handle(createApp({ raw: memoryStream(log), clock: noon, types: TYPES }));
  const event = fileOf('ingest');
  const body = gzipSync('{"visitor":"ann"}').toString('base64');
  const headers = { ...event.headers, 'content-type': 'application/json', 'content-encoding': 'gzip' };
  const posted = { ...event, rawPath: '/events/page_view.v1', headers, body, isBase64Encoded: true };
  const reply = await handler(posted as LambdaEvent, {} as LambdaContext);
  expect(reply.statusCode).toBe(202);
  expect(onStream(log).map((e) => JSON.parse(e.text).data)).toEqual([{ visitor: 'ann' }]);
});
