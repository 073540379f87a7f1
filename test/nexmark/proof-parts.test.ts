// What proof:flink stands on, without Flink: the texts it is given, the rows it is fed, and when two bags are one.
import { describe, expect, test } from 'vitest';
import { flinkStatements } from '../../local/proof/flink/flink-script.ts';
import { generate, SHARDS, TABLES } from './generate.ts';
import { countsByModel, SPANS, sessionsByModel } from './model.ts';
import { differences } from './same-rows.ts';

describe('rows of two runs', () => {
  const columns = [
    { name: 'k', type: { kind: 'STRING' } },
    { name: 'x', type: { kind: 'DOUBLE' } },
  ] as const;
  const row = (k: string, x: number | null) => JSON.stringify({ k, x });
  test.each([
    ['in any order', [row('a', 1), row('b', 2)], [row('b', 2), row('a', 1)], [0, 0]],
    ['as often as they stand there', [row('a', 1), row('a', 1)], [row('a', 1)], [1, 0]],
    ['one that the other lacks', [], [row('a', 1)], [0, 1]],
    ['a DOUBLE but for its last digits', [row('a', 0.1 + 0.2)], [row('a', 0.3)], [0, 0]],
    ['not a DOUBLE that differs', [row('a', 0.3)], [row('a', 0.300001)], [1, 1]],
    ['NULL is no 0', [row('a', null)], [row('a', 0)], [1, 1]],
    ['nor one key another', [row('a', 1)], [row('b', 1.0000000001)], [1, 1]],
  ])('%s', (_, ours, theirs, left) => {
    const d = differences(ours, theirs, columns);
    expect([d.ours.length, d.theirs.length]).toEqual(left);
  });
});

describe('a script for Flink', () => {
  const script = `
CREATE TABLE bid (a BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'kinesis', 'json.ignore-parse-errors' = 'true', 'millrace.type' = 'bid.v1');
CREATE TABLE side (id BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'jdbc', 'millrace.reference' = 'side');
CREATE TABLE mid (a BIGINT, at_time TIMESTAMP(3), WATERMARK FOR at_time AS at_time) WITH ('connector' = 'kinesis');
CREATE TABLE ends (a BIGINT);
CREATE FUNCTION f AS 'f.ts#f';
INSERT INTO ends SELECT a FROM mid;
INSERT INTO mid SELECT b.a, b.ts FROM (SELECT *, PROCTIME() AS p FROM bid) AS b JOIN side FOR SYSTEM_TIME AS OF b.p AS s ON b.a = s.id;`;
  const { statements, results } = flinkStatements('job', script, {
    sources: new Map([
      ['bid', '/d/bid.ndjson'],
      ['side', '/d/side.ndjson'],
    ]),
    classes: new Map([['f.ts#f', 'x.F']]),
    shards: 4,
    shardColumn: 'a',
  });
  test('keeps its texts, with the connectors of the proof', () => {
    expect(statements[0]).toBe(
      "CREATE TABLE `bid` (a BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)  WITH ('connector' = 'millrace-file', 'file' = '/d/bid.ndjson', " +
        "'format' = 'json', 'json.ignore-parse-errors' = 'true', 'shards' = '4', 'shard-column' = 'a')",
    );
    expect(statements).toContain("CREATE FUNCTION `f` AS 'x.F'");
    expect(statements).toContain(
      "CREATE TABLE `ends` (a BIGINT) WITH ('connector' = 'millrace-result', 'name' = 'job.ends')",
    );
  });
  test('has a view for a table between queries, before what reads it, and its rows as well', () => {
    const view = statements.findIndex((s) => s.startsWith('CREATE TEMPORARY VIEW `mid` (`a`, `at_time`) AS SELECT'));
    expect(statements.findIndex((s) => s.startsWith('INSERT INTO ends'))).toBeGreaterThan(view);
    expect(statements).toContain('INSERT INTO `mid__rows` SELECT * FROM `mid`');
    expect([...results].sort()).toEqual(['ends', 'mid__rows']);
  });
  test('joins a reference table as a regular join', () => {
    expect(statements.find((s) => s.includes('JOIN'))).toMatch(/AS b JOIN side\s+AS s ON b\.a = s\.id$/);
  });
});

describe('the rows of Nexmark', () => {
  const rows = generate({ seed: 5, events: 5_000 });
  const bids = rows.bid.map((l) => JSON.parse(l));
  test('are the same for the same seed, others for another', () => {
    expect(generate({ seed: 5, events: 5_000 })).toEqual(rows);
    expect(generate({ seed: 6, events: 5_000 }).bid).not.toEqual(rows.bid);
  });
  test('are 1 person, 3 auctions and 46 bids of 50, on all shards, with NULLs', () => {
    expect(TABLES.map((t) => rows[t].length)).toEqual([100, 300, 4_600]);
    expect(new Set(bids.map((b) => b.shard)).size).toBe(SHARDS);
    for (const field of ['price', 'channel', 'extra']) expect(bids.some((b) => b[field] === null)).toBe(true);
  });
  test('are out of order and none of them late, unless asked for', () => {
    const times = bids.map((b) => b.dateTime as string);
    expect([...times].sort()).not.toEqual(times);
    for (const kind of ['tumble', 'hop', 'cumulate'] as const) {
      const counted = (lines: readonly string[]) =>
        countsByModel(lines, SPANS[kind], true).reduce((n, r) => n + JSON.parse(r).n, 0);
      const windows = kind === 'tumble' ? 1 : kind === 'hop' ? 5 : 0;
      if (windows > 0) expect(counted(rows.bid)).toBe(windows * 4_600);
      const late = generate({ seed: 5, events: 5_000, late: 50 }).bid;
      expect(counted(late)).toBeLessThan(
        counted([...late].sort((a, b) => (JSON.parse(a).dateTime < JSON.parse(b).dateTime ? -1 : 1))),
      );
    }
    expect(sessionsByModel(rows.bid, false).reduce((n, r) => n + JSON.parse(r).n, 0)).toBe(4_600);
  });
});
