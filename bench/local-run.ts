// The pipeline on this machine: events of one CPU second through `millrace run`, all functions and local services in one process, and where
// that second goes.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Bench, Profile } from './goal.ts';
import { partTimes } from './parts.ts';
import { selfTimes } from './profile.ts';

const EVENTS = Number(process.env.BENCH_EVENTS ?? 100_000);
const root = resolve(import.meta.dirname, '..');
const CLI = join(root, 'local/cli/millrace.mjs');

type Summary = { readonly stages: { readonly ingest: { readonly in: number } } };

/** ms of CPU of a child, and what it wrote: Linux counts a child's time when it is waited for. */
const cpuOf = (args: readonly string[]): number => {
  const script = `const c = require('node:child_process').spawnSync(process.execPath, ${JSON.stringify(args)}, { stdio: ['ignore', 'ignore', 'inherit'] });
    if (c.status !== 0) process.exit(1);
    process.stdout.write(String(require('node:fs').readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ').slice(13, 15).reduce((n, t) => n + Number(t) * 10, 0)));`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
};

export const localRunBench: Bench = async (tell) => {
  mkdirSync(join(root, '.millrace'), { recursive: true });
  const work = mkdtempSync(join(root, '.millrace/local-run-'));
  try {
    const file = join(work, 'shop.ndjson');
    const seed = ['--kind', 'shop', '--seed', '7', '--events', String(EVENTS)];
    const text = execFileSync(process.execPath, [CLI, 'generate', ...seed], { cwd: root, maxBuffer: 2 ** 30 });
    execFileSync('tee', [file], { input: text, stdio: ['pipe', 'ignore', 'inherit'] });
    const run = (out: string): readonly string[] => [CLI, 'run', '--input', file, '--out', join(work, out)];
    tell(`millrace run of ${EVENTS} events`);
    const ms = cpuOf(run('out'));
    const { stages } = JSON.parse(readFileSync(join(work, 'out/summary.json'), 'utf8')) as Summary;
    const taken = stages.ingest.in;
    if (taken !== EVENTS) throw new Error(`${taken} of ${EVENTS} events were taken`);
    tell('once more with the profiler');
    cpuOf(['--cpu-prof', '--cpu-prof-interval=500', `--cpu-prof-dir=${work}`, ...run('profiled')]);
    const found = readdirSync(work).find((name) => name.endsWith('.cpuprofile'));
    const profiles: Profile[] = [];
    if (found !== undefined) {
      const profile = JSON.parse(readFileSync(join(work, found), 'utf8'));
      profiles.push(
        { of: 'millrace run, by part', when: '', lines: partTimes(profile) },
        { of: 'millrace run', when: '', lines: selfTimes(profile) },
      );
    }
    return {
      goals: [
        {
          goal: 'local',
          what: `millrace run, ${EVENTS.toLocaleString('en-US')} events of the shop, start and end included`,
          figure: (EVENTS * 1_000) / ms,
          unit: 'events of one CPU second',
          least: 20_000,
        },
      ],
      profiles,
    };
  } finally {
    rmSync(work, { recursive: true });
  }
};
