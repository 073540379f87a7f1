// What compileSql promises beyond single queries: ids, names, places of mistakes, several files.

import { describe, expect, it } from 'vitest';
import { compileSql } from '../../shared/query/compile.ts';
import { showPlan } from '../../shared/query/show.ts';
import { inputsOf, sidesOf } from '../../shared/query/sides.ts';
import { showUserError } from '../../shared/user-error.ts';
import { compile, planOf, TYPES } from './given.ts';

const ORDERS = `CREATE TABLE orders (store STRING, total INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1, payment.v1', 'millrace.ahead' = '1 h', 'scan.limit' = '3');
CREATE TABLE sums (store STRING, n BIGINT) WITH ('connector' = 'kinesis');`;
const COUNT = `INSERT INTO sums SELECT store, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, store;`;

const idOf = (...texts: readonly string[]): string => planOf(...texts).queries[0]?.id ?? '';

describe('the id of a query', () => {
  const id = idOf(ORDERS, COUNT);

  it('is its file and a hash', () => {
    expect(id).toMatch(/^query2-[0-9a-f]{8}$/);
  });

  it.each([
    ['white space and comments', COUNT.replaceAll(' ', '\n  ').replace('SELECT', '-- a comment\nselect')],
    ['the case of keywords', COUNT.replace('GROUP BY', 'group by').replace('TUMBLE', 'tumble')],
    ['an alias', COUNT.replace('COUNT(*)', 'COUNT(*) AS n')],
    [
      'the order of arguments by name',
      COUNT.replace(
        "TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE",
        "SIZE => INTERVAL '1' MINUTE, DATA => TABLE orders, TIMECOL => DESCRIPTOR(ts)",
      ),
    ],
    ['another way to write a minute', COUNT.replace("'1' MINUTE", "'60' SECOND")],
  ])('stays the same through %s', (_, text) => {
    expect(idOf(ORDERS, text)).toBe(id);
  });

  it.each([
    ['the window', ORDERS, COUNT.replace("'1' MINUTE", "'2' MINUTE")],
    ['the filter', ORDERS, COUNT.replace('GROUP BY', 'WHERE total > 1 GROUP BY')],
    ['the delay', ORDERS.replace("'5' SECOND", "'6' SECOND"), COUNT],
    ['a column of the input', ORDERS.replace('total INT', 'total BIGINT'), COUNT],
    ['the event types read', ORDERS.replace(', payment.v1', ''), COUNT],
    ['the lateness', `${ORDERS.slice(0, -2)}, 'millrace.lateness' = '1 s');`, COUNT],
  ])('changes with %s', (_, tables, text) => {
    expect(idOf(tables, text)).not.toBe(id);
  });

  it('changes with the query it reads', () => {
    const timed = `CREATE TABLE minutes (n BIGINT, at_minute TIMESTAMP(3), WATERMARK FOR at_minute AS at_minute)
WITH ('connector' = 'kinesis');
INSERT INTO minutes SELECT COUNT(*), window_time FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, window_time;`;
    const chained = (text: string) =>
      planOf(
        ORDERS,
        text,
        `CREATE TABLE most (n BIGINT) WITH ('connector' = 'kinesis'); INSERT INTO most
SELECT MAX(n) FROM TABLE(TUMBLE(TABLE minutes, DESCRIPTOR(at_minute), INTERVAL '1' HOUR)) GROUP BY window_start, window_end;`,
      ).queries[1];
    const [before, after] = [chained(timed), chained(timed.replace("INTERVAL '1' MINUTE", "INTERVAL '2' MINUTE"))];
    const reads = [idOf(ORDERS, timed)];
    expect(before && inputsOf(before)).toEqual([{ stream: 'refined', table: 'minutes', types: ['minutes'], reads }]);
    expect(after?.id).not.toBe(before?.id);
  });
});

it('names the second query of a file after the first', () => {
  const text = `${ORDERS}\n${COUNT}\nINSERT INTO sums SELECT store, CAST(total AS BIGINT) FROM orders;`;
  expect(planOf(text).queries.map((q) => q.name)).toEqual(['query', 'query-2']);
});

it('keeps what a table says', () => {
  const [orders] = planOf(ORDERS).tables;
  expect(orders).toMatchObject({
    name: 'orders',
    types: ['order.v1', 'payment.v1'],
    watermark: { column: 'ts', delay: 5000 },
    ahead: 3_600_000,
    lateness: 0,
    primaryKey: [],
    options: { connector: 'kinesis', 'scan.limit': '3' },
  });
});

it('reads only the columns that a query uses, the event time among them where it is used', () => {
  const plan = planOf(
    ORDERS,
    COUNT,
    `INSERT INTO sums SELECT DATE_FORMAT(ts, 'yyyy'), CAST(total AS BIGINT) FROM orders;`,
  );
  expect(plan.queries.map((q) => sidesOf(q)[0]?.columns.map((c) => [c.name, c.from.kind]))).toEqual([
    [['store', 'data']],
    [
      ['total', 'data'],
      ['ts', 'event-time'],
    ],
  ]);
});

it('is data: it survives JSON', () => {
  const plan = planOf(ORDERS, COUNT);
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
});

it('names file, line and column of every mistake, in the order of the files', () => {
  const { errors } = compile(
    `${ORDERS}\nCREATE TABLE sums (a INT) WITH ('connector' = 'kinesis');`,
    `INSERT INTO sums\nSELECT stor, n\nFROM orders;\n\n  INSERT INTO sumz SELECT store, 1 FROM orders;`,
  );
  expect(errors.map(showUserError)).toEqual([
    'query1.sql:4:14: CREATE TABLE: sums is created twice, first in query1.sql:3',
    'query2.sql:2:8: SELECT: unknown column "stor". Did you mean "store"? orders has store, total and ts',
    'query2.sql:2:14: SELECT: unknown column "n". orders has store, total and ts',
    'query2.sql:5:15: INSERT INTO: unknown table "sumz". Did you mean "sums"? Tables: orders and sums',
  ]);
});

it('refuses two queries of one name', () => {
  const { errors } = compileSql(
    [
      { path: 'tables.sql', text: ORDERS },
      { path: 'queries/sums.sql', text: COUNT },
      { path: 'queries/more/sums.sql', text: COUNT },
    ],
    { types: TYPES },
  );
  expect(errors.map(showUserError)).toEqual([
    "queries/more/sums.sql:1:1: two queries are called sums, here and in queries/sums.sql; a query has its file's name, rename one",
  ]);
});

it('shows a plan as text', () => {
  const text = showPlan(planOf(ORDERS, COUNT.replace('GROUP BY', "WHERE total > 1 AND store LIKE 'n%' GROUP BY")));
  expect(text).toContain('source of order.v1, payment.v1; event time ts, delay 5 s');
  expect(text).toContain("where   ((total > 1) AND (store LIKE 'n%'))");
  expect(text).toContain('window  tumbling windows of 1 min, for each store');
  expect(text).toContain('n BIGINT = COUNT(*)');
});

it('refuses views whose expressions double at each level', () => {
  const views = Array.from({ length: 40 }, (_, i) => `CREATE VIEW v${i + 1} AS SELECT n + n AS n FROM v${i};`);
  const { errors } = compile(
    ORDERS,
    `CREATE VIEW v0 AS SELECT total AS n FROM orders; ${views.join('\n')} INSERT INTO sums SELECT 'x', n FROM v40;`,
  );
  expect(errors.map((e) => e.message)).toEqual([expect.stringContaining('an expression of more than 10,000 parts')]);
});

it('checks a view once, however often others read it', () => {
  const views = Array.from(
    { length: 40 },
    (_, i) => `CREATE VIEW v${i + 1} AS SELECT n FROM v${i} UNION ALL SELECT n FROM v${i};`,
  );
  const { errors } = compile(ORDERS, `CREATE VIEW v0 AS SELECT total AS n FROM orders; ${views.join('\n')}`);
  expect(errors.map((e) => e.message)).toEqual([expect.stringContaining('reads one event type twice')]);
});

it('takes any text without a bug of its own', () => {
  const words =
    `${ORDERS} ${COUNT} CASE WHEN THEN END CAST ( ) [ ] . , ; ' \` /* -- INTERVAL NULL IN LIKE BETWEEN AND NOT - * % || ROW< ARRAY< > 1e 'x' SESSION PARTITION VIEW WITH UNION ALL DISTINCT GROUPING SETS CUBE ROLLUP CUMULATE JSON_VALUE( TIMESTAMPADD( window_end JOIN LEFT ON EXISTS (SELECT store FROM orders) AS o UNNEST(tags) ROW_NUMBER() OVER (PARTITION BY store ORDER BY ts DESC) rn <= 1 FOR SYSTEM_TIME AS OF PROCTIME() CROSS`.split(
      /\s+/,
    );
  let seed = 7;
  const next = (n: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % n;
  };
  const texts = [
    COUNT,
    `INSERT INTO sums SELECT a.store, b.n FROM (${COUNT.slice(17, -1)}) AS a JOIN (SELECT * FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))) AS b ON a.store = b.store AND a.window_end = b.window_end;`,
    `INSERT INTO sums SELECT a.store, a.total FROM orders AS a JOIN orders AS b ON a.store = b.store AND a.ts BETWEEN b.ts - INTERVAL '1' HOUR AND b.ts WHERE a.total > 1;`,
    `INSERT INTO sums SELECT store, n FROM (SELECT store, total AS n, ROW_NUMBER() OVER (PARTITION BY store ORDER BY ts DESC) AS rn FROM orders) WHERE rn <= 1;`,
  ];
  for (let i = 0; i < 2000; i++) {
    const text = (texts[i % texts.length] ?? COUNT).split(/\s+/);
    for (let k = 0; k <= next(4); k++) text.splice(next(text.length), next(3), words[next(words.length)] ?? '');
    const { errors } = compile(ORDERS, text.join(' '));
    expect(errors.filter((e) => e.message.startsWith('bug in Millrace'))).toEqual([]);
  }
});
