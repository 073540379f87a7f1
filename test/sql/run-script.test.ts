import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runScript, type ScriptOptions } from '../../local/sql/run-script.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-sql-'));
});
afterAll(() => rmSync(root, { recursive: true }));

let made = 0;
/** @param files name -> lines */
const folder = (files: Readonly<Record<string, readonly string[]>>): string => {
  const dir = mkdtempSync(join(root, `${made++}-`));
  for (const [name, lines] of Object.entries(files))
    writeFileSync(join(dir, name), lines.map((l) => `${l}\n`).join(''));
  return dir;
};
const bid = (price: number, at: string, more: object = {}) =>
  JSON.stringify({ price, ts: `2026-03-01 ${at}`, ...more });

const BIDS = `CREATE TABLE bid (price BIGINT, who STRING, shard INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND);`;
const PER_TEN = `FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end`;
const TEN = `CREATE TABLE ten (until TIMESTAMP(3), n BIGINT); INSERT INTO ten SELECT window_end, COUNT(*) ${PER_TEN};`;

const run = async (text: string, data: string, more: Partial<ScriptOptions> = {}) => {
  const script = await runScript({ files: [{ path: 'x.sql', text }], data, ...more });
  if (!script.ok) throw new Error(script.errors.map((e) => `${e.file}:${e.line} ${e.message}`).join('\n'));
  return script;
};
const mistakes = async (text: string, data: string, more: Partial<ScriptOptions> = {}) => {
  const script = await runScript({ files: [{ path: 'x.sql', text }], data, ...more });
  if (script.ok) throw new Error('no mistake');
  return script.errors.map((e) => `${e.file.replace(`${data}/`, '')}:${e.line}: ${e.message}`);
};

describe('a script', () => {
  test('reads a table from the file of its name, without options, and gives the rows of the others', async () => {
    const dir = folder({ 'bid.ndjson': [bid(1, '12:00:01.000'), bid(2, '12:00:09.999'), '', bid(3, '12:00:10.000')] });
    const { played, ends, rows } = await run(BIDS + TEN, dir);
    expect([rows, ends]).toEqual([3, ['ten']]);
    expect(played.rows.get('ten')).toEqual([
      '{"until":"2026-03-01 12:00:10.000","n":2}',
      '{"until":"2026-03-01 12:00:20.000","n":1}',
    ]);
  });

  test('keeps of a table with a key what it holds at the end, of one without every row', async () => {
    const text = `${BIDS}
      CREATE TABLE latest (who STRING, price BIGINT, PRIMARY KEY (who) NOT ENFORCED) WITH ('connector' = 'dynamodb');
      CREATE TABLE each_one (who STRING, price BIGINT);
      INSERT INTO latest SELECT who, price FROM bid;
      INSERT INTO each_one SELECT who, price FROM bid;`;
    const lines = [
      bid(1, '12:00:05.000', { who: 'a' }),
      bid(2, '12:00:02.000', { who: 'b' }),
      bid(3, '12:00:01.000', { who: 'a' }),
    ];
    for (const shards of [1, 4]) {
      const { played, ends } = await run(text, folder({ 'bid.ndjson': lines }), { shards });
      expect(ends).toEqual(['latest', 'each_one']);
      expect([...(played.rows.get('latest') ?? [])].sort()).toEqual(['{"who":"a","price":3}', '{"who":"b","price":2}']);
      expect(played.rows.get('each_one')).toHaveLength(3);
    }
  });

  test('chains its queries', async () => {
    const text = `${BIDS}
      CREATE TABLE ten (until TIMESTAMP(3), n BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts);
      CREATE TABLE minute_table (until TIMESTAMP(3), n BIGINT);
      INSERT INTO ten SELECT window_end, COUNT(*), window_time ${PER_TEN}, window_time;
      INSERT INTO minute_table SELECT window_end, SUM(n) FROM TABLE(TUMBLE(TABLE ten, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end;`;
    const { played, ends } = await run(
      text,
      folder({ 'bid.ndjson': ['12:00:01', '12:00:11', '12:00:12', '12:01:00'].map((t) => bid(1, t)) }),
    );
    expect(ends).toEqual(['minute_table']);
    expect(played.rows.get('minute_table')).toEqual([
      '{"until":"2026-03-01 12:01:00.000","n":3}',
      '{"until":"2026-03-01 12:02:00.000","n":1}',
    ]);
  });
});

describe('a script’s tables', () => {
  test('may compute their event time', async () => {
    const text = `CREATE TABLE t (at_text STRING, ts AS CAST(REPLACE(at_text, 'T', ' ') AS TIMESTAMP(3)), WATERMARK FOR ts AS ts);
      CREATE TABLE o (until TIMESTAMP(3), n BIGINT);
      INSERT INTO o SELECT window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end;`;
    const dir = folder({ 't.ndjson': ['{"at_text":"2026-03-01T12:00:01"}', '{"at_text":"2026-03-01T12:00:59"}'] });
    expect((await run(text, dir)).played.rows.get('o')).toEqual(['{"until":"2026-03-01 12:01:00.000","n":2}']);
    const wrong = folder({ 't.ndjson': ['{"at_text":"noon"}'] });
    expect(await mistakes(text, wrong)).toEqual([
      expect.stringContaining('t.ndjson:1: "ts" is the event time, found null'),
    ]);
  });

  test('look up rows of a CSV file or of NDJSON, by the key of the table', async () => {
    const text = (name: string) => `CREATE TABLE bid (id BIGINT, PRIMARY KEY (id) NOT ENFORCED);
      CREATE TABLE ${name} (title STRING, id BIGINT, price DECIMAL(5, 2), PRIMARY KEY (id) NOT ENFORCED);
      CREATE TABLE o (id BIGINT, title STRING, price DECIMAL(5, 2));
      INSERT INTO o SELECT b.id, i.title, i.price FROM (SELECT *, PROCTIME() AS p FROM bid) AS b
      LEFT JOIN ${name} FOR SYSTEM_TIME AS OF b.p AS i ON b.id = i.id;`;
    const dir = folder({
      'bid.ndjson': ['{"id":1}', '{"id":2}', '{"id":3}'],
      'items.csv': ['title,id,price', '"lamp, red",1,2.5', 'chair,2,'],
      'things.ndjson': ['{"id":1,"title":"lamp, red","price":2.5}', '{"id":2,"title":"chair","price":null}'],
    });
    for (const name of ['items', 'things'])
      expect((await run(text(name), dir)).played.rows.get('o')).toEqual([
        '{"id":1,"title":"lamp, red","price":"2.50"}',
        '{"id":2,"title":"chair","price":null}',
        '{"id":3,"title":null,"price":null}',
      ]);
  });

  test('call functions that stand beside the script', async () => {
    const dir = folder({ 'bid.ndjson': ['{"who":"abcabc"}', '{"who":null}'] });
    mkdirSync(join(dir, 'functions'));
    const code =
      "export const count = { takes: ['STRING'], gives: 'BIGINT', apply: (s) => BigInt(s.split('a').length - 1) };";
    writeFileSync(join(dir, 'functions/count.ts'), code);
    const text = `CREATE FUNCTION count_a AS 'count.ts#count'; CREATE TABLE bid (who STRING); CREATE TABLE o (n BIGINT);
      INSERT INTO o SELECT count_a(who) FROM bid;`;
    expect((await run(text, dir, { folder: dir })).played.rows.get('o')).toEqual(['{"n":2}', '{"n":null}']);
  });

  test('grow without a time to live of their own', async () => {
    const text = `${BIDS} CREATE TABLE sums (who STRING, s BIGINT, PRIMARY KEY (who) NOT ENFORCED);
      INSERT INTO sums SELECT who, SUM(price) FROM bid GROUP BY who;`;
    const lines = [
      bid(1, '12:00:05.000', { who: 'a' }),
      bid(5, '12:00:02.000', { who: 'b' }),
      bid(2, '19:00:01.000', { who: 'a' }),
    ];
    const { played } = await run(text, folder({ 'bid.ndjson': lines }));
    expect([...(played.rows.get('sums') ?? [])].sort()).toEqual(['{"who":"a","s":3}', '{"who":"b","s":5}']);
  });
});

describe('the watermark', () => {
  /** The third row is late for its window once the second one counts. */
  const lines = [
    bid(1, '12:00:01.000', { shard: 0 }),
    bid(2, '12:00:11.000', { shard: 1 }),
    bid(3, '12:00:02.000', { shard: 0 }),
  ];
  const first = async (more: Partial<ScriptOptions>) => {
    const { played } = await run(BIDS + TEN, folder({ 'bid.ndjson': lines }), more);
    return [played.rows.get('ten')?.[0]?.slice(-2, -1), played.late.length];
  };
  test.each([
    ['moves after every row when asked to', { strict: true }, '1', 1],
    ['else not inside a batch', {}, '2', 0],
    ['is each shard’s own', { strict: true, shards: 2, shardColumn: 'shard' }, '2', 0],
  ])('%s', async (_, more, n, late) => {
    expect(await first(more)).toEqual([n, late]);
  });

  test('of one table is not moved by another: each may stand anywhere in time', async () => {
    const text = `${BIDS}${TEN}
      CREATE TABLE aged (ts TIMESTAMP(3), WATERMARK FOR ts AS ts);
      CREATE TABLE olds (n BIGINT);
      INSERT INTO olds SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE aged, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY window_start, window_end;`;
    const dir = folder({ 'bid.ndjson': lines, 'aged.ndjson': ['{"ts":"1999-01-01 00:00:00.000"}'] });
    const { played } = await run(text, dir, { strict: true });
    expect([played.rows.get('olds'), played.late.length]).toEqual([['{"n":1}'], 1]);
  });
});

describe('what is wrong is said, all of it', () => {
  const good = { 'bid.ndjson': [bid(1, '12:00:01.000')] };
  test('in the script, with line and column', async () => {
    expect(
      await mistakes(`${BIDS}\nCREATE TABLE o (n BIGINT);\nINSERT INTO o SELECT prise FROM bid;`, folder(good)),
    ).toEqual([expect.stringMatching(/^x\.sql:3: .*prise.*Did you mean "price"/)]);
  });
  test('in the data, by file and line', async () => {
    const dir = folder({
      'bid.ndjson': [bid(1, '12:00:01.000'), '{"price":', '[]', '{"price":1}', bid(1, '25:00:00')],
    });
    expect(await mistakes(BIDS + TEN, dir)).toEqual([
      expect.stringMatching(/^bid\.ndjson:2: no JSON/),
      'bid.ndjson:3: a row is a JSON object with the columns as fields',
      'bid.ndjson:4: "ts" is the event time, found null; write it as "2026-01-31 12:00:00.000"',
      'bid.ndjson:5: "ts" is the event time, found "2026-03-01 25:00:00"; write it as "2026-01-31 12:00:00.000"',
    ]);
  });
  test('a shard that is none', async () => {
    const dir = folder({ 'bid.ndjson': [bid(1, '12:00:01.000', { shard: 2 }), bid(1, '12:00:01.000')] });
    expect(await mistakes(BIDS + TEN, dir, { shards: 2, shardColumn: 'shard' })).toEqual([
      'bid.ndjson:1: "shard" says the shard, 0 to 1; found 2',
      'bid.ndjson:2: "shard" says the shard, 0 to 1; found null',
    ]);
  });
  test('a folder that is not there', async () => {
    expect(await mistakes(BIDS + TEN, join(root, 'none'))).toEqual([expect.stringContaining('no such folder')]);
  });
});
