// Joins and Top-N of windows.
import type { ComposedQuery, StatefulQuery, TablePlan } from '../../../shared/query/plan.ts';
import {
  BIGINT,
  clicks,
  common,
  compare,
  data,
  greatest,
  I,
  K,
  literal,
  N,
  rowsOf,
  STRING,
  slot,
  TEN,
  TIME,
  time,
  topic,
  V,
} from './common.ts';

/** Keys, then start, end and time of the window: where the slots of kept rows begin. */
const [START, WINDOW_TIME] = [slot(1, TIME), slot(3, TIME)];

/**
 * SELECT k, window_start, rn, n, i FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, k ORDER BY n DESC) AS rn
 *   FROM TABLE(HOP(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND, INTERVAL '20' SECOND))) WHERE rn <= 2
 */
const best = (delay: number): ComposedQuery => ({
  ...common('best'),
  delay,
  kind: 'composed',
  window: { kind: 'hop', size: 2 * TEN, slide: TEN },
  folds: [
    {
      ...clicks(null),
      keys: [K],
      keep: { kind: 'rows', row: [N, I], best: { order: [greatest(slot(0, BIGINT))], limit: 2, latestFirst: false } },
    },
  ],
  rel: {
    kind: 'project',
    of: {
      kind: 'rank',
      of: { kind: 'fold', fold: 0 },
      partition: [K],
      order: [greatest(slot(4, BIGINT))],
      latestFirst: false,
      from: 1,
      to: 2,
    },
    select: [K, START, slot(6, BIGINT), slot(4, BIGINT), slot(5, STRING)],
  },
});

/**
 * SELECT l.k, l.window_time, l.i, r.i FROM (SELECT * FROM TABLE(TUMBLE(TABLE clicks, …)) WHERE v < 3) l
 *   LEFT JOIN (SELECT * FROM TABLE(TUMBLE(TABLE clicks, …)) WHERE v >= 2) r ON l.k = r.k AND l.window_start = r.window_start AND …
 */
const pairs = (delay: number): ComposedQuery => ({
  ...common('pairs'),
  delay,
  kind: 'composed',
  window: { kind: 'tumble', size: TEN },
  folds: [rowsOf(compare('<', V, literal(3, BIGINT)), I), rowsOf(compare('>=', V, literal(2, BIGINT)), I)],
  rel: {
    kind: 'project',
    of: {
      kind: 'join',
      type: 'left',
      left: { kind: 'fold', fold: 0 },
      right: { kind: 'fold', fold: 1 },
      leftKeys: [K],
      rightKeys: [K],
      on: null,
      widths: [5, 5],
    },
    select: [K, WINDOW_TIME, slot(4, STRING), slot(9, STRING)],
  },
});

/** SELECT k, window_start, COUNT(*), COUNT(b) FROM TABLE(HOP(TABLE pairs, DESCRIPTOR(t), 10 s, 20 s)) GROUP BY k, window_start, window_end */
const pairCounts = (): StatefulQuery => ({
  ...common('pair_counts'),
  kind: 'window',
  delay: 0,
  input: { stream: 'refined', table: 'pairs', types: ['pairs'], reads: ['pairs-0'] },
  columns: [data('k', STRING), data('b', STRING), time],
  where: null,
  window: { kind: 'hop', size: 2 * TEN, slide: TEN },
  lateness: 0,
  keys: [slot(0, STRING)],
  aggregates: [
    { fn: 'COUNT', distinct: false, arg: null, filter: null, type: BIGINT },
    { fn: 'COUNT', distinct: false, arg: slot(1, STRING), filter: null, type: BIGINT },
  ],
  having: null,
  select: [slot(0, STRING), slot(1, TIME), slot(4, BIGINT), slot(5, BIGINT)],
});

export const relationTables: readonly TablePlan[] = [
  topic('best', [
    { name: 'k', type: STRING },
    { name: 's', type: TIME },
    { name: 'r', type: BIGINT },
    { name: 'n', type: BIGINT },
    { name: 'i', type: STRING },
  ]),
  topic(
    'pairs',
    [
      { name: 'k', type: STRING },
      { name: 't', type: TIME },
      { name: 'a', type: STRING },
      { name: 'b', type: STRING },
    ],
    { column: 't', delay: 0 },
  ),
  topic('pair_counts', [
    { name: 'k', type: STRING },
    { name: 's', type: TIME },
    { name: 'n', type: BIGINT },
    { name: 'm', type: BIGINT },
  ]),
];

/** @param delay of the clicks' watermark */
export const relationQueries = (delay: number): readonly StatefulQuery[] => [best(delay), pairs(delay), pairCounts()];
