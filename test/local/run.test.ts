import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FAULT_NAMES, type FaultName } from '../../local/chaos/faults.ts';
import { generate } from '../../local/generate/generate.ts';
import { NOT_HERE, RUN_FAULTS } from '../../local/run/faults/rates.ts';
import { runFiles } from '../../local/run/run-files.ts';

const ROOT = join(import.meta.dirname, '../..');
const NOW = Date.parse('2026-02-01T00:00:00Z');
const SILENT = { update() {}, line() {}, end() {} };

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-run-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

let runs = 0;
/** By the runs under faults. */
const struck = new Set<FaultName>();
type Options = { readonly shards?: number; readonly seed?: number; readonly table?: string };
const run = async (lines: readonly (string | object)[], { shards = 1, seed, table }: Options = {}) => {
  const name = join(dir, `run-${++runs}`);
  const file = `${name}.ndjson`;
  writeFileSync(file, lines.map((l) => (typeof l === 'string' ? l : JSON.stringify(l))).join('\n'));
  const summary = await runFiles({
    root: ROOT,
    pipeline: join(ROOT, 'pipeline'),
    inputs: [table === undefined ? file : `${table}=${file}`],
    out: name,
    shards,
    seed: seed ?? null,
    now: NOW,
    tell: SILENT,
  });
  const rows = (of: string): Record<string, unknown>[] =>
    readFileSync(join(name, `${of}.ndjson`), 'utf8')
      .split('\n')
      .filter((l) => l !== '')
      .map((l) => JSON.parse(l));
  const tables = Object.keys(summary.rows);
  return { summary, rows, all: Object.fromEntries([...tables, 'late', 'rejected'].map((t) => [t, rows(t)])) };
};

const order = (at: string, more: object = {}) => ({
  order_id: `o-${at}`,
  visitor: 'ann',
  store: 'oslo',
  sku: 'mug-01',
  quantity: 1,
  total: 10,
  ordered_at: `2026-01-05T${at}Z`,
  ...more,
});

describe('rows', () => {
  const traffic = [...generate({ kind: 'shop', seed: 5, events: 400, rate: 5, duplicates: 0.02, malformed: 0.02 })];
  let alone: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => {
    alone = await run(traffic);
  });

  test('come out of every destination, and the books balance', () => {
    const { summary, all } = alone;
    expect(summary.faults).toEqual([]);
    expect(summary.balanced).toBe(true);
    for (const [name, n] of Object.entries(summary.rows)) {
      expect(all[name], name).toHaveLength(n);
      if (name !== 'payment_alerts') expect(n, name).toBeGreaterThan(0);
    }
    expect(summary.stages.ingest?.in).toBe(400);
    expect(summary.stages.validate?.rejected).toBe(traffic.filter((l) => !l.endsWith('}}')).length);
    expect(summary.calls).toBeGreaterThan(0);
    expect(summary.writeUnits).toBeGreaterThan(0);
    expect(summary.putUnits).toBeGreaterThan(0);
  });

  test('are the same on three shards', async () => {
    const { all, summary } = await run(traffic, { shards: 3 });
    expect(all).toEqual(alone.all);
    expect(summary.queries).toEqual(alone.summary.queries);
  });

  test.each([1, 2])(
    'are the same under the faults of seed %i',
    async (seed) => {
      const { all, summary } = await run(traffic, { shards: 2, seed });
      expect(summary.faults).toEqual([]);
      for (const name of FAULT_NAMES) if (summary.struck?.[name]) struck.add(name);
      expect(all).toEqual(alone.all);
      expect(summary.queries).toEqual(alone.summary.queries);
    },
    90_000,
  );
});

test('the faults of a run are those of the chaos list, or named with the reason why they cannot happen', () => {
  expect(FAULT_NAMES.filter((name) => RUN_FAULTS[name] === 0 && NOT_HERE[name] === undefined)).toEqual([
    'early', // drawn once for a run
    'poison', // bad lines of the input
    'load',
  ]);
  expect(FAULT_NAMES.filter((name) => RUN_FAULTS[name] > 0 && NOT_HERE[name] !== undefined)).toEqual([]);
  const few = ['crash', 'zombie', 'lost', 'refused', 'partial', 'answerLost', 'reshard', 'replace', 'cold', 'poison'];
  expect(few.filter((name) => !struck.has(name as FaultName))).toEqual([]);
});

test('a row has the form of the table: its columns in order, instants and decimals as text', async () => {
  const { rows } = await run([order('09:00:30.000', { total: 9.9 }), order('09:00:40.000', { total: 19.8 })], {
    table: 'orders',
  });
  expect(rows('orders_per_minute')).toEqual([
    {
      store: 'oslo',
      minute_start: '2026-01-05 09:00:00.000',
      minute_end: '2026-01-05 09:01:00.000',
      minute_time: '2026-01-05 09:00:59.999',
      orders: 2,
      revenue: '29.70',
    },
  ]);
});

/** CloudEvents so large that a batch holds few of them: lateness is decided between batches (protocol, section 2). */
const filler = (at: string) =>
  Array.from({ length: 7 }, (_, i) => ({
    specversion: '1.0',
    id: `filler-${i}`,
    source: '/s',
    type: 'order.v1',
    padding: 'x'.repeat(900_000),
    data: order(at, { order_id: `filler-${i}`, store: 'berlin' }),
  }));
const wrapped = (data: ReturnType<typeof order>) => ({
  specversion: '1.0',
  id: data.order_id,
  source: '/s',
  type: 'order.v1',
  data,
});

test('an event behind its closed window is late, with the window that it missed', async () => {
  const { rows, summary } = await run([
    wrapped(order('09:00:30.000')),
    ...filler('09:01:05.000'),
    wrapped(order('09:00:59.000')),
  ]);
  expect(rows('late').filter((l) => l.query === 'orders_per_minute')).toEqual([
    {
      query: 'orders_per_minute',
      window_start: '2026-01-05 09:00:00.000',
      window_end: '2026-01-05 09:01:00.000',
      event: expect.objectContaining({ id: 'o-09:00:59.000' }),
    },
  ]);
  expect(rows('orders_per_minute').filter((r) => r.store === 'oslo')).toEqual([expect.objectContaining({ orders: 1 })]);
  expect(summary.queries.orders_per_minute).toMatchObject({ in: 9, passed: 8, late: 1 });
  expect(summary.balanced).toBe(true);
});

test('an event within the watermark’s delay is not late', async () => {
  const { summary } = await run([
    wrapped(order('09:00:30.000')),
    ...filler('09:01:04.998'),
    wrapped(order('09:00:59.000')),
  ]);
  expect(summary.queries.orders_per_minute).toMatchObject({ in: 9, passed: 9, late: 0 });
});

test('what cannot pass is rejected by name, its payload kept, its neighbours passed', async () => {
  const tooLong = JSON.stringify({ specversion: '1.0', padding: 'x'.repeat(1_048_577) });
  const { rows, summary } = await run([
    'no JSON at all',
    JSON.stringify({ specversion: '1.0', source: '/s', type: 'order.v1', data: order('09:00:00.000') }),
    JSON.stringify({ specversion: '1.0', id: '1', source: '/s', type: 'unheard.v1', data: {} }),
    JSON.stringify({
      specversion: '1.0',
      id: '2',
      source: '/s',
      type: 'order.v1',
      data: { ...order('09:00:00.000'), total: 'ten' },
    }),
    JSON.stringify({
      specversion: '1.0',
      id: '3',
      source: '/s',
      type: 'order.v1',
      data: { ...order('09:00:00.000'), ordered_at: '2099-01-01T00:00:00Z' },
    }),
    tooLong,
    JSON.stringify({ specversion: '1.0', id: '4', source: '/s', type: 'order.v1', data: order('09:00:00.000') }),
  ]);
  expect(
    rows('rejected')
      .map((r) => [r.stage, r.rule])
      .sort(),
  ).toEqual([
    ['ingest', 'body.too-large'],
    ['validate', 'body.not-json'],
    ['validate', 'event.future'],
    ['validate', 'event.no-id'],
    ['validate', 'event.unknown-type'],
    ['validate', 'schema.mismatch'],
  ]);
  expect(rows('rejected').find((r) => r.rule === 'body.not-json')?.payload).toBe('no JSON at all');
  expect(rows('rejected').find((r) => r.rule === 'body.too-large')?.payload).toBe(tooLong);
  expect(summary.stages.enrich).toMatchObject({ in: 1, passed: 1 });
  expect(summary.balanced).toBe(true);
});

test('no events, no rows, and an end', async () => {
  const { summary, all } = await run([]);
  expect(summary.balanced).toBe(true);
  expect(Object.values(all).flat()).toEqual([]);
});
