// The same answers by DuckDB, in its own SQL, over the same lines.
import { DuckDBInstance } from '@duckdb/node-api';

const stamp = (column: string): string => `strftime(${column}, '%Y-%m-%d %H:%M:%S.%g')`;

/** Sessions: a row more than the gap after the one before it begins a new one; the end is the last row plus the gap. */
const sessions = (by: string, time: string, gap: string, from: string): string => `
  with ordered as (select *, lag(${time}) over (partition by ${by} order by ${time}) as before from ${from}),
  numbered as (
    select *, sum(case when before is null or ${time} > before + interval ${gap} then 1 else 0 end)
      over (partition by ${by} order by ${time} rows unbounded preceding) as session
    from ordered)`;

/** Each row in every window of \`size\` that holds it, windows starting each \`slide\`. */
const hops = (time: string, slide: string, count: number, from: string): string => `
  with hopped as (
    select *, time_bucket(interval ${slide}, ${time}) - i * interval ${slide} as s
    from ${from}, range(0, ${count}) as r(i))`;

const LOGS: Readonly<Record<string, string>> = {
  requests_per_hour: `
    select status, ${stamp('s')} as window_start, ${stamp("s + interval '1 hour'")} as window_end, count(*) as requests,
      count(distinct ip) as clients, sum(bytes)::bigint as total, max(bytes) as largest, (sum(bytes) // count(bytes))::bigint as mean
    from (select *, time_bucket(interval '1 hour', t) as s from events) group by status, s`,
  busy_paths: `${hops('t', "'20 minutes'", 3, "(select * from events where method = 'GET')")}
    select path, ${stamp('s')} as window_start, ${stamp("s + interval '1 hour'")} as window_end, count(*) as requests,
      count(distinct ip) as clients from hopped group by path, s having count(*) >= 3`,
  visits: `${sessions('ip', 't', "'10 minutes'", 'events')}
    select ip, ${stamp('min(t)')} as window_start, ${stamp("max(t) + interval '10 minutes'")} as window_end, count(*) as requests,
      count(*) filter (status >= 400) as errors, ${stamp('min(t)')} as first_at, ${stamp('max(t)')} as last_at
    from numbered group by ip, session`,
};

const FLIGHTS: Readonly<Record<string, string>> = {
  airport_days: `
    select origin, ${stamp('s')} as window_start, ${stamp("s + interval '1 day'")} as window_end, count(*) as flights,
      count(distinct destination) as destinations, trunc(sum(delay) / count(delay))::int as mean_delay, max(delay) as worst_delay,
      sum(distance)::bigint as miles
    from (select *, time_bucket(interval '1 day', t) as s from events) group by origin, s`,
  late_routes: `${hops('t', "'6 hours'", 4, '(select * from events where delay > 15)')}
    select origin, destination, ${stamp('s')} as window_start, ${stamp("s + interval '1 day'")} as window_end, count(*) as flights,
      sum(delay)::bigint as delay from hopped group by origin, destination, s`,
  rushes: `${sessions('origin', 't', "'45 minutes'", 'events')}
    select origin, ${stamp('min(t)')} as window_start, ${stamp("max(t) + interval '45 minutes'")} as window_end, count(*) as flights,
      max(distance) as furthest from numbered group by origin, session`,
};

const COLUMNS = {
  logs: "{requested_at: 'VARCHAR', ip: 'VARCHAR', method: 'VARCHAR', path: 'VARCHAR', status: 'INTEGER', bytes: 'BIGINT'}",
  flights: "{scheduled: 'VARCHAR', delay: 'INTEGER', distance: 'BIGINT', origin: 'VARCHAR', destination: 'VARCHAR'}",
} as const;

/** Rows of each table as JSON text, sorted. Lines that are not JSON are left out. */
export const expectedRows = async (
  kind: 'logs' | 'flights',
  file: string,
): Promise<Readonly<Record<string, readonly string[]>>> => {
  const instance = await DuckDBInstance.create(':memory:');
  const db = await instance.connect();
  const time = kind === 'logs' ? 'requested_at' : 'scheduled';
  await db.run(
    `create table events as select *, strptime(${time}, '%Y-%m-%dT%H:%M:%S.%gZ') as t from read_json('${file}', format = 'newline_delimited', ignore_errors = true, columns = ${COLUMNS[kind]}) where ${time} is not null`,
  );
  const out: Record<string, readonly string[]> = {};
  for (const [table, sql] of Object.entries(kind === 'logs' ? LOGS : FLIGHTS)) {
    const rows = (await db.runAndReadAll(sql)).getRowObjects();
    out[table] = rows.map((r) => JSON.stringify(r, (_, v: unknown) => (typeof v === 'bigint' ? Number(v) : v))).sort();
  }
  db.closeSync();
  return out;
};
