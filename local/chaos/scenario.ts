// What every schedule plays: one source, an enrichment, windows of each kind, filters, queries over queries to the third level, a
// table and a lake.
import type { Enrichment, EventType, Source } from '../../shared/pipeline.ts';
import { compileSql } from '../../shared/query/compile.ts';
import type { Plan } from '../../shared/query/plan.ts';
import { hours, minutes, seconds } from '../../shared/time.ts';
import { RELATION_TABLES, RELATIONS } from './relations.ts';

export const DELAY = 7_000;
/** big_tens tells of sums above it. */
export const ALARMING = 6;

const TABLES = `
CREATE TABLE clicks (k STRING, n BIGINT, v BIGINT, i STRING, x STRING, info ROW<w BIGINT>, t TIMESTAMP(3), WATERMARK FOR t AS t - INTERVAL '7' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'click.v1');
CREATE TABLE tens (k STRING, s TIMESTAMP(3), e TIMESTAMP(3), t TIMESTAMP(3), n BIGINT, v BIGINT, lo BIGINT, hi BIGINT, WATERMARK FOR t AS t)
WITH ('connector' = 'kinesis');
CREATE TABLE hops (k STRING, s TIMESTAMP(3), e TIMESTAMP(3), n BIGINT, kinds BIGINT, PRIMARY KEY (k, s) NOT ENFORCED)
WITH ('connector' = 'dynamodb', 'millrace.lateness' = '$LATENESS s');
CREATE TABLE visits (k STRING, s TIMESTAMP(3), e TIMESTAMP(3), t TIMESTAMP(3), n BIGINT, WATERMARK FOR t AS t) WITH ('connector' = 'kinesis');
CREATE TABLE big (k STRING, v BIGINT, t TIMESTAMP(3), WATERMARK FOR t AS t - INTERVAL '7' SECOND) WITH ('connector' = 'kinesis');
CREATE TABLE twenties (s TIMESTAMP(3), t TIMESTAMP(3), n BIGINT, most BIGINT, WATERMARK FOR t AS t) WITH ('connector' = 'kinesis');
CREATE TABLE forties (s TIMESTAMP(3), n BIGINT, PRIMARY KEY (s) NOT ENFORCED)
WITH ('connector' = 'upsert-kafka', 'topic' = 'forties', 'properties.bootstrap.servers' = 'b:9092', 'key.format' = 'json', 'value.format' = 'json');
CREATE TABLE growing (k STRING, s TIMESTAMP(3), e TIMESTAMP(3), n BIGINT)
WITH ('connector' = 'jdbc', 'url' = 'jdbc:postgresql://db.example:5432/chaos');
CREATE TABLE visits_of_visits (s TIMESTAMP(3), e TIMESTAMP(3), n BIGINT)
WITH ('connector' = 'opensearch-2', 'hosts' = 'https://search.example');
CREATE TABLE big_tens (k STRING, s TIMESTAMP(3), v BIGINT, PRIMARY KEY (k) NOT ENFORCED)
WITH ('connector' = 'sqs', 'queue-url' = 'https://sqs.eu-north-1.amazonaws.com/123456789012/alarms', 'millrace.alert' = 'true');
CREATE TABLE numbers (s TIMESTAMP(3), n BIGINT, v BIGINT) WITH ('connector' = 'dynamodb');
CREATE TABLE ranks (k STRING, s TIMESTAMP(3), w BIGINT, top BIGINT) WITH ('connector' = 'filesystem', 'path' = 's3://lake/ranks', 'format' = 'parquet');
CREATE TABLE parsed (k STRING, x BIGINT, w BIGINT, t TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = 's3://lake/parsed', 'format' = 'parquet');
`;

const QUERIES: Readonly<Record<string, string>> = {
  tens: `INSERT INTO tens SELECT k, window_start, window_end, window_time, COUNT(*), SUM(n), MIN(n), MAX(n)
    FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end, window_time`,
  hops: `INSERT INTO hops SELECT k, window_start, window_end, COUNT(*), COUNT(DISTINCT v)
    FROM TABLE(HOP(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND, INTERVAL '30' SECOND)) GROUP BY k, window_start, window_end
    HAVING COUNT(*) < 6`,
  visits: `INSERT INTO visits SELECT k, window_start, window_end, window_time, COUNT(*)
    FROM TABLE(SESSION(TABLE clicks PARTITION BY k, DESCRIPTOR(t), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end, window_time`,
  big: `INSERT INTO big SELECT k, v, t FROM clicks WHERE v >= 3`,
  twenties: `INSERT INTO twenties SELECT window_start, window_time, SUM(n), MAX(hi)
    FROM TABLE(TUMBLE(TABLE tens, DESCRIPTOR(t), INTERVAL '20' SECOND)) GROUP BY window_start, window_end, window_time`,
  forties: `INSERT INTO forties SELECT window_start, SUM(n)
    FROM TABLE(TUMBLE(TABLE twenties, DESCRIPTOR(t), INTERVAL '40' SECOND)) GROUP BY window_start, window_end`,
  growing: `INSERT INTO growing SELECT k, window_start, window_end, COUNT(*)
    FROM TABLE(CUMULATE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND, INTERVAL '30' SECOND)) GROUP BY k, window_start, window_end`,
  visits_of_visits: `INSERT INTO visits_of_visits SELECT window_start, window_end, SUM(n)
    FROM TABLE(SESSION(TABLE visits, DESCRIPTOR(t), INTERVAL '5' SECOND)) GROUP BY window_start, window_end`,
  big_tens: `INSERT INTO big_tens SELECT k, window_start, SUM(v)
    FROM TABLE(TUMBLE(TABLE big, DESCRIPTOR(t), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end
    HAVING SUM(v) > ${ALARMING}`,
  numbers: `INSERT INTO numbers SELECT window_start, COUNT(*), SUM(CAST(x AS BIGINT))
    FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND)) GROUP BY window_start, window_end`,
  ranks: `INSERT INTO ranks SELECT k, window_start, SUM(info.w), MAX(info.w)
    FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end`,
  parsed: `INSERT INTO parsed SELECT k, CAST(x AS BIGINT), info.w, t FROM clicks WHERE v = 1`,
};

/** Queries that nobody reads: a deploy may add or remove one. */
export const LEAVES = [
  'hops',
  'growing',
  'forties',
  'visits_of_visits',
  'big_tens',
  'numbers',
  'ranks',
  'best',
  'pair_counts',
  'meet_counts',
] as const;
/** Queries that show rows of open windows, in schedules with early rows. */
const EARLY: readonly string[] = ['growing', 'numbers', 'best', 'hops'];
const EARLY_EACH = seconds(2);
export type Leaf = (typeof LEAVES)[number];

export type Variant = {
  /** Of the hopping query, in seconds. */
  readonly lateness: number;
  /** Whether rows of open windows are shown. */
  readonly early?: boolean;
  /** A query that is left out. */
  readonly without?: Leaf | undefined;
};

export const chaosPlan = ({ lateness, early = false, without }: Variant): Plan => {
  const files = [
    { path: 'tables.sql', text: TABLES.replace('$LATENESS', String(lateness)) + RELATION_TABLES },
    ...Object.entries({ ...QUERIES, ...RELATIONS })
      .filter(([name]) => name !== without)
      .map(([name, text]) => ({ path: `queries/${name}.sql`, text: `${text};` })),
  ];
  const { plan, errors } = compileSql(files, { types: ['click.v1'] });
  if (errors.length > 0) throw new Error(errors.map((e) => `${e.file}:${e.line}: ${e.message}`).join('\n'));
  if (!early) return plan;
  const queries = plan.queries.map((q) => (EARLY.includes(q.name) ? { ...q, early: EARLY_EACH } : q));
  return { ...plan, queries };
};

const plans = new Map<string, Plan>();
/** The same, compiled once. */
export const planFor = (variant: Variant): Plan => {
  const name = `${variant.lateness} ${variant.early} ${variant.without}`;
  const known = plans.get(name) ?? chaosPlan(variant);
  plans.set(name, known);
  return known;
};

export const click: EventType = {
  type: 'click.v1',
  check: (data) =>
    typeof (data as { v?: unknown }).v === 'number'
      ? null
      : { field: '/v', cause: 'must be a number', value: (data as { v?: unknown }).v },
  time: ['t'],
  id: null,
  key: ['k'],
};

/** Each click looks up a row of its own, by its id. */
export const LOOKUP: Enrichment = {
  kind: 'reference',
  name: 'info',
  on: ['click.v1'],
  table: 'info',
  key: ['i'],
  as: 'info',
  ttl: minutes(1),
};

export const sourcesFor = (deduplicate: boolean): readonly Source[] => [
  {
    name: 'clicks',
    adapter: 'http',
    types: ['click.v1'],
    deduplicate: deduplicate ? hours(24) : null,
    transport: 5_000,
    ticks: true,
    producer: 'any',
  },
];
