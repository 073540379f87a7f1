// The warehouse sink on a real PostgreSQL, whose address and login local/proof/postgres.sh gives.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { generate } from '../../local/generate/generate.ts';
import { postgres, type Sql } from '../../shared/destinations/postgres.ts';
import { postgresConnection } from '../../shared/destinations/postgres-connection.ts';
import { createStatements, postgresTable } from '../../shared/destinations/postgres-ddl.ts';
import type { TableColumn, TablePlan } from '../../shared/query/plan.ts';
import { upsert } from '../../shared/steps/sink/upsert.ts';
import { destinationContract, sinkRow } from '../ports/destination.contract.ts';
import { batchesOf, deliver, newLog, newPorts, noWait, RUN, row, send } from '../steps/stage-given.ts';

const { POSTGRES_URL: url = '', PGUSER: user = '', PGPASSWORD: password = '' } = process.env;
const login = async () => ({ user, password });
const open: { end(): Promise<void> }[] = [];
const connect = (at = login) => {
  const c = postgresConnection({ url, login: at });
  open.push(c);
  return c;
};
afterAll(async () => {
  for (const c of open) await c.end();
});

const KNS: readonly TableColumn[] = [
  { name: 'k', type: { kind: 'STRING' } },
  { name: 'n', type: { kind: 'BIGINT' } },
  { name: 's', type: { kind: 'STRING' } },
];
const newTable = async (sql: Sql): Promise<TablePlan> => {
  const plan: TablePlan = {
    name: `t_${randomUUID().slice(0, 8)}`,
    at: { file: 'tables.sql', line: 1, col: 1 },
    columns: KNS,
    watermark: null,
    primaryKey: ['k'],
    connector: 'jdbc',
    types: [],
    ahead: 0,
    lateness: 0,
    options: { url },
  };
  for (const statement of createStatements(postgresTable(plan))) await sql.query(statement);
  return plan;
};
type Row = { readonly k: string; readonly n: number; readonly s: string };
const standing = async (sql: Sql, plan: TablePlan): Promise<readonly Row[]> => {
  const { rows } = (await sql.query(`select * from "${plan.name}_current"`)) as {
    rows: readonly { k: string; n: string; s: string }[];
  };
  return rows.map((r) => ({ ...r, n: Number(r.n) }));
};

destinationContract('PostgreSQL over its wire', async () => {
  const sql = connect();
  const plan = await newTable(sql);
  let lost = false;
  const moody: Sql = {
    async query(text, values) {
      const answer = await sql.query(text, values);
      if (!lost) return answer;
      lost = false;
      throw new Error('Connection terminated unexpectedly');
    },
  };
  return {
    destination: postgres(moody, [plan], 'the proof'),
    table: plan.name,
    holds: 'keyed',
    content: () => standing(sql, plan),
    loseAnswer: () => {
      lost = true;
    },
    poison: sinkRow(plan.name, 'p', 1, { s: 'a \u0000 that no text holds' }),
  };
});

describe('writers at the same time', () => {
  test('over the same keys, in any order: no deadlock stays, the newest revision of each stands', {
    timeout: 60_000,
  }, async () => {
    const plan = await newTable(connect());
    const revisions = Array.from({ length: 4_000 }, (_, i) => sinkRow(plan.name, `k${i % 100}`, i));
    const writer = async (seed: number) => {
      const d = postgres(connect(), [plan], 'the proof');
      for (let at = 0; at < revisions.length; at += 100) {
        const chunk = revisions.slice(at, at + 100).sort((a, b) => (a.key > b.key ? 1 : -1) * (seed % 2 ? 1 : -1));
        for (;;) {
          const done = await d.write(chunk).then(
            () => true,
            () => false,
          );
          if (done) break;
        }
      }
    };
    await Promise.all([1, 2, 3, 4].map(writer));
    const rows = await standing(connect(), plan);
    expect(Object.fromEntries(rows.map((r) => [r.k, r.n]))).toEqual(
      Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, 3_900 + i])),
    );
  });
});

describe('a connection', () => {
  test('that the server ends is made again by the next batch', async () => {
    const sql = connect();
    const plan = await newTable(sql);
    const d = postgres(sql, [plan], 'the proof');
    await d.write([sinkRow(plan.name, 'a', 1)]);
    const { rows } = (await sql.query('select pg_backend_pid() as pid')) as { rows: readonly [{ pid: number }] };
    await connect().query('select pg_terminate_backend($1)', [rows[0].pid]);
    for (const k of ['b', 'c'])
      await d.write([sinkRow(plan.name, k, 1)]).catch(() => d.write([sinkRow(plan.name, k, 1)]));
    expect((await standing(sql, plan)).map((r) => r.k).sort()).toEqual(['a', 'b', 'c']);
  });
  test('with a wrong password says so and never repeats it', async () => {
    const plan = await newTable(connect());
    const d = postgres(
      connect(async () => ({ user, password: 'hunter2' })),
      [plan],
      'the proof',
    );
    const error = await d.write([sinkRow(plan.name, 'a', 1)]).catch((e: unknown) => e);
    expect(String(error)).toMatch(/password authentication failed/);
    expect(String(error)).not.toContain('hunter2');
  });
  test('names no statement, so that a proxy may share it between transactions', async () => {
    const sql = connect();
    const plan = await newTable(sql);
    await postgres(sql, [plan], 'the proof').write([sinkRow(plan.name, 'a', 1)]);
    const { rows } = (await sql.query('select count(*)::int as n from pg_prepared_statements')) as {
      rows: readonly [{ n: number }];
    };
    expect(rows[0].n).toBe(0);
  });
});

test('millrace run --destination TABLE=ADDRESS: the rows stand in the server of the user, each once', {
  timeout: 180_000,
}, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-postgres-'));
  const root = join(import.meta.dirname, '../..');
  try {
    const pipeline = join(dir, 'pipeline');
    cpSync(join(root, 'test/pipelines/destinations/schemas'), join(pipeline, 'schemas'), { recursive: true });
    writeFileSync(
      join(pipeline, 'tables.sql'),
      `CREATE TABLE orders (order_id STRING, store STRING, total DECIMAL(10, 2), ordered_at TIMESTAMP(3), WATERMARK FOR ordered_at AS ordered_at - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.type' = 'order.v1');
CREATE TABLE kept (order_id STRING, store STRING, total DECIMAL(10, 2), PRIMARY KEY (order_id) NOT ENFORCED)
WITH ('connector' = 'jdbc', 'url' = 'jdbc:postgresql://db.example:5432/shop', 'table-name' = 'of_a_run');
INSERT INTO kept SELECT order_id, store, total FROM orders;`,
    );
    const lines = [...generate({ kind: 'shop', seed: 3, events: 2_000 })];
    const orders = lines.map((l) => JSON.parse(l)).filter((e) => e.type === 'order.v1');
    writeFileSync(join(dir, 'in.ndjson'), lines.join('\n'));
    const address = url.replace(/^jdbc:/, '');
    const args = ['run', '--pipeline', pipeline, '--input', join(dir, 'in.ndjson'), '--out', join(dir, 'out')];
    const own = [...args, '--destination', `kept=${address}`];

    execFileSync(process.execPath, [join(root, 'local/cli/millrace.mjs'), ...own], { timeout: 120_000 });
    const { rows } = (await connect().query(
      'select count(*)::int as n, count(distinct order_id)::int as ids, sum(total)::text as total from of_a_run_current',
    )) as { rows: readonly [{ n: number; ids: number; total: string }] };
    const cents = orders.reduce((sum, o) => sum + Math.round(o.data.total * 100), 0);
    expect(rows[0]).toEqual({ n: orders.length, ids: orders.length, total: (cents / 100).toFixed(2) });
    const written = readFileSync(join(dir, 'out/kept.ndjson'), 'utf8').split('\n').filter(Boolean);
    expect(written).toHaveLength(orders.length);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('60,000 rows of 5,000 keys through the sink: all newest stand, memory does not grow', {
  timeout: 180_000,
}, async () => {
  const sql = connect();
  const plan = await newTable(sql);
  const { bucket } = newPorts();
  const tables = new Map([[plan.name, plan]]);
  const step = () =>
    upsert({
      stage: 's',
      tables,
      destination: postgres(sql, [plan], 'the proof'),
      rejected: bucket,
      run: RUN,
      patience: noWait,
    });
  const heaps: number[] = [];
  const began = performance.now();
  for (let second = 0; second < 60; second++) {
    const log = newLog('refined', 1);
    const rows = Array.from({ length: 1_000 }, (_, i) => {
      const n = second * 1_000 + i + 1;
      return row(n, plan.name, { k: `k${n % 5_000}`, n, s: 'x' }, { key: 'same', id: `q-1|k${n % 5_000}` });
    });
    await send(log, rows);
    await deliver(step, batchesOf(log, 10_000));
    globalThis.gc?.();
    heaps.push(process.memoryUsage().heapUsed);
  }
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `60,000 rows in ${seconds.toFixed(1)} s: ${Math.round(60_000 / seconds)} rows/s; heap ${heaps
      .filter((_, i) => i % 10 === 9)
      .map((h) => `${Math.round(h / 1e6)} MB`)
      .join(', ')}`,
  );
  const rows = await standing(sql, plan);
  expect(rows).toHaveLength(5_000);
  expect(Math.min(...rows.map((r) => r.n))).toBe(55_001);
  expect(heaps.at(-1) as number).toBeLessThan((heaps[20] as number) * 1.2);
});
