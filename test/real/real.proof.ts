// Real files through the whole pipeline: the rows must be DuckDB's, row for row, on one shard and on four.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectedRows } from './expected.ts';
import { flightEvents, logEvents } from './to-events.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const data = process.env.MILLRACE_DATA ?? join(root, '../shared/data');

const KINDS = {
  logs: { file: 'apache_logs.log.gz', events: logEvents, table: 'requests', lines: 10_000, rejected: 1 },
  flights: { file: 'flights-20k.json.gz', events: flightEvents, table: 'flights', lines: 20_000, rejected: 0 },
} as const;

type Doors = Record<'in' | 'passed' | 'filtered' | 'rejected' | 'late' | 'duplicate', number>;
type Summary = { stages: Record<string, Doors>; queries: Record<string, Doors> };

const lines = (file: string): string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((l) => l !== '');

describe.each(Object.keys(KINDS) as (keyof typeof KINDS)[])('%s', (kind) => {
  const { file, events, table, rejected, lines: count } = KINDS[kind];
  const source = join(data, file);
  const absent = !existsSync(source);
  if (absent) console.warn(`${source} is absent: the real ${kind} are not tried; MILLRACE_DATA names the folder`);
  let dir = '';
  let input = '';
  let expected: Awaited<ReturnType<typeof expectedRows>> = {};

  beforeAll(async () => {
    if (absent) return;
    dir = mkdtempSync(join(tmpdir(), 'millrace-real-'));
    input = join(dir, 'events.ndjson');
    writeFileSync(input, `${events(readFileSync(source)).join('\n')}\n`);
    expected = await expectedRows(kind, input);
  });
  afterAll(() => dir !== '' && rmSync(dir, { recursive: true }));

  test.skipIf(absent).each([1, 4])(
    'on %i shards: the rows of an independent computation, exactly',
    async (shards) => {
      const out = join(dir, `out-${shards}`);
      const pipeline = join(import.meta.dirname, kind);
      const bin = join(root, 'local/cli/millrace.mjs');
      await run(
        process.execPath,
        [bin, 'run', '--pipeline', pipeline, '--input', `${table}=${input}`, '--out', out, '--shards', String(shards)],
        { cwd: root, maxBuffer: 1 << 26 },
      );
      for (const [name, rows] of Object.entries(expected)) {
        expect(rows.length).toBeGreaterThan(100);
        expect(lines(join(out, `${name}.ndjson`)).sort(), name).toEqual(rows);
      }
      expect(lines(join(out, 'late.ndjson'))).toEqual([]);
      expect(lines(join(out, 'rejected.ndjson')).length).toBe(rejected);
      const summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8')) as Summary;
      expect(summary.stages.validate?.in).toBe(count);
      for (const [name, d] of [...Object.entries(summary.stages), ...Object.entries(summary.queries)])
        expect(d.passed + d.filtered + d.rejected + d.late + d.duplicate, name).toBe(d.in);
    },
    120_000,
  );
});
