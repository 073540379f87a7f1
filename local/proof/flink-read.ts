// npm run proof:flink-read: Apache Flink reads the lake's Parquet that the real functions wrote under faults, as it lies before a compaction and
// by generations after it, and finds the counts and sums of DuckDB and of the input. Then topics and `refined` (flink-topic.ts).
//   flink-read.ts [--seed N] [--events N]
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { FLINK, installJars } from './flink/install-jars.ts';
import { type FlinkAnswer, type FlinkJob, runFlink } from './flink/run-flink.ts';
import { readByFlink } from './flink-topic.ts';

const HERE = import.meta.dirname;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** A folder that holds `dt=…/hour=…` of one table, as the lake and each generation do. */
type Part = { readonly name: string; readonly root: string; readonly files: readonly string[] };

const partsIn = (dir: string): readonly Part[] => {
  const files = globSync(join(dir, '**/*.parquet')).sort();
  const roots = Map.groupBy(files, (f) => dirname(dirname(dirname(f))));
  return [...roots].map(([root, all], i) => ({ name: `part${i}`, root, files: all }));
};

const COLUMNS = 'order_id STRING, store STRING, quantity INT, total DECIMAL(12, 2), ordered_at TIMESTAMP(3)';
/** In each engine's words; only a row that lies in another hour's folder makes `odd` more than 0. */
const SUMS = (odd: string): string =>
  `SELECT store, count(*) AS n, sum(quantity) AS pieces, sum(total) AS total, count(DISTINCT order_id) AS ids, count(CASE WHEN ${odd} THEN 1 END) AS odd, min(ordered_at) AS first_at, max(ordered_at) AS last_at`;

const flinkJob = (name: string, parts: readonly Part[]): FlinkJob => {
  const tables = parts.map(
    (p) => `CREATE TABLE ${p.name} (${COLUMNS}, dt STRING, \`hour\` STRING) PARTITIONED BY (dt, \`hour\`)
WITH ('connector' = 'filesystem', 'path' = '${pathToFileURL(p.root)}', 'format' = 'parquet', 'parquet.utc-timezone' = 'true')`,
  );
  const result = `CREATE TABLE sums (store STRING, n BIGINT, pieces BIGINT, total DECIMAL(38, 2), ids BIGINT, odd BIGINT, first_at TIMESTAMP(3), last_at TIMESTAMP(3), PRIMARY KEY (store) NOT ENFORCED)
WITH ('connector' = 'millrace-result', 'name' = '${name}.sums')`;
  const all = parts.map((p) => `SELECT * FROM ${p.name}`).join(' UNION ALL ');
  const odd = "DATE_FORMAT(ordered_at, 'yyyy-MM-dd HH') <> dt || ' ' || `hour`";
  const insert = `INSERT INTO sums SELECT store, n, CAST(pieces AS BIGINT), total, ids, odd, first_at, last_at FROM (${SUMS(odd)} FROM (${all}) GROUP BY store)`;
  return { name, statements: [...tables, result, insert], results: ['sums'] };
};

type Sums = { readonly [column: string]: string | number };
const instant = (text: unknown): string =>
  new Date(`${String(text).replace(' ', 'T').replace('Z', '')}Z`).toISOString();
const line = (r: Sums): string =>
  [r.store, r.n, r.pieces, Number(r.total).toFixed(2), r.ids, r.odd, instant(r.first_at), instant(r.last_at)].join(' ');

const duckSums = async (parts: readonly Part[]): Promise<readonly string[]> => {
  const db = await (await DuckDBInstance.create(':memory:')).connect();
  const files = parts.flatMap((p) => p.files.map((f) => `'${f}'`)).join(', ');
  // DuckDB reads numbers out of folders' names.
  const odd = "strftime(ordered_at, '%Y-%m-%d %H') <> dt || ' ' || printf('%02d', CAST(\"hour\" AS INT))";
  const from = `read_parquet([${files}], hive_partitioning = true, union_by_name = true)`;
  const rows = await db.runAndReadAll(
    `SELECT store, n, pieces, CAST(total AS VARCHAR) AS total, ids, odd, CAST(first_at AS VARCHAR) AS first_at, CAST(last_at AS VARCHAR) AS last_at FROM (${SUMS(odd)} FROM ${from} GROUP BY store)`,
  );
  return (rows.getRowObjectsJson() as readonly Sums[]).map(line).sort();
};

const dir = mkdtempSync(join(tmpdir(), 'millrace-flink-read-'));
let wrong = 0;
try {
  execFileSync(process.execPath, [join(HERE, 'lake/play-lake.ts'), dir, ...process.argv.slice(2)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const want = JSON.parse(readFileSync(join(dir, 'expected.json'), 'utf8')) as {
    rows: number;
    cents: number;
    ids: number;
  };
  const times = new Map(['before', 'after'].map((when) => [when, partsIn(join(dir, when))]));
  const jobs = [...times].map(([when, parts]) => flinkJob(when, parts));
  const answers: FlinkAnswer[] = [];
  await runFlink(jobs, (a) => void answers.push(a), say, [installJars('parquet')]);
  for (const answer of answers) {
    if (answer.kind === 'failed') throw new Error(`Flink, ${answer.name}: ${answer.reason}`);
    const parts = times.get(answer.name) ?? [];
    const rows = (answer.rows.get('sums') ?? []).map((text) => JSON.parse(text) as Sums);
    const ours = rows.map(line).sort();
    const theirs = await duckSums(parts);
    const sum = (column: string): number => rows.reduce((all, r) => all + Math.round(Number(r[column]) * 100), 0) / 100;
    const same = ours.length > 1 && ours.join('\n') === theirs.join('\n');
    const asInput = sum('n') === want.rows && sum('ids') === want.ids && Math.round(sum('total') * 100) === want.cents;
    if (!same || !asInput || sum('odd') !== 0) {
      wrong++;
      say([`${answer.name}: wanted ${JSON.stringify(want)}`, 'Flink', ...ours, 'DuckDB', ...theirs].join('\n'));
    }
    const files = parts.reduce((n, p) => n + p.files.length, 0);
    say(
      `flink ${FLINK}  ${answer.name.padEnd(6)} ${String(files).padStart(3)} files: ${sum('n')} rows, sum ${sum('total').toFixed(2)}, ${sum('ids')} ids, ${sum('odd')} in another hour's folder, ${rows.length} stores: ${same && asInput ? 'as DuckDB, as the input' : 'NOT the same'}`,
    );
  }
  wrong += await readByFlink(dir, say);
} finally {
  rmSync(dir, { recursive: true });
}
process.exitCode = wrong === 0 ? 0 : 1;
