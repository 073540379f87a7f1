// ROW_NUMBER: Top-N and dedup, in windows and without; groups that grow.
import { describe, expect, it } from 'vitest';
import { compile } from './given.ts';
import { linesWith, printed, TABLES, window } from './printed.ts';

const numbered = (over: string, from = 'orders'): string =>
  `(SELECT *, ROW_NUMBER() OVER (${over}) AS rn FROM ${from})`;
const inWindow = 'PARTITION BY window_start, window_end';

describe('Top-N of a window', () => {
  it('on the rows of events keeps no more of them than it gives', () => {
    const text = `INSERT INTO o SELECT store, id, rn FROM ${numbered(`${inWindow}, store ORDER BY total DESC, id`, window('orders'))} WHERE rn <= 3`;
    expect(linesWith(text, 'keeps', 'first', 'project')).toEqual([
      'keeps   the first 3 by total DESC, id ASC: rows of id, total, for each store',
      'project a = store STRING, b = id STRING, n = rank BIGINT',
      'first 3 by total DESC, id ASC, for each store',
    ]);
  });

  it('on groups ranks what they gave', () => {
    const counts = `(SELECT window_start, window_end, store, COUNT(*) AS c FROM ${window('orders')} GROUP BY window_start, window_end, store)`;
    const text = `INSERT INTO o SELECT store, 'x', c FROM ${numbered(`${inWindow} ORDER BY c DESC`, counts)} WHERE rn BETWEEN 2 AND 5`;
    expect(linesWith(text, 'keeps', 'ranks')).toEqual([
      'keeps   COUNT(*), for each store',
      'ranks 2 to 5 by COUNT(*) DESC',
    ]);
  });

  it('may stand in the SELECT that groups', () => {
    const text = `INSERT INTO o SELECT store, 'x', c FROM (SELECT store, SUM(n) AS c,
  ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY SUM(n) DESC) AS rn
FROM ${window('orders')} GROUP BY window_start, window_end, store) WHERE rn = 1`;
    expect(linesWith(text, 'keeps', 'rank')).toEqual(['keeps   SUM(n), for each store', 'rank 1 by SUM(n) DESC']);
  });

  it.each([
    ['rn <= 2', 'first 2 by n ASC, for each store'],
    ['rn < 3', 'first 2 by n ASC, for each store'],
    ['3 > rn', 'first 2 by n ASC, for each store'],
    ['rn = 1', 'rank 1 by n ASC, for each store'],
    ['rn = 2', 'rank 2 by n ASC, for each store'],
    ['rn >= 2 AND rn <= 4', 'ranks 2 to 4 by n ASC, for each store'],
    ['rn > 1 AND rn BETWEEN 0 AND 4 AND rn < 4', 'ranks 2 to 3 by n ASC, for each store'],
  ])('is bounded by %s', (bound, line) => {
    const text = `INSERT INTO o SELECT store, id, n FROM ${numbered(`${inWindow}, store ORDER BY n`, window('orders'))} WHERE ${bound}`;
    expect(linesWith(text, 'first', 'rank')).toEqual([line]);
    const last = /\d+(?=\D*$)/.exec(line.split(' by ')[0] ?? '')?.[0];
    expect(linesWith(text, 'keeps')).toEqual([`keeps   the first ${last} by n ASC: rows of id, n, for each store`]);
  });

  it('by time with one row is dedup: of equal times the last keeps the later arrival, the first the earlier', () => {
    const dedup = (order: string): readonly string[] =>
      linesWith(
        `INSERT INTO o SELECT store, id, n FROM ${numbered(`${inWindow}, store ORDER BY ${order}`, window('orders'))} WHERE rn = 1`,
        'rank',
      );
    expect(dedup('ts DESC')).toEqual(['rank 1 by ts DESC, of equal ones the latest, for each store']);
    expect(dedup('ts')).toEqual(['rank 1 by ts ASC, for each store']);
    expect(dedup('n DESC')).toEqual(['rank 1 by n DESC, for each store']);
  });

  it('filters what it ranked by the other conditions of WHERE', () => {
    const text = `INSERT INTO o SELECT store, id, n FROM ${numbered(`${inWindow}, store ORDER BY n`, window('orders'))} WHERE rn <= 3 AND n > 1 AND rn <> 2`;
    expect(linesWith(text, 'filter', 'where')).toEqual(['filter ((n > 1) AND (rank <> 2))']);
  });

  it.each([
    ['n', 'n ASC'],
    ['n DESC', 'n DESC'],
    ['n NULLS LAST', 'n ASC NULLS LAST'],
    ['n DESC NULLS FIRST', 'n DESC NULLS FIRST'],
    ['n NULLS FIRST', 'n ASC'],
  ])('puts NULL where ORDER BY %s says, the least value where it says nothing', (order, shown) => {
    const text = `INSERT INTO o SELECT store, id, n FROM ${numbered(`${inWindow} ORDER BY ${order}`, window('orders'))} WHERE rn <= 3`;
    expect(linesWith(text, 'first')).toEqual([`first 3 by ${shown}`]);
  });
});

describe('Top-N and dedup without a window', () => {
  it('prints what is kept of a key, when it is sent and when it ends', () => {
    const text = `INSERT INTO k2 SELECT store, rn, n FROM ${numbered('PARTITION BY store ORDER BY total DESC')} WHERE rn <= 3 AND n > 0`;
    expect(printed(text)).toEqual([
      `  reads   orders: events order.v1, on enriched
  columns store STRING, n INT, total DECIMAL(10, 2)
  keeps   the first 3 by total DESC: rows of n, total, for each store
  having  (n > 0)
  sends   each key whose rows changed, again and again
  ends    a key when no event of it came for 1 d of event time
  writes  k2 (dynamodb, one row for each a, r)
    a STRING = store
    r BIGINT = rank
    n BIGINT = CAST(n AS BIGINT)`,
    ]);
  });

  it.each([
    [
      'ts DESC',
      'the first 1 by ts DESC, of equal ones the latest: rows of n, ts',
      'each key whose rows changed, again and again',
    ],
    [
      'ts',
      'the first 1 by ts ASC: rows of n, ts',
      'the row once, when the watermark, 5 s behind the newest event, reaches its time',
    ],
    ['n', 'the first 1 by n ASC: rows of n', 'each key whose rows changed, again and again'],
  ])('by %s', (order, keeps, sends) => {
    const text = `INSERT INTO k SELECT store, n FROM ${numbered(`PARTITION BY store ORDER BY ${order}`)} WHERE rn = 1`;
    expect(linesWith(text, 'keeps', 'sends')).toEqual([`keeps   ${keeps}, for each store`, `sends   ${sends}`]);
  });

  it('gives later ranks by leaving out those before', () => {
    const text = `INSERT INTO k2 SELECT store, rn, n FROM ${numbered('PARTITION BY store ORDER BY n')} WHERE rn BETWEEN 2 AND 3`;
    expect(linesWith(text, 'keeps', 'having')).toEqual([
      'keeps   the first 3 by n ASC: rows of n, for each store',
      'having  (rank >= 2)',
    ]);
  });

  it('lets the first row of a key go into a table without a key, as it is sent once', () => {
    const text = `CREATE TABLE firsts (a STRING, n BIGINT) WITH ('connector' = 'kinesis', 'format' = 'json', 'millrace.ttl' = '1 d');
INSERT INTO firsts SELECT store, n FROM ${numbered('PARTITION BY store ORDER BY ts')} WHERE rn = 1`;
    expect(linesWith(text, 'writes')).toEqual(['writes  firsts (kinesis)']);
  });
});

describe('groups without a window', () => {
  it('grow in the destination, by their keys', () => {
    expect(
      printed('INSERT INTO k SELECT store, COUNT(*) FROM orders WHERE n > 0 GROUP BY store HAVING COUNT(*) > 1'),
    ).toEqual([
      `  reads   orders: events order.v1, on enriched
  columns store STRING, n INT
  where   (n > 0)
  keeps   COUNT(*), for each store
  having  (COUNT(*) > 1)
  sends   each key whose rows changed, again and again
  ends    a key when no event of it came for 1 d of event time
  writes  k (dynamodb, one row for each a)
    a STRING = store
    n BIGINT = COUNT(*)`,
    ]);
  });

  it('may be of an expression, and filtered by the query around them', () => {
    const text = `INSERT INTO k SELECT m, c + 1 FROM (SELECT DATE_FORMAT(ts, 'yyyy-MM') AS m, SUM(n) AS c FROM orders GROUP BY DATE_FORMAT(ts, 'yyyy-MM')) WHERE c > 5`;
    expect(linesWith(text, 'keeps', 'having', 'n BIGINT')).toEqual([
      "keeps   SUM(n), for each DATE_FORMAT(ts, 'yyyy-MM')",
      'having  (SUM(n) > 5)',
      'n BIGINT = CAST((SUM(n) + 1) AS BIGINT)',
    ]);
  });

  it('stand for SELECT DISTINCT', () => {
    const text = `CREATE TABLE pages (store STRING, page STRING, PRIMARY KEY (page, store) NOT ENFORCED) WITH ('connector' = 'dynamodb', 'millrace.ttl' = '7 d');
INSERT INTO pages SELECT DISTINCT store, page FROM clicks`;
    expect(linesWith(text, 'keeps', 'ends')).toEqual([
      'keeps   the keys, for each store, page',
      'ends    a key when no event of it came for 7 d of event time',
    ]);
  });

  it('of the rows of windows read them from a topic between the two', () => {
    const text = `INSERT INTO k SELECT store, SUM(c) FROM (SELECT store, window_start, window_end, COUNT(*) AS c
FROM ${window('orders')} GROUP BY store, window_start, window_end) GROUP BY store`;
    expect(linesWith(text, 'reads', 'writes', 'keeps', '~time')).toEqual([
      'reads   orders: events order.v1, on enriched',
      'writes  orders~# (kinesis)',
      '~time TIMESTAMP(3) = window_time',
      'reads   orders~#: rows of orders-#-#, on refined',
      'keeps   SUM(c), for each store',
      'writes  k (dynamodb, one row for each a)',
    ]);
  });
});

describe('the PRIMARY KEY of a destination', () => {
  const top = `SELECT store, c FROM (SELECT *, ROW_NUMBER() OVER (${inWindow} ORDER BY c DESC) AS rn FROM
(SELECT window_start, window_end, store, COUNT(*) AS c FROM ${window('orders')} GROUP BY window_start, window_end, store))`;
  const perStore = `SELECT a.store, a.c FROM (SELECT store, window_start, window_end, COUNT(*) AS c FROM ${window('orders')} GROUP BY store, window_start, window_end) AS a
JOIN (SELECT window_start, window_end, COUNT(*) AS c FROM ${window('clicks')} GROUP BY window_start, window_end) AS b
ON a.window_start = b.window_start AND a.window_end = b.window_end`;
  it.each([
    ['the one row of a window', `${top} WHERE rn = 1`],
    ['the keys of groups that are joined to one row', perStore],
    ['the keys of the rows that a Top-N ranks', `${top} WHERE rn <= 3`],
  ])('may be %s', (_, select) => {
    expect(compile(TABLES, `INSERT INTO k ${select}`).errors).toEqual([]);
  });
});
