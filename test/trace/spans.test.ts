import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { KinesisStreamEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { messageText } from '../../shared/destinations/message.ts';
import { unpackRecord } from '../../shared/event/unpack.ts';
import { Fault } from '../../shared/faults.ts';
import { manualClock } from '../../shared/memory/clock.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import { enrich } from '../../shared/steps/enrich.ts';
import { createApp } from '../../shared/steps/ingest/app.ts';
import { transform } from '../../shared/steps/transform.ts';
import { writeTable } from '../../shared/steps/write-table.ts';
import type { Batch } from '../../shared/trigger/batch.ts';
import { onKinesis } from '../../shared/trigger/kinesis.ts';
import { onSchedule } from '../../shared/trigger/schedule.ts';
import { CLICK, deliver, GROUPS, given } from '../path/directed/given.ts';
import { context, kinesisEvent } from '../trigger/given.ts';

const looked = vi.hoisted(() => ({ batches: 0 }));
vi.mock('../../shared/trace/links.ts', async (original) => {
  const { tracesOf } = await original<typeof import('../../shared/trace/links.ts')>();
  return {
    tracesOf: (batch: Batch) => {
      looked.batches++;
      return tracesOf(batch);
    },
  };
});

const T = '0af7651916cd43dd8448eb211c80319c';
const parentOf = (n: number): string => `00-${T}-${String(n).padStart(16, '0')}-01`;
const event = (n: number, more: object = {}) =>
  JSON.stringify({
    specversion: '1.0',
    id: `e${n}`,
    source: '/s',
    type: 'click.v1',
    data: { k: 'k', n, t: '2026-01-05T09:00:00.000Z' },
    ...more,
  });

const exporter = new InMemorySpanExporter();
const provider = () => new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const register = () => void trace.setGlobalTracerProvider(provider());
beforeEach(() => {
  exporter.reset();
  looked.batches = 0;
});
afterEach(() => trace.disable());

const appGiven = () => {
  const clock = manualClock('2026-01-05T09:00:00Z');
  const raw = new MemoryLog('raw', { clock, shards: 1 });
  const app = createApp({ raw: memoryStream(raw), clock, types: { 'click.v1': CLICK } });
  const post = (body: string, headers: Record<string, string> = {}, path = '/events') =>
    app.request(path, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/cloudevents-batch+json', ...headers },
    });
  const stored = (): readonly Record<string, unknown>[] =>
    raw.shards().flatMap((s) =>
      raw.read(s.id, null).records.flatMap((r) => {
        const unpacked = unpackRecord(r.data, r.partitionKey);
        return unpacked.ok ? unpacked.records.map((u) => JSON.parse(Buffer.from(u.bytes).toString())) : [];
      }),
    );
  return { raw, post, stored };
};

describe('the endpoint', () => {
  test('gives events the trace of their request, those with their own keep it', async () => {
    const g = appGiven();
    await g.post(`[${event(1)},${event(2, { traceparent: parentOf(9) })}]`, {
      traceparent: parentOf(1),
      tracestate: 'a=1',
    });
    expect(g.stored().map((e) => [e.id, e.traceparent, e.tracestate])).toEqual([
      ['e1', parentOf(1), 'a=1'],
      ['e2', parentOf(9), undefined],
    ]);
  });

  test('plain JSON carries it as well', async () => {
    const g = appGiven();
    const headers = { 'content-type': 'application/json', traceparent: parentOf(1) };
    await g.post('{"k":"k","n":1,"t":"2026-01-05T09:00:00.000Z"}', headers, '/events/click.v1');
    expect(g.stored()).toMatchObject([{ plain: 1, traceparent: parentOf(1) }]);
  });

  test.each([['none'], ['00-nonsense']])('without a valid one events stay as they are: %s', async (traceparent) => {
    const g = appGiven();
    await g.post(`[${event(1)}]`, { traceparent });
    expect(g.stored()).toEqual([JSON.parse(event(1))]);
  });

  test('with a provider the request is a span, and its events carry that span', async () => {
    register();
    const g = appGiven();
    await g.post(`[${event(1)}]`, { traceparent: parentOf(1) });
    const [span] = exporter.getFinishedSpans();
    expect(span?.name).toBe('POST /events');
    expect(span?.kind).toBe(SpanKind.SERVER);
    expect(span?.parentSpanContext).toMatchObject({ traceId: T, spanId: parentOf(1).slice(36, 52), isRemote: true });
    expect(span?.attributes).toMatchObject({ 'http.response.status_code': 202, 'messaging.batch.message_count': 1 });
    expect(g.stored()[0]?.traceparent).toBe(`00-${T}-${span?.spanContext().spanId}-01`);
  });
});

const COPY = `CREATE TABLE big (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'dynamodb');
INSERT INTO big SELECT k, n FROM clicks;`;

test('the trace goes with the event through every function to its destination', async () => {
  const g = given(COPY);
  const results = memoryTable('results');
  const common = { ...g.common((port) => port), groups: GROUPS };
  const hop = enrich({
    ...common,
    from: memoryStream(g.validated),
    to: memoryStream(g.enriched),
    enrichments: [],
    lookups: {} as never,
  });
  const project = transform({ ...common, from: memoryStream(g.enriched), to: memoryStream(g.refined) });
  const write = writeTable({ tables: g.plan.tables, results, rejected: g.objects, run: '1' });
  const plain = {
    plain: 1,
    type: 'click.v1',
    source: 'http',
    data: { k: 'p', n: 2, t: '2026-01-05T09:00:00.000Z' },
    traceparent: parentOf(2),
    tracestate: 'a=1',
  };
  for (const text of [event(1, { traceparent: parentOf(1) }), JSON.stringify(plain)])
    g.raw.put({ partitionKey: 'k', data: Buffer.from(text) });
  await deliver(g.head(), g.raw);
  await deliver(hop, g.validated);
  await deliver(project, g.enriched);
  await deliver(write, g.refined);
  expect(results.items().map((i) => [i.pk, i.traceparent])).toEqual([
    ['big#["k"]', parentOf(1)],
    ['big#["p"]', parentOf(2)],
  ]);
  const row = {
    table: 'big',
    key: 'k',
    id: '1',
    source: '/q',
    time: '',
    version: '1',
    row: '{}',
    early: false,
    arrival: 0,
  };
  expect(JSON.parse(messageText({ ...row, traceparent: parentOf(1) }))).toMatchObject({ traceparent: parentOf(1) });
});

describe('a batch', () => {
  const batchOf = (): KinesisStreamEvent =>
    kinesisEvent(
      event(1, { traceparent: parentOf(1) }),
      event(2),
      event(3, { traceparent: parentOf(3) }),
      event(4, { traceparent: parentOf(1) }),
      '',
    );

  test('is one span with a link to each producer’s span', async () => {
    register();
    await onKinesis(async (batch) => ({ done: batch.records.length }))(batchOf(), context);
    const [span, ...more] = exporter.getFinishedSpans();
    expect(more).toEqual([]);
    expect(span?.name).toBe('process dev-millrace-raw');
    expect(span?.kind).toBe(SpanKind.CONSUMER);
    expect(span?.links.map((l) => l.context.spanId)).toEqual([1, 3].map((n) => parentOf(n).slice(36, 52)));
    expect(span?.attributes).toMatchObject({ 'messaging.system': 'aws_kinesis', 'messaging.batch.message_count': 5 });
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
  });

  test('links of inner streams are read from the events in their blocks', async () => {
    register();
    const g = given(COPY);
    g.raw.put({ partitionKey: 'k', data: Buffer.from(event(1, { traceparent: parentOf(7) })) });
    await deliver(g.head(), g.raw);
    const [record] = g.validated.read(g.validated.shards()[0]?.id ?? '', null).records;
    await onKinesis(async (batch) => ({ done: batch.records.length }))(kinesisEvent(record?.data ?? ''), context);
    expect(exporter.getFinishedSpans()[0]?.links.map((l) => l.context.traceId)).toEqual([T]);
  });

  test('that stops is an error in its span', async () => {
    register();
    const log = { error: () => {} };
    await onKinesis(async () => ({ done: 0, fault: new Fault('table.throttled', 'no capacity') }), log)(
      batchOf(),
      context,
    );
    const [span] = exporter.getFinishedSpans();
    expect(span?.status.code).toBe(SpanStatusCode.ERROR);
    expect(span?.events[0]?.attributes?.['exception.message']).toBe('no capacity');
  });

  test('without a provider no record is looked at, with one each batch is', async () => {
    const step = async () => ({ done: 5 });
    await onKinesis(step)(batchOf(), context);
    expect([looked.batches, exporter.getFinishedSpans()]).toEqual([0, []]);
    register();
    await onKinesis(step)(batchOf(), context);
    expect(looked.batches).toBe(1);
  });
});

test('a scheduled run is a span, an error when it fails', async () => {
  register();
  const log = { error: () => {} };
  await onSchedule(async () => {}, log)({ time: '2026-01-05T09:00:00Z' }, context);
  await expect(
    onSchedule(() => Promise.reject(new Error('no')), log)({ time: '2026-01-05T09:00:00Z' }, context),
  ).rejects.toThrow('no');
  expect(exporter.getFinishedSpans().map((s) => s.status.code)).toEqual([SpanStatusCode.UNSET, SpanStatusCode.ERROR]);
});
