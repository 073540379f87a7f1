import { expect, test } from 'vitest';
import { compile } from './given.ts';

test.each([
  ['CAST(', '1', ' AS INT)'],
  ['(', '1', ')'],
  ['CASE WHEN TRUE THEN ', '1', ' END'],
])('%s ten thousand times in one another is a mistake in the file, not a bug', (open, inner, close) => {
  const deep = open.repeat(10_000) + inner + close.repeat(10_000);
  const { errors } = compile(`CREATE TABLE orders (a INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE sums (a INT) WITH ('connector' = 'kinesis');
INSERT INTO sums SELECT ${deep} FROM orders;`);
  expect(errors.map((e) => [e.line, e.message.slice(0, 45)])).toEqual([
    [4, 'an expression in this statement is nested too'],
  ]);
});
