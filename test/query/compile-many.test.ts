// A pipeline of a hundred queries is compiled in seconds, and a query costs no more among many than among few.
import { expect, it } from 'vitest';
import { compileSql } from '../../shared/query/compile.ts';
import { TYPES } from './given.ts';
import { minutes, TABLES, window } from './printed.ts';

const KEYED = (name: string) =>
  `CREATE TABLE ${name} (a STRING, n BIGINT, PRIMARY KEY (a) NOT ENFORCED) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '1 d');`;
const counts = `SELECT store, window_start, window_end, COUNT(*) AS c FROM ${window('orders')} GROUP BY store, window_start, window_end`;

/** One text of each kind. */
const KINDS: readonly ((i: number) => string)[] = [
  (i) => `INSERT INTO o SELECT store, UPPER(id) || '${i}', n FROM orders WHERE n > ${i} AND store LIKE 'a%'`,
  (i) =>
    `INSERT INTO o SELECT store, 'x', COUNT(*) FROM ${window('orders', 'TUMBLE', `INTERVAL '${(i % 50) + 1}' MINUTE`)} GROUP BY store, window_start, window_end`,
  (i) =>
    `INSERT INTO o SELECT l.store, r.page, l.n FROM ${minutes(i % 2 ? 'JOIN' : 'LEFT JOIN', `l.store = r.store AND l.n > ${i}`)}`,
  (i) =>
    `INSERT INTO o SELECT a.store, b.page, a.n FROM orders AS a JOIN clicks AS b ON a.store = b.store AND a.ts BETWEEN b.ts AND b.ts + INTERVAL '${(i % 50) + 1}' SECOND`,
  (i) => `${KEYED(`k_${i}`)} INSERT INTO k_${i} SELECT store, SUM(n) + ${i} FROM orders GROUP BY store`,
  (i) =>
    `CREATE VIEW v_${i} AS SELECT store, window_time AS t, COUNT(*) + ${i} AS c FROM ${window('orders')} GROUP BY store, window_start, window_end, window_time;
INSERT INTO o SELECT store, 'v', MAX(c) FROM TABLE(TUMBLE(TABLE v_${i}, DESCRIPTOR(t), INTERVAL '1' HOUR)) GROUP BY store, window_start, window_end`,
  (i) =>
    `INSERT INTO o SELECT store, 'top', c FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY c DESC) AS rn FROM (${counts})) WHERE rn <= ${i + 1}`,
  (i) =>
    `INSERT INTO o SELECT x.id, s.city, u.i + ${i} FROM orders AS x JOIN shops FOR SYSTEM_TIME AS OF x.proc AS s ON x.store = s.store CROSS JOIN UNNEST(x.tags) WITH ORDINALITY AS u (t, i)`,
];

/** Milliseconds for a pipeline of n queries, all of whose texts are accepted. */
const compiled = (n: number): { readonly ms: number; readonly queries: number } => {
  const files = Array.from({ length: n }, (_, i) => ({ path: `q${i}.sql`, text: `${KINDS[i % KINDS.length]?.(i)};` }));
  const start = performance.now();
  const { plan, errors } = compileSql([{ path: 'tables.sql', text: TABLES }, ...files], { types: TYPES });
  const ms = performance.now() - start;
  expect(errors).toEqual([]);
  return { ms, queries: plan.queries.length };
};

it('compiles 100 mixed queries in less than 5 s', () => {
  compiled(KINDS.length);
  const { ms, queries } = compiled(100);
  expect(queries).toBeGreaterThanOrEqual(100);
  expect(ms).toBeLessThan(5000);
  if (process.env.MILLRACE_SHOW_TIMES)
    console.log(`100 texts, ${queries} queries: ${ms.toFixed(0)} ms; 400: ${compiled(400).ms.toFixed(0)} ms`);
});
