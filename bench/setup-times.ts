// What a newcomer waits for: `npm ci` on an empty cache, and `npm start` to the first row of a window that closed. The wall's clock is the
// goal here, so the load of the machine stands beside it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Bench, Goal } from './goal.ts';

const root = resolve(import.meta.dirname, '..');
/** A row of a window says where it ends. */
const OF_A_WINDOW = /^\d\d:\d\d:\d\d {2}.*window_end /m;
const PATIENCE = 120_000;

const since = (begun: number): number => (performance.now() - begun) / 1_000;
const loadNow = (): string => `load average ${(loadavg()[0] ?? 0).toFixed(1)}`;

/** Seconds of CPU that a group of processes has used so far. Linux counts in hundredths. */
const cpuOf = (group: number): number =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '').split(' ');
      } catch {
        return []; // it has ended meanwhile
      }
    })
    .filter((fields) => Number(fields[2]) === group)
    .reduce((sum, fields) => sum + (Number(fields[11]) + Number(fields[12])) / 100, 0);

/** Seconds from the call to the first such row, and of CPU until then. */
const firstWindow = async (folder: string): Promise<{ readonly wall: number; readonly cpu: number }> => {
  const begun = performance.now();
  const child = spawn('npm', ['start', '--silent', '--', '--port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const group = -(child.pid as number);
  const ended = new Promise<void>((end) => void child.once('exit', () => end()));
  try {
    return await new Promise((found, failed) => {
      let said = '';
      const patience = setTimeout(
        () => failed(new Error(`no row of a window within ${PATIENCE} ms:\n${said}`)),
        PATIENCE,
      );
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (!OF_A_WINDOW.test(said)) return;
        clearTimeout(patience);
        found({ wall: since(begun), cpu: cpuOf(-group) });
      });
      child.once('exit', () => failed(new Error(`npm start ended:\n${said}`)));
    });
  } finally {
    process.kill(group, 'SIGINT');
    await ended;
  }
};

export const setupTimesBench: Bench = async (tell) => {
  const work = mkdtempSync(join(tmpdir(), 'millrace-setup-'));
  try {
    const folder = join(work, 'millrace');
    tell('a fresh clone');
    execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${root}`, folder], { stdio: 'inherit' });
    const before = loadNow();
    tell('npm ci, nothing cached');
    const begun = performance.now();
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--cache', join(work, 'cache')], {
      cwd: folder,
      stdio: 'ignore',
    });
    const installed: Goal = {
      goal: 'local',
      what: 'npm ci, nothing cached',
      figure: since(begun),
      unit: 's',
      most: 90,
      note: before,
    };
    const goals = [installed];
    for (const what of [
      'npm start to the first closed window, first start',
      'npm start to the first closed window, second start',
    ]) {
      const note = loadNow();
      tell(what);
      const { wall, cpu } = await firstWindow(folder);
      goals.push({
        goal: 'local',
        what,
        figure: wall,
        unit: 's',
        most: 10,
        note: `${note}; ${cpu.toFixed(1)} s of CPU`,
      });
    }
    return { goals };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};
