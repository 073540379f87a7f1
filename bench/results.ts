// Keeps what a bench answered, with machine, load, date, commit and versions.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Outcome } from './goal.ts';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(import.meta.dirname, 'results');

/** Load averages of one minute, before and after: other work on the machine. */
export type Result = Outcome & {
  readonly bench: string;
  readonly date: string;
  readonly commit: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly gib: number;
    readonly load: readonly [number, number];
  };
  readonly versions: Readonly<Record<string, string>>;
};

const PACKAGES = [
  '@aws-lambda-powertools/batch',
  '@aws-lambda-powertools/logger',
  '@aws-sdk/client-dynamodb',
  '@aws-sdk/client-kinesis',
  '@duckdb/node-api',
  '@middy/core',
  'ajv',
  'aws-kinesis-agg',
  'dynalite',
  'esbuild',
  'zod',
];

const versions = (): Record<string, string> => ({
  node: process.versions.node,
  ...Object.fromEntries(
    PACKAGES.map((name) => [
      name,
      (JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as { version: string })
        .version,
    ]),
  ),
});

const git = (...args: readonly string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();

/** The commit, with `+` when the code that is measured is not what was committed. */
const commit = (): string =>
  git('rev-parse', '--short=12', 'HEAD') +
  (git('status', '--porcelain', '--', 'shared', 'functions', 'bench', ':!bench/results') === '' ? '' : '+');

export const keep = (bench: string, outcome: Outcome, loadBefore: number): Result => {
  const result: Result = {
    bench,
    date: new Date().toISOString(),
    commit: commit(),
    machine: {
      cpu: cpus()[0]?.model ?? '',
      cores: cpus().length,
      gib: Math.round(totalmem() / 2 ** 30),
      load: [Number(loadBefore.toFixed(1)), Number((loadavg()[0] ?? 0).toFixed(1))],
    },
    ...outcome,
    versions: { ...versions(), ...outcome.versions },
  };
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `${bench}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  execFileSync(join(ROOT, 'node_modules/.bin/biome'), ['format', '--write', file], { stdio: 'ignore' });
  return result;
};

export const kept = (): readonly Result[] =>
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Result);
