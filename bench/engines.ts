// Goal 6: one file of a million events, the same rows, by our own parts, by DuckDB and by Flink with checkpoints: the third run of each
// against the third run of the others. CPU seconds of the whole process.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { clickOf } from './click.ts';
import { engine, rowText } from './engine.ts';
import { FLINK, flinkWindows } from './flink-windows.ts';
import { type Bench, type Goal, timesLess } from './goal.ts';
import { clickPlan } from './handler-path.ts';
import { clickTypes } from './validate-peer.ts';

const EVENTS = Number(process.env.BENCH_EVENTS ?? 1_000_000);
const RUNS = 3;

const writeEvents = async (file: string): Promise<void> => {
  const to = await open(file, 'w');
  for (let i = 0; i < EVENTS; i += 10_000)
    await to.write(
      Array.from({ length: Math.min(10_000, EVENTS - i) }, (_, k) => `${JSON.stringify(clickOf(i + k))}\n`).join(''),
    );
  await to.close();
};

const duck = async (file: string): Promise<readonly string[]> => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run("SET timezone = 'UTC'");
  await connection.run(
    `CREATE TABLE sums AS SELECT data.campaign AS campaign, time_bucket(INTERVAL '10' SECOND, time) AS s, count(*) AS n, sum(data.price) AS total
     FROM read_json('${file}', format = 'newline_delimited', columns = {time: 'TIMESTAMP', data: 'STRUCT(campaign VARCHAR, price DOUBLE)'}) GROUP BY ALL`,
  );
  const { getRows } = await connection
    .runAndReadAll('SELECT campaign, epoch_ms(s)::DOUBLE, n::INT, total FROM sums')
    .then((r) => ({
      getRows: () => r.getRows() as unknown as readonly (readonly [string, number, number, number])[],
    }));
  const rows = getRows().map(([campaign, start, n, total]) => rowText(campaign, start, n, total));
  connection.closeSync();
  instance.closeSync();
  return rows;
};

const timed = async (run: () => Promise<readonly string[]>): Promise<{ micros: number; rows: readonly string[] }> => {
  globalThis.gc?.();
  const before = process.cpuUsage();
  const rows = await run();
  const { user, system } = process.cpuUsage(before);
  return { micros: (user + system) / EVENTS, rows };
};

const sameRows = (name: string, ours: readonly string[], theirs: readonly string[]): void => {
  const [a, b] = [ours.toSorted(), theirs.toSorted()];
  const at = a.findIndex((row, i) => row !== b[i]);
  if (a.length !== b.length || at >= 0)
    throw new Error(
      `${name} has ${b.length} rows, ours are ${a.length}; the first that differs: ${a[at]} and ${b[at]}`,
    );
};

export const enginesBench: Bench = async (tell) => {
  const root = join(import.meta.dirname, '../.millrace');
  mkdirSync(root, { recursive: true });
  const work = mkdtempSync(join(root, 'engines-'));
  try {
    const file = join(work, 'clicks.ndjson');
    tell(`writing ${EVENTS} events`);
    await writeEvents(file);
    const types = await clickTypes();
    const plan = clickPlan();
    const micros: Record<'ours' | 'duck', number[]> = { ours: [], duck: [] };
    let rows: readonly string[] = [];
    for (let run = 1; run <= RUNS; run++) {
      const ours = await timed(() => engine(types, plan, file));
      const theirs = await timed(() => duck(file));
      micros.ours.push(ours.micros);
      micros.duck.push(theirs.micros);
      sameRows('DuckDB', ours.rows, theirs.rows);
      rows = ours.rows;
      tell(`run ${run}: ${ours.micros.toFixed(2)} µs/event; DuckDB ${theirs.micros.toFixed(2)}`);
    }
    const flink = flinkWindows(file, work, tell);
    const theirs = flink.rows.map((row) => {
      const [campaign = '', start, n, total] = row.split('|');
      return rowText(campaign, Number(start), Number(n), Number(total));
    });
    sameRows('Flink', rows, theirs);
    const flinkMicros = flink.runs.map((r) => (r.cpuMs * 1_000) / EVENTS);
    const [ours = Number.NaN, duckdb = Number.NaN, apache = Number.NaN] = [micros.ours, micros.duck, flinkMicros].map(
      (all) => all[RUNS - 1],
    );
    const what = `a file of ${EVENTS.toLocaleString('en-US')} events to ${rows.length.toLocaleString('en-US')} rows in a table, run ${RUNS}`;
    const of = (all: readonly number[]): string => all.map((n) => n.toFixed(2)).join(', ');
    const goals: Goal[] = [
      {
        ...timesLess(
          '6',
          what,
          ours,
          { name: `Flink ${FLINK} DataStream with checkpoints`, figure: apache, unit: 'µs/event' },
          3,
        ),
        note: `runs: ours ${of(micros.ours)}; Flink ${of(flinkMicros)}`,
      },
      {
        goal: '6',
        what,
        figure: ours / duckdb,
        unit: 'times the CPU of DuckDB',
        most: 2,
        ours,
        peer: { name: 'DuckDB, 1 thread', figure: duckdb, unit: 'µs/event' },
        note: `runs: DuckDB ${of(micros.duck)}`,
      },
      { goal: '6', what: 'events of one CPU second', figure: 1e6 / ours, unit: 'events' },
    ];
    return { goals, versions: { 'apache-flink': FLINK } };
  } finally {
    rmSync(work, { recursive: true });
  }
};
