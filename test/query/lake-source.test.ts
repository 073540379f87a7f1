// A filesystem table with 'millrace.type': the events themselves, kept in the lake; the plan says how each column is read.
import { expect, it } from 'vitest';
import { compile, planOf } from './given.ts';

const KEPT = `CREATE TABLE kept (who STRING METADATA FROM 'subject', n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'filesystem', 'path' = 's3://lake/kept', 'format' = 'parquet', 'millrace.type' = 'order.v1');`;
const OUT = "CREATE TABLE sums (n INT) WITH ('connector' = 'kinesis');";

it('carries where its columns come from', () => {
  const [kept] = planOf(KEPT).tables;
  expect(kept).toMatchObject({ connector: 'filesystem', types: ['order.v1'] });
  expect(kept?.reads).toEqual([
    { kind: 'attribute', name: 'subject' },
    { kind: 'data', path: ['n'] },
    { kind: 'event-time' },
  ]);
});

it.each([
  ['is not read by a query', `${KEPT} ${OUT} INSERT INTO sums SELECT n FROM kept;`, 'FROM: kept is a filesystem table'],
  ['is not written by a query', `${KEPT} INSERT INTO kept (n) SELECT n FROM kept;`, 'INSERT INTO: kept is a source'],
  [
    'takes no bound of time',
    KEPT.replace("'path'", "'millrace.ahead' = '1 h', 'path'"),
    "WITH: 'millrace.ahead' belongs to",
  ],
  ['computes nothing', KEPT.replace('n INT', 'n INT, m AS n + 1'), 'computed columns in kept'],
])('%s', (_, text, message) => {
  expect(compile(text).errors.map((e) => e.message)).toContainEqual(expect.stringContaining(message));
});
