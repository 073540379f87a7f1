// The whole way here, functions and all: changes on raw in any order, under faults too, and what look-ups find at the end.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rngOf } from '../../local/generate/rng.ts';
import { seededFaults } from '../../local/run/faults/seeded.ts';
import { startHere } from '../../local/run/here.ts';
import { loadPipeline, loadReferences } from '../../local/run/load-pipeline.ts';
import { play } from '../../local/run/play.ts';
import { tableHere } from '../../local/run/ports-here.ts';
import { rememberHere } from '../../local/run/remember-here.ts';
import { functionPool } from '../../local/sandbox/pool.ts';
import { referenceLookup } from '../../shared/enrich/reference.ts';
import { itemKey, rememberedTables } from '../../shared/enrich/remembered.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { systemClock } from '../../shared/ports.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'millrace-remember-path-'));
afterAll(() => rmSync(dir, { recursive: true }));
for (const room of ['schemas', 'queries', 'reference']) mkdirSync(join(dir, room));
const FILES = {
  'schemas/change.v1.json': '{"type":"object"}',
  'sources.yml': '- {name: crm, adapter: dms, tables: {shop.customers: change.v1}, remember: customers}',
  'reference/customers.csv': 'id,tier\n1,seed\n2,seed\n',
  'tables.sql': `CREATE TABLE customers (id BIGINT, tier STRING, PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'jdbc', 'millrace.reference' = 'customers');`,
};
for (const [name, text] of Object.entries(FILES)) writeFileSync(join(dir, name), text);

const KEYS = 8;
/** Changes of 8 customers, and the rows that they leave; some records stand twice, none in its place. */
const changes = (seed: number) => {
  const rng = rngOf(seed);
  const rows = new Map<string, string>();
  const records: object[] = [];
  for (let at = 1; at <= 60; at++) {
    const id = 3 + rng.below(KEYS);
    const operation = rng.chance(0.2) ? 'delete' : rng.chance(0.5) ? 'update' : 'insert';
    if (operation === 'delete') rows.delete(String(id));
    else rows.set(String(id), `tier ${at}`);
    const metadata = {
      'record-type': 'data',
      operation,
      'schema-name': 'shop',
      'table-name': 'customers',
      'commit-timestamp': '2026-01-05T09:00:00.000000Z',
      'stream-position': `mysql-bin-changelog.000001:${at}`,
    };
    const record = { data: operation === 'delete' ? { id } : { id, tier: `tier ${at}` }, metadata };
    records.splice(rng.below(records.length + 1), 0, record);
    if (rng.chance(0.1)) records.splice(rng.below(records.length + 1), 0, record);
  }
  return { rows, records };
};

test.each([
  ['as it comes', null],
  ['under faults', 11],
] as const)('%s', { timeout: 60_000 }, async (_, seed) => {
  const { compiled, path, pipeline } = await loadPipeline(dir, ROOT);
  const faults = seed === null ? null : seededFaults(seed);
  const here = await startHere({
    root: ROOT,
    shards: 1,
    keepAll: true,
    params: rememberHere(compiled),
    ...(faults && { hooks: faults.hooks, clock: faults.clocks.arrivals }),
  });
  try {
    await loadReferences(here, compiled);
    const { rows, records } = changes(seed ?? 1);
    const raw = memoryStream(here.stream('RawStream'));
    const put = records.map((r, i) => ({ partitionKey: `p${i % 7}`, data: Buffer.from(JSON.stringify(r)) }));
    for (let i = 0; i < put.length; i += 50) await raw.put(put.slice(i, i + 50));
    const player = play({ here, root: ROOT, pipeline: path, faults, log: () => {} });
    player.start(false);
    try {
      await player.drain(() => {});
    } finally {
      await faults?.end();
      await player.stop();
    }
    const lookup = referenceLookup({
      table: tableHere(here, 'ReferenceTable'),
      clock: systemClock,
      columns: pipeline.references,
      remembered: rememberedTables(pipeline.sources),
    });
    const keys = Array.from({ length: KEYS }, (_, i) => String(i + 3));
    const found = await lookup.find('customers', ['1', ...keys], 0);
    expect(Object.fromEntries(found)).toEqual({
      1: { id: '1', tier: 'seed' },
      ...Object.fromEntries(keys.map((id) => [id, rows.has(id) ? { id, tier: rows.get(id) } : null])),
    });
  } finally {
    await faults?.end();
    await here.close();
  }
});

test('the sample events/remember.json is taken whole', async () => {
  const { compiled, path, pipeline } = await loadPipeline(join(ROOT, 'test/pipelines/sources'), ROOT);
  const here = await startHere({ root: ROOT, keepAll: true, params: rememberHere(compiled) });
  try {
    const fn = here.template.functions.find((f) => f.name === 'remember');
    if (fn === undefined) throw new Error('serverless.yml has no function remember');
    const pool = functionPool(fn, { root: ROOT, pipeline: path, aws: here.aws, log: () => {} });
    const outcome = await pool.invoke(JSON.parse(readFileSync(join(ROOT, 'events/remember.json'), 'utf8')));
    expect(outcome).toEqual({ kind: 'returned', value: { batchItemFailures: [] } });
    const reference = { table: tableHere(here, 'ReferenceTable'), clock: systemClock, columns: pipeline.references };
    const rows = referenceLookup({ ...reference, remembered: rememberedTables(pipeline.sources) });
    // A load, an update and a delete of one order.
    expect(Object.fromEntries(await rows.find('orders', ['7'], 0))).toEqual({ 7: null });
    expect(await tableHere(here, 'ReferenceTable').get(itemKey('orders', '7'))).toMatchObject({ gone: true });
  } finally {
    await here.close();
  }
});
