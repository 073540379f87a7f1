// Joins of windows: what is folded of each side, by which keys they meet, and what is read.
import { describe, expect, it } from 'vitest';
import { compile } from './given.ts';
import { linesWith, minutes, printed, TABLES, window } from './printed.ts';

const into = (from: string, select = 'l.store, r.page, l.n'): string => `INSERT INTO o SELECT ${select} FROM ${from};`;

it('prints a join of windows as a tree over its folds', () => {
  expect(printed(into(minutes('JOIN', 'l.store = r.store')))).toEqual([
    `  window  tumbling windows of 1 min
  closes  when the watermark, 5 s behind the newest event, reaches its end
  fold 1
    reads   orders: events order.v1, on enriched
    columns store STRING, n INT
    keeps   rows of n, for each store
  fold 2
    reads   clicks: events view.v1, on enriched
    columns store STRING, page STRING
    keeps   rows of page, for each store
  gives
    project a = left.store STRING, b = page STRING, n = CAST(n AS BIGINT) BIGINT
      inner join on left.store = right.store
        fold 1: store STRING, window, n INT
        fold 2: store STRING, window, page STRING
  writes  o (kinesis)`,
  ]);
});

describe('the conditions of a join', () => {
  it.each([
    ['JOIN', 'inner join on left.store = right.store', 'where   (n > 1)', "where   (page = 'p')"],
    ['LEFT JOIN', 'left join on left.store = right.store AND (n > 1)', "where   (page = 'p')"],
    ['RIGHT JOIN', "right join on left.store = right.store AND (page = 'p')", 'where   (n > 1)'],
    ['FULL JOIN', "full join on left.store = right.store AND ((n > 1) AND (page = 'p'))"],
  ])('of %s stay where a row without a partner needs them', (join, line, ...where) => {
    const text = into(minutes(join, "l.store = r.store AND l.n > 1 AND r.page = 'p'"));
    expect(linesWith(text, 'where', line.slice(0, 9))).toEqual([...where, line]);
  });

  it('in WHERE filter the side that always has a row, before the join', () => {
    const text = `${into(minutes('LEFT JOIN', 'l.store = r.store')).replace(';', '')} WHERE l.n > 1 AND r.page IS NULL;`;
    expect(linesWith(text, 'where', 'filter')).toEqual(['where   (n > 1)', 'filter (page IS NULL)']);
  });

  it.each([
    ['JOIN', ['where   (n > 1)', "where   (page = 'p')"]],
    ['LEFT JOIN', ['where   (n > 1)', "filter (page = 'p')"]],
    ['RIGHT JOIN', ["where   (page = 'p')", 'filter (n > 1)']],
    ['FULL JOIN', ["filter ((n > 1) AND (page = 'p'))"]],
  ])('in WHERE around %s stay behind it where NULL may stand for the side', (join, lines) => {
    const from = into(minutes(join, 'l.store = r.store')).replace(';', '');
    expect(linesWith(`${from} WHERE l.n > 1 AND r.page = 'p'`, 'where', 'filter')).toEqual(lines);
  });

  it('may compare in any way: what is no equality is asked of each pair', () => {
    expect(linesWith(into(minutes('JOIN', 'l.n >= CHAR_LENGTH(r.page)')), 'inner', 'keeps')).toEqual([
      'keeps   rows of store, n',
      'keeps   rows of page',
      'inner join on (n >= CHAR_LENGTH(page))',
    ]);
  });

  it('by expressions part the rows by them', () => {
    expect(linesWith(into(minutes('JOIN', 'UPPER(l.store) = r.store')), 'inner', 'keeps')).toEqual([
      'keeps   rows of store, n, for each UPPER(store)',
      'keeps   rows of page, for each store',
      'inner join on UPPER(left.store) = right.store',
    ]);
  });
});

it('joins tables that a comma parts by what WHERE says', () => {
  const text = `INSERT INTO o SELECT l.store, r.page, l.n
FROM (SELECT * FROM ${window('orders')}) AS l, (SELECT * FROM ${window('clicks')}) AS r
WHERE r.store = l.store AND l.window_start = r.window_start AND r.window_end = l.window_end AND l.n > 1`;
  expect(linesWith(text, 'inner', 'where')).toEqual(['where   (n > 1)', 'inner join on left.store = right.store']);
});

describe('a sub-query in WHERE', () => {
  const rows = `INSERT INTO o SELECT l.store, l.id, l.n FROM (SELECT * FROM ${window('orders')}) AS l WHERE l.n > 1 AND`;
  const same = 'l.window_start = r.window_start AND l.window_end = r.window_end';
  const from = `FROM (SELECT * FROM ${window('clicks')}) AS r WHERE ${same}`;
  it.each([
    [
      'EXISTS',
      `EXISTS (SELECT 1 ${from} AND r.store = l.store AND page = 'p')`,
      'semi join on left.store = right.store',
    ],
    ['NOT EXISTS', `NOT EXISTS (SELECT * ${from} AND r.store = l.store)`, 'anti join on left.store = right.store'],
    ['IN', `l.store IN (SELECT store ${from})`, 'semi join on left.store = right.store'],
    ['NOT IN', `l.store NOT IN (SELECT store ${from})`, 'anti join on ((left.store = right.store) IS NOT FALSE)'],
  ])('%s keeps the left rows alone', (_, condition, line) => {
    const text = `${rows} ${condition}`;
    expect(linesWith(text, 'semi', 'anti')).toEqual([line]);
    expect(linesWith(text, 'project')).toEqual([
      'project a = store STRING, b = id STRING, n = CAST(n AS BIGINT) BIGINT',
    ]);
    expect(linesWith(text, 'where')[0]).toBe('where   (n > 1)');
  });

  it('names its own columns before those around it', () => {
    const { errors } = compile(TABLES, `${rows} EXISTS (SELECT 1 ${from} AND pag = 'p')`);
    expect(errors.map((e) => e.message)).toEqual([
      expect.stringContaining('WHERE: unknown column "pag". Did you mean "page"?'),
    ]);
  });
});

describe('folds', () => {
  const counts = `SELECT store, window_start, window_end, COUNT(*) AS c FROM ${window('orders')} GROUP BY store, window_start, window_end`;
  it('are one where both sides are the same', () => {
    const text = `INSERT INTO o SELECT a.store, 'x', a.c FROM (${counts}) AS a JOIN
(SELECT window_start, window_end, MAX(c) AS m FROM (${counts}) GROUP BY window_start, window_end) AS b
ON a.window_start = b.window_start AND a.window_end = b.window_end AND a.c = b.m`;
    expect(linesWith(text, 'fold', 'inner', 'group')).toEqual([
      'fold 1',
      'inner join on COUNT(*) = MAX(COUNT(*))',
      'fold 1: store STRING, window, COUNT(*) BIGINT',
      'group by window_start, window_end: MAX(COUNT(*)) BIGINT',
      'fold 1: store STRING, window, COUNT(*) BIGINT',
    ]);
  });

  it('are one for a view that is read twice, with the columns that either needs', () => {
    const text = `CREATE VIEW w AS SELECT * FROM ${window('orders')};
INSERT INTO o SELECT a.id, b.store, a.n FROM w AS a JOIN w AS b
ON a.window_start = b.window_start AND a.window_end = b.window_end AND a.n = b.n AND a.id <> b.id`;
    expect(linesWith(text, 'fold', 'keeps', 'inner')).toEqual([
      'fold 1',
      'keeps   rows of id, store, for each n',
      'inner join on left.n = right.n AND (left.id <> right.id)',
      'fold 1: n INT, window, id STRING, store STRING',
      'fold 1: n INT, window, id STRING, store STRING',
    ]);
  });

  it('of grouping sets are one each', () => {
    const text = `INSERT INTO o SELECT a.store, b.page, a.c FROM (SELECT store, id, window_start, window_end, COUNT(*) AS c
FROM ${window('orders')} GROUP BY window_start, window_end, GROUPING SETS ((store), (store, id))) AS a
JOIN (SELECT * FROM ${window('clicks')}) AS b
ON a.window_start = b.window_start AND a.window_end = b.window_end AND a.store = b.store`;
    expect(linesWith(text, 'fold', 'keeps', 'union')).toEqual([
      'fold 1',
      'keeps   COUNT(*), for each store',
      'fold 2',
      'keeps   COUNT(*), for each store, id',
      'fold 3',
      'keeps   rows of page, for each store',
      'union',
      'fold 1: store STRING, window, COUNT(*) BIGINT',
      'fold 2: store STRING, id STRING, window, COUNT(*) BIGINT',
      'fold 3: store STRING, window, page STRING',
    ]);
  });
});

it('joins three windows', () => {
  const text = `INSERT INTO o SELECT a.store, b.page, c.n FROM (SELECT * FROM ${window('orders')}) AS a
JOIN (SELECT * FROM ${window('clicks')}) AS b
  ON a.store = b.store AND a.window_start = b.window_start AND a.window_end = b.window_end
LEFT JOIN (SELECT * FROM ${window('orders')}) AS c
  ON c.id = b.id AND c.window_start = b.window_start AND c.window_end = b.window_end`;
  expect(linesWith(text, 'inner', 'left')).toEqual([
    'left join on right.id = id',
    'inner join on left.store = right.store',
  ]);
});

it('takes HOP and CUMULATE too, and keeps the event time for a query that reads the rows', () => {
  const hop = (table: string) => window(table, 'HOP', "INTERVAL '10' SECOND, INTERVAL '1' MINUTE");
  const text = `CREATE TABLE found (store STRING, t TIMESTAMP(3), WATERMARK FOR t AS t) WITH ('connector' = 'kinesis', 'format' = 'json');
INSERT INTO found SELECT a.store, b.window_time FROM (SELECT * FROM ${hop('orders')}) AS a JOIN (SELECT * FROM ${hop('clicks')}) AS b
ON a.store = b.store AND a.window_start = b.window_start AND a.window_end = b.window_end;
INSERT INTO o SELECT store, 'x', COUNT(*) FROM TABLE(TUMBLE(TABLE found, DESCRIPTOR(t), INTERVAL '1' HOUR)) GROUP BY store, window_start, window_end`;
  expect(linesWith(text, 'window')).toEqual([
    'window  sliding windows of 1 min, one every 10 s',
    'window  tumbling windows of 1 h, for each store',
  ]);
});

it('unions windows, and groups what both gave', () => {
  const part = (table: string) => `SELECT store, window_start, window_end FROM ${window(table)}`;
  const text = `INSERT INTO o SELECT store, 'x', COUNT(*) FROM (${part('orders')} UNION ALL ${part('clicks')})
GROUP BY store, window_start, window_end HAVING COUNT(*) > 1`;
  expect(linesWith(text, 'keeps', 'filter', 'group', 'union')).toEqual([
    'keeps   rows of no column, for each store',
    'keeps   rows of no column, for each store',
    'filter (COUNT(*) > 1)',
    'group by store, window_start, window_end: COUNT(*) BIGINT',
    'union',
  ]);
});
