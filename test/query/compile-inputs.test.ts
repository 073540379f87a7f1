// What a query reads: look-ups, UNNEST, joins by time, topics between the queries of one statement, rows before a window closes.
import { describe, expect, it } from 'vitest';
import { compileSql } from '../../shared/query/compile.ts';
import { inputsOf, streamOf } from '../../shared/query/sides.ts';
import { compile, planOf, TYPES } from './given.ts';
import { linesWith, minutes, printed, TABLES, window } from './printed.ts';

const mistakes = (text: string, references: readonly { name: string; columns: readonly string[] }[]) =>
  compileSql([{ path: 'tables.sql', text }], { types: TYPES, references }).errors.map((e) => e.message);

describe('a look-up', () => {
  const from = 'FROM orders AS x JOIN shops FOR SYSTEM_TIME AS OF x.proc AS s ON x.store = s.store';
  it('adds the columns that are read, after those of the event', () => {
    expect(printed(`INSERT INTO o SELECT x.id, s.city, x.n ${from} WHERE s.size > 3`)).toEqual([
      `  reads   orders: events order.v1, on enriched
  columns id STRING, store STRING, n INT
  look up shops by store = store: city STRING, size INT; an event without a row is dropped
  where   (shops.size > 3)
  writes  o (kinesis)
    a STRING = id
    b STRING = shops.city
    n BIGINT = CAST(n AS BIGINT)`,
    ]);
  });

  it.each([
    ['JOIN', 'SELECT x.id, x.id, x.n', 'look up shops by store = store; an event without a row is dropped'],
    ['LEFT JOIN', 'SELECT x.id, s.city, x.n', 'look up shops by store = store: city STRING; NULL without a row'],
    ['LEFT JOIN', 'SELECT x.id, x.id, x.n', undefined],
  ])('by %s stays where it drops or gives something: %s', (join, select, line) => {
    expect(linesWith(`INSERT INTO o ${select} ${from.replace('JOIN', join)}`, 'look up')[0]).toBe(line);
  });

  it('may stand on another, and on the time that a sub-query names', () => {
    const text = `CREATE TABLE towns (city STRING, land STRING, PRIMARY KEY (city) NOT ENFORCED) WITH ('connector' = 'jdbc', 'millrace.reference' = 'towns');
INSERT INTO o SELECT y.id, t.land, y.n FROM (SELECT *, PROCTIME() AS p FROM orders) AS y
LEFT JOIN shops FOR SYSTEM_TIME AS OF y.p AS s ON s.store = UPPER(y.store)
JOIN towns FOR SYSTEM_TIME AS OF y.p AS t ON t.city = s.city`;
    expect(linesWith(text, 'look up', 'columns')).toEqual([
      'columns id STRING, store STRING, n INT',
      'look up shops by store = UPPER(store): city STRING; NULL without a row',
      'look up towns by city = shops.city: land STRING; an event without a row is dropped',
    ]);
  });

  it('serves windows and groups without a window too', () => {
    const text = `INSERT INTO k SELECT s.city, SUM(x.n) ${from} GROUP BY s.city;
INSERT INTO o SELECT s.city, 'x', COUNT(*) FROM (SELECT * FROM ${window('orders')}) AS x
JOIN shops FOR SYSTEM_TIME AS OF x.proc AS s ON x.store = s.store GROUP BY s.city, x.window_start, x.window_end`;
    expect(linesWith(text, 'look up', 'keeps', 'window')).toEqual([
      'look up shops by store = store: city STRING; an event without a row is dropped',
      'keeps   SUM(n), for each shops.city',
      'look up shops by store = store: city STRING; an event without a row is dropped',
      'window  tumbling windows of 1 min, for each shops.city',
    ]);
  });

  it('keeps the reference table out of the tables of the plan', () => {
    expect(planOf(TABLES, `INSERT INTO o SELECT x.id, s.city, x.n ${from}`).tables.map((t) => t.name)).not.toContain(
      'shops',
    );
  });

  it('holds the columns against the file, where its names are known', () => {
    const references = [{ name: 'shop', columns: ['key', 'city', 'size'] }];
    expect(mistakes(TABLES, references)).toEqual([
      `WITH: 'millrace.reference' = 'shops': there is no pipeline/reference/shops.csv. Did you mean "shop"? Reference tables: shop`,
    ]);
    expect(mistakes(TABLES.replace("'shops'", "'shop'"), references)).toEqual([
      'CREATE TABLE shops: shop.csv has no column "store". Columns: key, city and size',
      'CREATE TABLE shops: the key of shop.csv is its first column, "key", found "store"',
    ]);
  });
});

describe('UNNEST', () => {
  it.each([
    ['CROSS JOIN UNNEST(tags) AS u (t)', 't, store, n', 'unnest  tags: t STRING'],
    ['LEFT JOIN UNNEST(tags) AS u (t) ON TRUE', 't, store, n', 'unnest  tags: t STRING; NULL where it is empty'],
    ['CROSS JOIN UNNEST(items) AS i', 'i.sku, store, qty', 'unnest  items: sku STRING, qty INT'],
    ['CROSS JOIN UNNEST(items) AS i (s, q)', 's, store, i.q', 'unnest  items: s STRING, q INT'],
    ['CROSS JOIN UNNEST(rates) AS r (c, v)', 'c, store, CAST(v AS BIGINT)', 'unnest  rates: c STRING, v DOUBLE'],
    ['CROSS JOIN UNNEST(tags) WITH ORDINALITY AS u (t, i)', 't, store, i', 'unnest  tags: t STRING, ordinality INT'],
    [', UNNEST(tags) AS u (t)', 't, store, n', 'unnest  tags: t STRING'],
  ])('%s', (join, select, line) => {
    expect(linesWith(`INSERT INTO o SELECT ${select} FROM orders ${join}`, 'unnest')).toEqual([line]);
  });

  it('comes after look-ups, before WHERE and GROUP BY', () => {
    const text = `INSERT INTO k SELECT u.t, SUM(s.size) FROM orders AS x
JOIN shops FOR SYSTEM_TIME AS OF x.proc AS s ON x.store = s.store CROSS JOIN UNNEST(x.tags) AS u (t)
WHERE u.t <> s.city GROUP BY u.t`;
    expect(linesWith(text, 'look up', 'unnest', 'where', 'keeps')).toEqual([
      'look up shops by store = store: city STRING, size INT; an event without a row is dropped',
      'unnest  tags: t STRING',
      'where   (t <> shops.city)',
      'keeps   SUM(shops.size), for each t',
    ]);
  });
});

describe('a join by time', () => {
  it('prints both inputs, keys and bounds', () => {
    const text = `INSERT INTO o SELECT a.store, b.page, a.n FROM orders AS a JOIN clicks AS b
ON a.store = b.store AND a.ts BETWEEN b.ts - INTERVAL '5' MINUTE AND b.ts + INTERVAL '1' HOUR AND a.n > 1 AND b.page <> a.id`;
    expect(printed(text)).toEqual([
      `  left
    reads   orders: events order.v1, on enriched
    columns id STRING, store STRING, n INT
    where   (n > 1)
  right
    reads   clicks: events view.v1, on enriched
    columns store STRING, page STRING
  joins   left store = right store
  times   left - right from -5 min to 1 h
  on      (page <> id)
  sends   a pair when the watermark, 5 s behind the newest event, passes the later time
  writes  o (kinesis)
    a STRING = store
    b STRING = page
    n BIGINT = CAST(n AS BIGINT)`,
    ]);
  });

  it.each([
    ["a.ts BETWEEN b.ts - INTERVAL '1' MINUTE AND b.ts", 'left - right from -1 min to 0 s'],
    ["b.ts BETWEEN a.ts AND a.ts + INTERVAL '1' MINUTE", 'left - right from -1 min to 0 s'],
    ["a.ts >= b.ts - INTERVAL '1' MINUTE AND a.ts <= b.ts", 'left - right from -1 min to 0 s'],
    ["a.ts > b.ts - INTERVAL '1' MINUTE AND a.ts < b.ts", 'left - right from -59999 ms to -1 ms'],
    ["b.ts <= a.ts + INTERVAL '1' MINUTE AND b.ts >= a.ts", 'left - right from -1 min to 0 s'],
    ["a.ts + INTERVAL '1' MINUTE >= b.ts AND b.ts >= a.ts - INTERVAL '2' SECOND", 'left - right from -1 min to 2 s'],
    ['a.ts = b.ts', 'left - right from 0 s to 0 s'],
    [
      "b.ts - INTERVAL '1' MINUTE < a.ts AND a.ts - INTERVAL '3' SECOND <= b.ts - INTERVAL '1' SECOND",
      'left - right from -59999 ms to 2 s',
    ],
    [
      "a.ts BETWEEN b.ts AND b.ts + INTERVAL '1' HOUR AND a.ts < b.ts + INTERVAL '10' MINUTE",
      'left - right from 0 s to 599999 ms',
    ],
  ])('bounded by %s', (bounds, line) => {
    const text = `INSERT INTO o SELECT a.store, b.page, a.n FROM orders AS a JOIN clicks AS b ON a.store = b.store AND ${bounds}`;
    expect(linesWith(text, 'times')).toEqual([`times   ${line}`]);
    const where = `INSERT INTO o SELECT a.store, b.page, a.n FROM orders AS a, clicks AS b WHERE ${bounds} AND b.store = a.store`;
    expect(linesWith(where, 'times', 'joins')).toEqual(['joins   left store = right store', `times   ${line}`]);
  });

  it('of a table with itself has two sides', () => {
    const text = `INSERT INTO o SELECT a.id, b.id, a.n FROM orders AS a JOIN orders AS b
ON a.store = b.store AND b.ts > a.ts AND b.ts <= a.ts + INTERVAL '1' MINUTE WHERE a.n < b.n`;
    expect(linesWith(text, 'columns', 'on')).toEqual([
      'columns id STRING, store STRING, n INT',
      'columns id STRING, store STRING, n INT',
      'on      (left.n < right.n)',
    ]);
  });

  it('is read in windows by the later of the two times, or by one that the delay covers', () => {
    const chained = (time: string, delay: string, least = 'b.ts'): readonly string[] =>
      compile(
        TABLES,
        `CREATE TABLE pairs (store STRING, t TIMESTAMP(3), WATERMARK FOR t AS t${delay}) WITH ('connector' = 'kinesis', 'format' = 'json');
INSERT INTO pairs SELECT a.store, ${time} FROM orders AS a JOIN clicks AS b ON a.store = b.store AND a.ts BETWEEN ${least} AND b.ts + INTERVAL '1' HOUR;
INSERT INTO o SELECT store, 'x', COUNT(*) FROM TABLE(TUMBLE(TABLE pairs, DESCRIPTOR(t), INTERVAL '1' MINUTE)) GROUP BY store, window_start, window_end;`,
      ).errors.map((e) => e.message.slice(0, 40));
    const wrong = ['INSERT INTO pairs: "t" is its event time'];
    expect(chained('GREATEST(a.ts, b.ts)', '')).toEqual([]);
    expect(chained('GREATEST(b.ts, a.ts)', '')).toEqual([]);
    expect(chained('a.ts', '')).toEqual([]); // never before its partner
    expect(chained('b.ts', '')).toEqual(wrong);
    expect(chained('a.ts', '', "b.ts - INTERVAL '1' MINUTE")).toEqual(wrong);
    expect(chained('a.ts', " - INTERVAL '1' MINUTE", "b.ts - INTERVAL '1' MINUTE")).toEqual([]);
    expect(chained('b.ts', " - INTERVAL '59' MINUTE")).toEqual(wrong);
    expect(chained('b.ts', " - INTERVAL '1' HOUR")).toEqual([]);
  });
});

describe('all inputs of a query stand on one stream', () => {
  const minutesTable = `CREATE TABLE minutes (store STRING, c BIGINT, t TIMESTAMP(3), WATERMARK FOR t AS t) WITH ('connector' = 'kinesis', 'format' = 'json');
INSERT INTO minutes SELECT store, COUNT(*), window_time FROM ${window('orders')} GROUP BY store, window_start, window_end, window_time;`;
  const text = `${minutesTable} INSERT INTO o SELECT m.store, c.page, m.c FROM minutes AS m JOIN clicks AS c
ON m.store = c.store AND c.ts BETWEEN m.t - INTERVAL '1' MINUTE AND m.t WHERE c.page <> 'p'`;

  it('where one is of events and one of rows, the events are passed on with what is read of them', () => {
    expect(printed(text).slice(1)).toEqual([
      `  reads   clicks: events view.v1, on enriched
  columns store STRING, page STRING, ts TIMESTAMP(3)
  where   (page <> 'p')
  writes  clicks~# (kinesis)
    c0 STRING = store
    c1 STRING = page
    ~time TIMESTAMP(3) = ts`,
      `  left
    reads   minutes: rows of query2-#, on refined
    columns store STRING, c BIGINT
  right
    reads   clicks~#: rows of clicks-#-#, on refined
    columns c0 STRING, c1 STRING
  joins   left store = right c0
  times   left - right from 0 s to 1 min
  sends   a pair when the watermark, 2 s behind the newest event, passes the later time
  writes  o (kinesis)
    a STRING = store
    b STRING = c1
    n BIGINT = c`,
    ]);
  });

  it('in joins of windows too', () => {
    const joined = `${minutesTable} INSERT INTO o SELECT m.store, c.page, m.c
FROM (SELECT * FROM TABLE(TUMBLE(TABLE minutes, DESCRIPTOR(t), INTERVAL '1' HOUR))) AS m
JOIN (SELECT * FROM ${window('clicks', 'TUMBLE', "INTERVAL '1' HOUR")}) AS c
ON m.store = c.store AND m.window_start = c.window_start AND m.window_end = c.window_end`;
    const { queries, tables } = planOf(TABLES, joined);
    const last = queries.at(-1);
    expect(queries.map((q) => [q.kind, streamOf(q)])).toEqual([
      ['window', 'enriched'],
      ['stateless', 'enriched'],
      ['composed', 'refined'],
    ]);
    expect(last && inputsOf(last).map((i) => i.stream)).toEqual(['refined', 'refined']);
    expect(tables.filter((t) => t.name.includes('~')).map((t) => [t.connector, t.watermark])).toEqual([
      ['kinesis', { column: '~time', delay: 2000 }],
    ]);
  });
});

describe('a window over the rows of windows', () => {
  const perMinute = `SELECT store, window_time AS t, COUNT(*) AS c FROM ${window('orders')} GROUP BY store, window_start, window_end, window_time`;
  const hours = (view: string) =>
    `INSERT INTO o SELECT store, 'x', MAX(c) FROM TABLE(TUMBLE(TABLE ${view}, DESCRIPTOR(t), INTERVAL '1' HOUR)) GROUP BY store, window_start, window_end;`;

  it('reads a topic between the two queries', () => {
    expect(printed(`CREATE VIEW m AS ${perMinute}; ${hours('m')}`)).toEqual([
      `  reads   orders: events order.v1, on enriched
  columns store STRING
  window  tumbling windows of 1 min, for each store
  closes  when the watermark, 5 s behind the newest event, reaches its end
  writes  orders~# (kinesis)
    store STRING = store
    t TIMESTAMP(3) = window_time
    c BIGINT = COUNT(*)
    ~time TIMESTAMP(3) = window_time`,
      `  reads   orders~#: rows of orders-#-#, on refined
  columns store STRING, c BIGINT
  window  tumbling windows of 1 h, for each store
  closes  when the watermark, 0 s behind the newest event, reaches its end
  writes  o (kinesis)
    a STRING = store
    b STRING = 'x'
    n BIGINT = MAX(c)`,
    ]);
  });

  it('is computed once for all statements that need it', () => {
    const { queries } = planOf(
      TABLES,
      `CREATE VIEW m AS ${perMinute}; ${hours('m')} ${hours('m').replace("'x'", "'y'")}`,
    );
    expect(queries.map((q) => q.into.replace(/~.*/, '~'))).toEqual(['orders~', 'o', 'o']);
  });

  it('is its own where the columns have other names, which readers go by', () => {
    const text = `CREATE VIEW m AS ${perMinute}; CREATE VIEW w AS ${perMinute.replace('AS c', 'AS d')}; ${hours('m')} ${hours('w').replace('MAX(c)', 'MAX(d)')}`;
    expect(linesWith(text, 'c BIGINT', 'd BIGINT', 'columns store STRING, ')).toEqual([
      'c BIGINT = COUNT(*)',
      'columns store STRING, c BIGINT',
      'd BIGINT = COUNT(*)',
      'columns store STRING, d BIGINT',
    ]);
  });

  it('may be over joins and Top-N', () => {
    const text = `CREATE VIEW j AS SELECT l.store, l.n AS c, l.window_time AS t FROM ${minutes('JOIN', 'l.store = r.store')}; ${hours('j')}
CREATE VIEW best AS SELECT store, n AS c, window_time AS t FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY n) AS rn FROM ${window('orders')}) WHERE rn <= 3; ${hours('best')}`;
    expect(planOf(TABLES, text).queries.map((q) => q.kind)).toEqual(['composed', 'window', 'composed', 'window']);
  });
});

describe('rows before a window closes', () => {
  const early = `CREATE TABLE live (store STRING, s TIMESTAMP(3), n BIGINT, PRIMARY KEY (store, s) NOT ENFORCED) WITH ('connector' = 'dynamodb', 'millrace.early' = '10 s');`;
  it.each([
    [
      'a group',
      `SELECT store, window_start, COUNT(*) FROM ${window('orders')} GROUP BY store, window_start, window_end`,
    ],
    [
      'a Top-N',
      `SELECT store, window_start, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, store ORDER BY n) AS rn FROM ${window('orders')}) WHERE rn = 1`,
    ],
  ])('of %s are sent where the destination asks for them', (_, select) => {
    const text = `${early} INSERT INTO live ${select}`;
    expect(linesWith(text, 'early')).toEqual(['early   rows of open windows, at most every 10 s']);
    const ids = (option: string) => planOf(TABLES, text.replace("'10 s'", option)).queries.map((q) => q.id);
    expect(ids("'20 s'")).not.toEqual(ids("'10 s'"));
  });
});
