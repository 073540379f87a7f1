// Interval joins, and what has no windows: running groups, the first row of a key, Top-N per key.
import type { IntervalQuery, RunningQuery, StatefulQuery, TablePlan } from '../../../shared/query/plan.ts';
import {
  BIGINT,
  clicks,
  common,
  compare,
  data,
  greatest,
  I,
  K,
  least,
  literal,
  N,
  STRING,
  slot,
  TEN,
  TIME,
  time,
  topic,
  V,
} from './common.ts';

/** How long a key is remembered: below the gaps that some schedules have between their events. */
export const TTL = 2 * TEN;
/** l.t - r.t lies between. */
export const LOW = -3_000;
export const HIGH = 2_000;
const T = slot(4, TIME);

/** SELECT l.k, l.i, r.i, l.t FROM clicks l JOIN clicks r ON l.k = r.k AND l.t BETWEEN r.t - 3 s AND r.t + 2 s WHERE l.v < 3 AND r.v >= 2 */
const meets = (delay: number): IntervalQuery => ({
  ...common('meets'),
  delay,
  kind: 'interval',
  left: { ...clicks(compare('<', V, literal(3, BIGINT))), keys: [K], row: [K, I, T] },
  right: { ...clicks(compare('>=', V, literal(2, BIGINT))), keys: [K], row: [I] },
  low: LOW,
  high: HIGH,
  on: null,
  select: [slot(0, STRING), slot(1, STRING), slot(3, STRING), slot(2, TIME)],
});

/** SELECT k, window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE meets, DESCRIPTOR(t), 10 s)) GROUP BY k, window_start, window_end */
const meetCounts = (): StatefulQuery => ({
  ...common('meet_counts'),
  kind: 'window',
  delay: 0,
  input: { stream: 'refined', table: 'meets', types: ['meets'], reads: ['meets-0'] },
  columns: [data('k', STRING), time],
  where: null,
  window: { kind: 'tumble', size: TEN },
  lateness: 0,
  keys: [slot(0, STRING)],
  aggregates: [{ fn: 'COUNT', distinct: false, arg: null, filter: null, type: BIGINT }],
  having: null,
  select: [slot(0, STRING), slot(1, TIME), slot(4, BIGINT)],
});

const running = (
  name: string,
  delay: number,
): Pick<RunningQuery, 'id' | 'name' | 'at' | 'into' | 'delay' | 'kind' | 'ttl' | 'having'> => ({
  ...common(name),
  delay,
  kind: 'running',
  ttl: TTL,
  having: null,
});

/** SELECT k, COUNT(*), SUM(n) FROM clicks GROUP BY k */
const totals = (delay: number): RunningQuery => ({
  ...running('totals', delay),
  emit: 'updates',
  fold: {
    ...clicks(null),
    keys: [K],
    keep: {
      kind: 'aggregates',
      aggregates: [
        { fn: 'COUNT', distinct: false, arg: null, filter: null, type: BIGINT },
        { fn: 'SUM', distinct: false, arg: N, filter: null, type: BIGINT },
      ],
    },
  },
  select: [slot(0, STRING), slot(1, BIGINT), slot(2, BIGINT)],
});

/** SELECT k, v, i FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k, v ORDER BY t) AS rn FROM clicks) WHERE rn = 1 */
const firsts = (delay: number): RunningQuery => ({
  ...running('firsts', delay),
  emit: 'first',
  fold: {
    ...clicks(null),
    keys: [K, V],
    keep: { kind: 'rows', row: [I, T], best: { order: [least(slot(1, TIME))], limit: 1, latestFirst: false } },
  },
  select: [slot(0, STRING), slot(1, BIGINT), slot(3, STRING)],
});

/** SELECT k, rn, n, i FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY n DESC) AS rn FROM clicks) WHERE rn <= 2 */
const tops = (delay: number): RunningQuery => ({
  ...running('tops', delay),
  emit: 'updates',
  fold: {
    ...clicks(null),
    keys: [K],
    keep: { kind: 'rows', row: [N, I], best: { order: [greatest(slot(0, BIGINT))], limit: 2, latestFirst: false } },
  },
  select: [slot(0, STRING), slot(1, BIGINT), slot(2, BIGINT), slot(3, STRING)],
});

const keyed = (name: string, columns: TablePlan['columns'], primaryKey: readonly string[]): TablePlan => ({
  ...topic(name, columns),
  connector: 'dynamodb',
  primaryKey,
});

export const keyedTables: readonly TablePlan[] = [
  topic(
    'meets',
    [
      { name: 'k', type: STRING },
      { name: 'a', type: STRING },
      { name: 'b', type: STRING },
      { name: 't', type: TIME },
    ],
    { column: 't', delay: 0 },
  ),
  topic('meet_counts', [
    { name: 'k', type: STRING },
    { name: 's', type: TIME },
    { name: 'n', type: BIGINT },
  ]),
  keyed(
    'totals',
    [
      { name: 'k', type: STRING },
      { name: 'n', type: BIGINT },
      { name: 'v', type: BIGINT },
    ],
    ['k'],
  ),
  topic('firsts', [
    { name: 'k', type: STRING },
    { name: 'v', type: BIGINT },
    { name: 'i', type: STRING },
  ]),
  keyed(
    'tops',
    [
      { name: 'k', type: STRING },
      { name: 'r', type: BIGINT },
      { name: 'n', type: BIGINT },
      { name: 'i', type: STRING },
    ],
    ['k', 'r'],
  ),
];

/** @param delay of the clicks' watermark */
export const keyedQueries = (delay: number): readonly StatefulQuery[] => [
  meets(delay),
  meetCounts(),
  totals(delay),
  firsts(delay),
  tops(delay),
];
