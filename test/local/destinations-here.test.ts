// Every destination outside, on its stand-in: the same rows in each, under faults too.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FAULT_NAMES } from '../../local/chaos/faults.ts';
import { runFiles } from '../../local/run/run-files.ts';

const ROOT = join(import.meta.dirname, '../..');
const SILENT = { update() {}, line() {}, end() {} };
const dir = mkdtempSync(join(tmpdir(), 'millrace-destinations-'));
afterAll(() => rmSync(dir, { recursive: true }));

const STORES = ['oslo', 'berlin', 'vienna'];
/** Orders of ten minutes; oslo is busy in the third and the fourth minute. */
const orders = Array.from({ length: 90 }, (_, i) => {
  const busy = i >= 18 && i < 36;
  return {
    order_id: `o-${i}`,
    visitor: `v-${i % 7}`,
    store: busy ? 'oslo' : STORES[i % 3],
    sku: 'mug-01',
    quantity: 1,
    total: (i * 13) % 97,
    ordered_at: new Date(Date.parse('2026-01-05T09:00:00Z') + Math.floor((i * 600_000) / 90)).toISOString(),
  };
});

let runs = 0;
const run = async (seed: number | null) => {
  const out = join(dir, `run-${++runs}`);
  const file = `${out}.in`;
  writeFileSync(file, orders.map((o) => JSON.stringify(o)).join('\n'));
  const summary = await runFiles({
    root: ROOT,
    pipeline: join(ROOT, 'test/pipelines/destinations'),
    inputs: [`orders=${file}`],
    out,
    shards: seed === null ? 1 : 2,
    seed,
    now: Date.parse('2026-02-01T00:00:00Z'),
    tell: SILENT,
  });
  const rows = (table: string) => readFileSync(join(out, `${table}.ndjson`), 'utf8');
  return { summary, rows, all: Object.fromEntries(Object.keys(summary.rows).map((t) => [t, rows(t)])) };
};

describe('a run of a pipeline with every destination', () => {
  let plain: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => {
    plain = await run(null);
  }, 120_000);

  test.each(['to_postgres', 'to_redshift', 'to_search', 'to_bus', 'to_queue', 'to_hook', 'to_kafka'])(
    '%s holds what the table holds',
    (table) => {
      expect(plain.summary.rows.to_table).toBeGreaterThan(20);
      expect(plain.rows(table)).toBe(plain.rows('to_table'));
    },
  );
  test.each(['to_delivery', 'to_log'])('%s: rows without a key arrive once each', (table) => {
    const wanted = orders.filter((o) => o.total >= 50).map((o) => o.order_id);
    const got = plain
      .rows(table)
      .trim()
      .split('\n')
      .map((l) => JSON.parse(l).order_id);
    expect(got.toSorted()).toEqual(wanted.toSorted());
  });
  test('the books balance, and say what each destination took', () => {
    expect(plain.summary.faults).toEqual([]);
    const { stages } = plain.summary;
    const { rows } = plain.summary;
    const both = (rows.to_postgres ?? 0) + (rows.to_redshift ?? 0);
    expect(stages['write-warehouse']).toMatchObject({ in: both, rejected: 0 });
    expect(stages['write-search']).toMatchObject({ in: plain.summary.rows.to_search, rejected: 0 });
    expect(stages['call-webhook']).toMatchObject({ in: plain.summary.rows.to_hook, rejected: 0 });
    const inTopics = (rows.to_kafka ?? 0) + (rows.to_log ?? 0);
    expect(stages['write-topic']).toMatchObject({ in: inTopics, rejected: 0 });
  });

  test.each([1])(
    'has the same rows under the faults of seed %i',
    async (seed) => {
      const { all, summary } = await run(seed);
      expect(summary.faults).toEqual([]);
      expect(FAULT_NAMES.filter((name) => summary.struck?.[name]).length).toBeGreaterThan(5);
      expect(all).toEqual(plain.all);
    },
    120_000,
  );
});
