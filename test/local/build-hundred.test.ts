import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compilePipeline } from '../../local/build/compile-pipeline.ts';
import { describe, showSections } from '../../local/build/describe.ts';

const numbers = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

/** 20 event types of 22 fields, 100 queries over them. */
const hundredQueries = (dir: string): void => {
  for (const room of ['schemas', 'queries']) mkdirSync(join(dir, room));
  const tables: string[] = [];
  for (const t of numbers(20)) {
    const fields = numbers(20).map((i) => [`f${i}`, { type: i % 2 ? 'integer' : 'string' }] as const);
    const properties = {
      at: { type: 'string', format: 'date-time', 'x-time': true },
      id: { type: 'string', 'x-id': true },
      ...Object.fromEntries(fields),
    };
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      required: ['at'],
      properties,
    };
    writeFileSync(join(dir, `schemas/e${t}.v1.json`), JSON.stringify(schema));
    const columns = numbers(20).map((i) => `f${i} ${i % 2 ? 'BIGINT' : 'STRING'}`);
    tables.push(`CREATE TABLE e${t} (${columns.join(', ')}, \`at\` TIMESTAMP(3), WATERMARK FOR \`at\` AS \`at\` - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601', 'millrace.type' = 'e${t}.v1');`);
  }
  for (const q of numbers(100)) {
    const [from, key] = [q % 20, 2 * (q % 10)];
    tables.push(
      `CREATE TABLE o${q} (k STRING, ws TIMESTAMP(3), n BIGINT, s BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json');`,
    );
    const query = `INSERT INTO o${q} SELECT f${key}, window_start, COUNT(*), SUM(CASE WHEN f1 > ${q} THEN f3 ELSE f5 + ${q} END)
FROM TABLE(TUMBLE(TABLE e${from}, DESCRIPTOR(\`at\`), INTERVAL '${1 + (q % 50)}' MINUTE))
WHERE f9 > 3 AND f2 LIKE 'a%' GROUP BY f${key}, window_start, window_end HAVING COUNT(*) > 1;`;
    writeFileSync(join(dir, `queries/q${q}.sql`), query);
  }
  writeFileSync(join(dir, 'tables.sql'), tables.join('\n'));
};

test('a pipeline of 100 queries is checked in 5 s of CPU', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-hundred-'));
  try {
    hundredQueries(dir);
    // Not by the clock on the wall: a machine that has other things to do is no slower check.
    const before = process.cpuUsage();
    const compiled = await compilePipeline(dir);
    const shown = showSections(describe(compiled, []), (text) => text);
    const { user, system } = process.cpuUsage(before);
    expect(compiled.errors).toEqual([]);
    expect(shown).toMatch(/ q99 +from e19 +each 50m/);
    expect((user + system) / 1_000_000).toBeLessThan(5);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
