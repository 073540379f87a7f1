// The whole pipeline by `millrace run`, handlers and all: look-ups in both functions, UNNEST, a growing table, and books that balance.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runFiles } from '../../local/run/run-files.ts';

const ROOT = join(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'millrace-look-ups-'));
afterAll(() => rmSync(dir, { recursive: true }));

const SCHEMA = {
  type: 'object',
  required: ['ts'],
  properties: {
    id: { type: 'string', 'x-id': true },
    store: { type: 'string', 'x-key': true },
    tags: { type: 'array', items: { type: 'string' } },
    ts: { type: 'string', format: 'date-time', 'x-time': true },
  },
};
const JSON_TOPIC = `WITH ('connector' = 'kinesis', 'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601'`;
const LOOK_UP = 'stores FOR SYSTEM_TIME AS OF o.p AS s ON o.store = s.name';
const FILES = {
  'schemas/order.v1.json': JSON.stringify(SCHEMA),
  'reference/stores.csv': 'name,region\noslo,north\nrome,south\n',
  'tables.sql': `
CREATE TABLE orders (id STRING, store STRING, tags ARRAY<STRING>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
${JSON_TOPIC}, 'millrace.type' = 'order.v1');
CREATE TABLE stores (name STRING, region STRING, PRIMARY KEY (name) NOT ENFORCED) WITH ('connector' = 'jdbc', 'millrace.reference' = 'stores');
CREATE TABLE tagged (id STRING, region STRING, tag STRING) ${JSON_TOPIC});
CREATE TABLE regions (region STRING, n BIGINT) ${JSON_TOPIC});
CREATE TABLE tag_counts (tag STRING, n BIGINT) ${JSON_TOPIC});
CREATE TABLE growing (region STRING, n BIGINT, PRIMARY KEY (region) NOT ENFORCED) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '7 d');
CREATE VIEW placed AS SELECT o.id, s.region, o.ts FROM (SELECT *, PROCTIME() AS p FROM orders) AS o JOIN ${LOOK_UP};
CREATE VIEW tags_view AS SELECT id, tag, ts FROM orders CROSS JOIN UNNEST(tags) AS t (tag);`,
  'queries/tagged.sql': `INSERT INTO tagged SELECT o.id, s.region, t.tag
FROM (SELECT *, PROCTIME() AS p FROM orders) AS o LEFT JOIN ${LOOK_UP} CROSS JOIN UNNEST(o.tags) AS t (tag);`,
  'queries/regions.sql': `INSERT INTO regions SELECT region, COUNT(*)
FROM TABLE(TUMBLE(TABLE placed, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY region, window_start, window_end;`,
  'queries/tag_counts.sql': `INSERT INTO tag_counts SELECT tag, COUNT(*)
FROM TABLE(TUMBLE(TABLE tags_view, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY tag, window_start, window_end;`,
  'queries/growing.sql':
    'INSERT INTO growing SELECT region, COUNT(*) FROM placed WHERE region IS NOT NULL GROUP BY region;',
};
const ORDERS = [
  { id: 'a', store: 'oslo', tags: ['x', 'y'] },
  { id: 'b', store: 'rome', tags: ['x'] },
  { id: 'c', store: 'nowhere', tags: ['z'] },
  { id: 'd', store: 'oslo', tags: [] },
  { id: 'e', store: 'oslo', tags: ['x', 'x'] },
];

test('rows of reference tables and of arrays come out, and the books balance', async () => {
  for (const room of ['schemas', 'reference', 'queries']) mkdirSync(join(dir, room));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(dir, name), text);
  const lines = ORDERS.map((o, i) => JSON.stringify({ ...o, ts: `2026-01-05T12:00:0${i}Z` }));
  writeFileSync(join(dir, 'in.ndjson'), lines.join('\n'));
  const out = join(dir, 'out');
  const summary = await runFiles({
    root: ROOT,
    pipeline: dir,
    inputs: [`orders=${join(dir, 'in.ndjson')}`],
    out,
    shards: 1,
    seed: null,
    now: Date.parse('2026-02-01T00:00:00Z'),
    tell: { update() {}, line() {}, end() {} },
  });
  const rows = (table: string) =>
    readFileSync(join(out, `${table}.ndjson`), 'utf8')
      .trim()
      .split('\n');
  expect(rows('tagged')).toEqual([
    '{"id":"a","region":"north","tag":"x"}',
    '{"id":"a","region":"north","tag":"y"}',
    '{"id":"b","region":"south","tag":"x"}',
    '{"id":"c","region":null,"tag":"z"}',
    '{"id":"e","region":"north","tag":"x"}',
    '{"id":"e","region":"north","tag":"x"}',
  ]);
  expect(rows('regions')).toEqual(['{"region":"north","n":3}', '{"region":"south","n":1}']);
  expect(rows('tag_counts')).toEqual(['{"tag":"x","n":4}', '{"tag":"y","n":1}', '{"tag":"z","n":1}']);
  expect(rows('growing')).toEqual(rows('regions'));
  expect(summary.faults).toEqual([]);
  expect(summary.queries).toMatchObject({
    tagged: { in: 5, passed: 4, filtered: 1 },
    regions: { in: 5, passed: 4, filtered: 1 },
    tag_counts: { in: 5, passed: 4, filtered: 1 },
    growing: { in: 5, passed: 4, filtered: 1 },
  });
});
