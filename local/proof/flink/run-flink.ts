// Jobs for Flink, all in one JVM: its start takes 10 s.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { COPY } from './flink-script.ts';
import { installFlink } from './install.ts';

/** `results`: the tables whose rows are wanted, of the connector `millrace-result`. `name`: letters, digits, - and _. */
export type FlinkJob = {
  readonly name: string;
  readonly statements: readonly string[];
  readonly results: readonly string[];
};
export type FlinkAnswer =
  | {
      readonly kind: 'ran';
      readonly name: string;
      readonly rows: ReadonlyMap<string, readonly string[]>;
      /** Of all threads of the JVM, its compiler and its collector. */
      readonly cpuMs: number;
      readonly wallMs: number;
    }
  | { readonly kind: 'failed'; readonly name: string; readonly reason: string };

/** Flink's serializers look into these. */
const OPENS = ['lang', 'util', 'net', 'time', 'nio', 'util.concurrent'].map(
  (p) => `--add-opens=java.base/java.${p}=ALL-UNNAMED`,
);
const JVM = ['-XX:TieredStopAtLevel=1', '-Xmx2g', '-XX:+UseSerialGC', '-Djava.awt.headless=true', ...OPENS];

const linesOf = (path: string): readonly string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((l) => l !== '');

/**
 * @param answered told of each job as soon as it is done
 * @param more     further entries of the class path
 * @throws Missing when this machine cannot run Flink; Error when the JVM ends before its jobs
 */
export const runFlink = async (
  jobs: readonly FlinkJob[],
  answered: (answer: FlinkAnswer) => void,
  tell: (line: string) => void,
  more: readonly string[] = [],
): Promise<void> => {
  const classpath = [await installFlink(tell), ...more].join(delimiter);
  const folder = mkdtempSync(join(tmpdir(), 'millrace-flink-'));
  // Jobs run in the order of their names.
  const digits = String(jobs.length).length;
  const fileOf = (i: number): string => `j${String(i).padStart(digits, '0')}`;
  jobs.forEach((job, i) => void writeFileSync(join(folder, `${fileOf(i)}.job`), job.statements.join('\n----\n')));
  const jvm = spawn('java', [...JVM, '-cp', classpath, 'millrace.Runner', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  jvm.stderr.on('data', (text) => {
    complaint = (complaint + text).slice(-4_000);
  });
  const ended = new Promise<number | null>((resolve) => jvm.on('close', resolve));
  let done = 0;
  try {
    for await (const line of createInterface({ input: jvm.stdout })) {
      const [, file = '', verdict, rest = ''] = /^(\S+) (ok|failed) (.*)$/.exec(line) ?? [];
      const job = jobs[Number(file.slice(1))];
      if (verdict === undefined || job === undefined) continue;
      done++;
      const { name } = job;
      if (verdict === 'failed') answered({ kind: 'failed', name, reason: rest });
      else {
        const [cpuMs = 0, wallMs = 0] = rest.split(' ').map(Number);
        const rows = new Map(
          job.results.map((t) => [t.replace(COPY, ''), linesOf(join(folder, `${file}.${t}.ndjson`))]),
        );
        answered({ kind: 'ran', name, rows, cpuMs, wallMs });
      }
    }
    const code = await ended;
    if (done < jobs.length)
      throw new Error(`Flink ended with ${code} after ${done} of ${jobs.length} jobs\n${complaint}`);
  } finally {
    if (jvm.exitCode === null) jvm.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
};
