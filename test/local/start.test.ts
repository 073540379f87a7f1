import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LiveState } from '../../local/page/live-state.ts';
import { rowLines } from '../../local/start/announce.ts';
import { newestOfEach } from '../../local/start/live.ts';
import { type Running, startLive } from '../../local/start/start-live.ts';
import { readTemplate } from '../../local/template/read-template.ts';
import { prometheusName } from '../../local/watch/prometheus.ts';
import { watchOf } from '../../local/watch/watched.ts';
import { METRICS } from '../../shared/metrics/list.ts';
import { readPrometheus } from '../watch/read-prometheus.ts';

const ROOT = join(import.meta.dirname, '../..');
const said: string[] = [];
let running: Running;

beforeAll(async () => {
  running = await startLive({
    root: ROOT,
    pipeline: join(ROOT, 'pipeline'),
    port: 0,
    kind: 'shop',
    rate: null,
    say: (line) => said.push(line),
    warn: () => {},
  });
});
afterAll(() => running.stop());

const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(`${running.origin}${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
const order = (id: string) =>
  JSON.stringify({
    order_id: id,
    visitor: 'me',
    store: 'oslo',
    sku: 'desk-01',
    quantity: 1,
    total: 749,
    ordered_at: new Date().toISOString(),
  });

/** States of the page until one is as wanted. */
const stateWhere = async (wanted: (state: LiveState) => boolean): Promise<LiveState> => {
  const response = await fetch(`${running.origin}/live`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const chunk = await reader?.read();
    if (chunk === undefined || chunk.done) throw new Error('the page ended');
    text += chunk.value;
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      if (!part.startsWith('data: ')) continue;
      const state = JSON.parse(part.slice(6)) as LiveState;
      if (!wanted(state)) continue;
      await reader?.cancel();
      return state;
    }
  }
};

test('an event as the printed curl sends it is accepted and appears', async () => {
  expect(said.join('\n')).toMatch(
    /curl .*\/events\/order\.v1 -d '\{"order_id":.*"ordered_at":"'\$\(date -u \+%FT%TZ\)'"\}'/,
  );
  const answer = await post('/events/order.v1', order('shown'));
  expect(answer.status).toBe(202);
  const state = await stateWhere((s) => s.rows.length > 0);
  expect(state.rows[0]).toMatchObject({ table: 'large_orders', columns: { order_id: 'shown', total: '749.00' } });
  expect(state.stages.find((s) => s.name === 'enrich')?.doors).toMatchObject({ in: 1, passed: 1 });
  expect(state.streams.map((s) => s.name)).toEqual(['raw', 'validated', 'enriched', 'refined']);
});

test('the page and /metrics show every metric of the list, of everything that gives it', async () => {
  const state = await stateWhere((s) =>
    s.watched.some((w) => w.values.some((v) => v.metric === 'BooksOutOfBalance' && v.value === 0)),
  );
  const { subjects } = watchOf(readTemplate({ root: ROOT }));
  const named = (of: string, name: string, metric: string) => `${of} ${name} ${metric}`;
  const wanted = subjects.flatMap((s) => s.metrics.map((m) => named(s.of, s.name, m.name)));
  expect(state.watched.flatMap((w) => w.values.map((v) => named(w.of, w.name, v.metric)))).toEqual(wanted);

  const answer = await fetch(`${running.origin}/metrics`);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const families = readPrometheus(await answer.text());
  expect([...families.keys()].toSorted()).toEqual(METRICS.map(prometheusName).toSorted());
  const sample = (metric: string, fn: string) =>
    families.get(`millrace_function_${metric}`)?.samples.get(`stage=dev,function=${fn}`);
  expect(sample('events_passed_total', 'ingest')).toBeGreaterThan(0);
  expect(sample('events_passed_total', 'validate')).toBeGreaterThan(0);
  expect(sample('invocations_total', 'validate')).toBeGreaterThan(0);
  expect(
    families.get('millrace_table_consumed_write_capacity_units_total')?.samples.get('stage=dev,table=ledger'),
  ).toBeGreaterThan(0);
  expect(families.get('millrace_stream_incoming_records_total')?.samples.get('stage=dev,stream=raw')).toBeGreaterThan(
    0,
  );
  expect(families.get('millrace_api_count_total')?.samples.get('stage=dev,api=endpoint')).toBeGreaterThan(0);
});

describe('the producer endpoint is the function itself', () => {
  test('a gzip body passes', async () => {
    const body = new Uint8Array(gzipSync(order('packed')));
    expect((await post('/events/order.v1', body, { 'content-encoding': 'gzip' })).status).toBe(202);
  });

  test.each([
    ['an unknown path', 'GET', '/nothing', 404],
    ['a wrong method', 'PUT', '/events', 405],
    ['health', 'GET', '/health', 200],
    ['the description', 'GET', '/openapi.json', 200],
  ])('%s', async (_, method, path, status) => {
    expect((await fetch(`${running.origin}${path}`, { method })).status).toBe(status);
  });

  test('a body beyond what an HTTP API takes is refused', async () => {
    expect((await post('/events/order.v1', 'x'.repeat(10 * 1024 * 1024 + 1))).status).toBe(413);
  });
});

test('the page keeps the newest rows of each destination, whatever a busy one sends', () => {
  const row = (table: string, n: number) => ({ table, at: -n, columns: {} });
  const rows = [...Array.from({ length: 100 }, (_, n) => row('busy', n)), row('calm', 100), row('calm', 101)];
  const kept = newestOfEach(rows);
  expect(kept.map((r) => r.at).filter((at) => at < -14)).toEqual([-100, -101]);
  expect(kept.filter((r) => r.table === 'busy')).toHaveLength(15);
});

test('of many rows in one second each destination says one, and how many more there were', () => {
  const row = (table: string) => ({ table, at: Date.parse('2026-01-05T09:00:00Z'), columns: { n: '1' } });
  const lines = rowLines([row('a'), row('a'), row('b'), row('a')], 3);
  expect(lines.map((l) => stripVTControlCharacters(l))).toEqual([
    '09:00:00  a    n 1',
    '09:00:00  b    n 1',
    '          and 2 more',
  ]);
});
