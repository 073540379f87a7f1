// The queries of Nexmark, in Flink's words: what each becomes.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileSql } from '../../shared/query/compile.ts';
import { showQuery } from '../../shared/query/show.ts';
import type { FunctionSignature } from '../../shared/query/user-functions.ts';

const folder = new URL('../nexmark/', import.meta.url);
const read = (path: string) => ({ path, text: readFileSync(new URL(path, folder), 'utf8') });
const COUNT_CHAR: FunctionSignature = {
  file: 'count-char.ts',
  export: 'countChar',
  takes: [{ kind: 'STRING' }, { kind: 'STRING' }],
  gives: { kind: 'BIGINT' },
  nulls: false,
  hash: 'aaaaaaaa',
  flink: null,
};
const known = {
  types: ['person.v1', 'auction.v1', 'bid.v1'],
  references: [{ name: 'side_input', columns: ['id', 'value'] }],
  functions: new Map([['count-char.ts#countChar', COUNT_CHAR]]),
};
const names = readdirSync(new URL('queries', folder)).map((name) => name.replace('.sql', ''));
const { plan, errors } = compileSql([read('ddl.sql'), ...names.map((name) => read(`queries/${name}.sql`))], known);
const shown = (name: string): string => {
  const query = plan.queries.find((q) => q.name === name);
  return query
    ? showQuery(
        query,
        plan.tables.find((t) => t.name === query.into),
      )
    : '';
};

it('compiles all of them, one query for each', () => {
  expect(errors).toEqual([]);
  expect(new Map(plan.queries.map((q) => [q.name, q.kind]))).toEqual(
    new Map([
      ['q0', 'stateless'],
      ['q1', 'stateless'],
      ['q2', 'stateless'],
      ['q5', 'composed'],
      ['q7', 'composed'],
      ['q8', 'composed'],
      ['q11', 'window'],
      ['q12', 'window'],
      ['q13', 'stateless'],
      ['q14', 'stateless'],
      ['q15', 'running'],
      ['q16', 'running'],
      ['q17', 'running'],
      ['q18', 'running'],
      ['q19', 'running'],
      ['q21', 'stateless'],
      ['q22', 'stateless'],
    ]),
  );
});

describe('what is folded', () => {
  it('q5 counts the bids of an auction once, for the counts and for the greatest of them', () => {
    expect(shown('q5').replace(/^.*\n/, '')).toBe(`  window  sliding windows of 10 s, one every 2 s
  closes  when the watermark, 4 s behind the newest event, reaches its end
  fold 1
    reads   bid: events bid.v1, on enriched
    columns auction BIGINT
    keeps   COUNT(*), for each auction
  gives
    project window_end = left.window_end TIMESTAMP(3), auction BIGINT, num = COUNT(*) BIGINT
      inner join on (COUNT(*) >= MAX(COUNT(*)))
        fold 1: auction BIGINT, window_start TIMESTAMP(3), window_end TIMESTAMP(3), window_time TIMESTAMP(3), COUNT(*) BIGINT
        group by window_start, window_end: MAX(COUNT(*)) BIGINT
          fold 1: auction BIGINT, window_start TIMESTAMP(3), window_end TIMESTAMP(3), window_time TIMESTAMP(3), COUNT(*) BIGINT
  writes  out_q5 (kinesis)`);
  });

  it.each([
    ['q7', ['rows of auction, bidder, dateTime, extra, for each price', 'MAX(price)']],
    ['q8', ['the keys, for each id, name', 'the keys, for each seller']],
    [
      'q18',
      [
        'the first 1 by dateTime DESC, of equal ones the latest: rows of price, channel, url, dateTime, extra, for each bidder, auction',
      ],
    ],
    ['q19', ['the first 10 by price DESC: rows of bidder, price, channel, url, dateTime, extra, for each auction']],
  ])('%s', (name, kept) => {
    expect([...shown(name).matchAll(/keeps +(.*)/g)].map(([, text]) => text)).toEqual(kept);
  });

  it.each([
    [
      'q13',
      'look up side_input by id = CAST(CAST(CAST((auction % 10000) AS INT) AS BIGINT) AS STRING): value STRING; an event without a row is dropped',
    ],
    ['q14', "c_counts BIGINT = UDF count_char(extra, 'c')"],
    ['q19', 'rank_number BIGINT = rank'],
  ])('%s has the line', (name, line) => {
    expect(shown(name)).toContain(line);
  });
});
