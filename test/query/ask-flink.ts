// npm run proof:queries [-- --write]: every accepted file of test/queries on Apache Flink. The rows of each must be those that stand in the
// file; with --write they are put there.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flinkStatements } from '../../local/proof/flink/flink-script.ts';
import { Missing } from '../../local/proof/flink/install.ts';
import { type FlinkJob, runFlink } from '../../local/proof/flink/run-flink.ts';
import { type QueryFile, queryFiles } from './example.ts';
import { endsOf, planOf } from './given.ts';

const write = process.argv.includes('--write');
const only = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const sorted = (lines: readonly string[]): string => [...lines].sort().join('\n');

/** The file with other rows behind its last line of input. */
const withRows = ({ text }: QueryFile, rows: readonly string[]): string => {
  const kept = text.split('\n').filter((line) => !line.startsWith('-- => '));
  const last = kept.findLastIndex((line) => /^-- \w+ \{.*\}$/.test(line));
  return [...kept.slice(0, last + 1), ...[...rows].sort().map((row) => `-- => ${row}`), ...kept.slice(last + 1)].join(
    '\n',
  );
};

const folder = mkdtempSync(join(tmpdir(), 'millrace-queries-'));
const jobOf = (file: QueryFile): FlinkJob => {
  const name = file.name.replace(/\.sql$/, '');
  const sources = new Map<string, string>();
  for (const [table, rows] of Map.groupBy(file.given, (x) => x.table)) {
    const path = join(folder, `${name}.${table}.ndjson`);
    writeFileSync(path, rows.map((r) => `${r.row}\n`).join(''));
    sources.set(table, path);
  }
  return { name: file.name, ...flinkStatements(name, file.text, { sources }) };
};

const accepted = queryFiles().filter(
  (f) => f.fails.length === 0 && (only.length === 0 || only.some((o) => f.name.includes(o))),
);
const asked = accepted.filter((f) => f.notByFlink === null);
const byName = new Map(asked.map((f) => [f.name, f]));
let wrong = 0;
try {
  await runFlink(
    asked.map(jobOf),
    (answer) => {
      const file = byName.get(answer.name) as QueryFile;
      if (answer.kind === 'failed') {
        wrong++;
        return say(`${file.name}: Flink fails: ${answer.reason.slice(0, 600)}`);
      }
      const rows = endsOf(planOf(file.text)).flatMap((table) => answer.rows.get(table) ?? []);
      if (sorted(rows) === sorted(file.expected)) return say(`${file.name}: ${rows.length} rows, equal`);
      if (write) {
        writeFileSync(file.path, withRows(file, rows));
        return say(`${file.name}: ${rows.length} rows written`);
      }
      wrong++;
      const [have, want] = [new Set(file.expected), new Set(rows)];
      say(`${file.name}: differs`);
      for (const row of rows) if (!have.has(row)) say(`  Flink has   ${row}`);
      for (const row of file.expected) if (!want.has(row)) say(`  the file has ${row}`);
    },
    say,
  );
  for (const f of accepted) if (f.notByFlink !== null) say(`${f.name}: not asked: ${f.notByFlink}`);
} catch (error) {
  if (!(error instanceof Missing)) throw error;
  say(error.message);
  wrong++;
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = wrong > 0 ? 1 : 0;
