import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compilePipeline } from '../../local/build/compile-pipeline.ts';

test('cells of a reference table that are no value of their column’s type are named when the pipeline is compiled', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-cells-'));
  try {
    for (const room of ['schemas', 'queries', 'reference']) mkdirSync(join(dir, room));
    writeFileSync(
      join(dir, 'schemas/order.v1.json'),
      JSON.stringify({ type: 'object', properties: { store: { type: 'string' } } }),
    );
    writeFileSync(
      join(dir, 'reference/stores.csv'),
      'name,region,size,opened\noslo,north,12,2020-01-31\nrome,,many,31.1.2020\nbern,x,,\n',
    );
    writeFileSync(
      join(dir, 'tables.sql'),
      `CREATE TABLE orders (store STRING) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE stores (name STRING, region STRING, size INT, opened DATE, PRIMARY KEY (name) NOT ENFORCED) WITH ('connector' = 'jdbc', 'millrace.reference' = 'stores');
CREATE TABLE out_table (store STRING, size INT, opened DATE) WITH ('connector' = 'kinesis', 'format' = 'json');`,
    );
    writeFileSync(
      join(dir, 'queries/q.sql'),
      `INSERT INTO out_table SELECT o.store, s.size, s.opened FROM (SELECT *, PROCTIME() AS p FROM orders) AS o
JOIN stores FOR SYSTEM_TIME AS OF o.p AS s ON o.store = s.name;`,
    );
    const { errors } = await compilePipeline(dir);
    expect(errors.map((e) => `${e.file}:${e.line}: ${e.message}`)).toEqual([
      'reference/stores.csv:3: size = "many" is no INT, which CREATE TABLE says it is',
      'reference/stores.csv:3: opened = "31.1.2020" is no DATE, which CREATE TABLE says it is',
    ]);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
