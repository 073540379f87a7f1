// `npm run chaos`: many seeded schedules of everything that may go wrong, each judged. Exit 0: all exact; 1: one was not; 2: a bad call.
import { Worker } from 'node:worker_threads';
import { progress } from '../cli/progress.ts';
import { type Call, CallError, commandFor, parseCall, USAGE } from './call.ts';
import { FAULT_NAMES, type FaultName, NO_FAULTS } from './faults.ts';
import { NO_TOTALS, type Played, playOne, type Totals } from './play-one.ts';
import { shrink } from './shrink.ts';
import type { Work } from './worker.ts';

type Sum = {
  played: number;
  void: number;
  readonly wrong: Played[];
  readonly struck: Record<FaultName, number>;
  readonly totals: Record<keyof Totals, number>;
};

const add = (sum: Sum, p: Played): void => {
  sum.played++;
  if (p.void !== null) sum.void++;
  if (p.wrong.length > 0) sum.wrong.push(p);
  for (const name of FAULT_NAMES) sum.struck[name] += p.struck[name];
  for (const key of Object.keys(sum.totals) as (keyof Totals)[]) sum.totals[key] += p.totals[key];
};

const perMinute = (n: number, ms: number): number => Math.round((n * 60_000) / Math.max(1, ms));

const playAll = async (call: Call): Promise<{ sum: Sum; ms: number }> => {
  const began = Date.now();
  const sum: Sum = { played: 0, void: 0, wrong: [], struck: { ...NO_FAULTS }, totals: { ...NO_TOTALS } };
  const line = progress(process.stderr);
  const all = call.to - call.from + 1;
  const next = new Int32Array(new SharedArrayBuffer(4));
  Atomics.store(next, 0, call.from);
  const work: Work = { next, to: call.to, faults: call.faults, limits: call.limits };
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: work });
      worker.on('message', (played: Played) => {
        add(sum, played);
        if (played.wrong.length > 0) line.line(`seed ${played.seed}: ${played.wrong[0]}`);
        const rate = perMinute(sum.played, Date.now() - began);
        line.update(`${sum.played} of ${all} schedules, ${sum.wrong.length} wrong, ${rate} a minute`);
      });
      worker.on('error', reject);
      worker.on('exit', () => resolve());
    });
  await Promise.all(Array.from({ length: Math.min(call.jobs, all) }, one));
  line.end();
  return { sum, ms: Date.now() - began };
};

const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ');

const report = async (call: Call, { sum, ms }: { sum: Sum; ms: number }): Promise<void> => {
  sum.wrong.sort((a, b) => a.seed - b.seed);
  const [first] = sum.wrong;
  const small = first && (await shrink(first, call.faults, call.limits));
  const replay = small && commandFor(small.played.seed, small.faults, small.limits);
  if (call.json) {
    const { played, void: unjudged, struck, totals } = sum;
    const wrong = sum.wrong.map((p) => ({ seed: p.seed, wrong: p.wrong }));
    const shrunk = small && { seed: small.played.seed, wrong: small.played.wrong, replay };
    const rate = perMinute(played, ms);
    const answer = {
      schedules: played,
      perMinute: rate,
      wrong,
      void: unjudged,
      struck,
      totals,
      shrunk: shrunk ?? null,
    };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  const out = [
    `${sum.wrong.length}/${sum.played} wrong, ${sum.void} not judged (stalled beyond retention), ${perMinute(sum.played, ms)} schedules a minute, ${(ms / 1_000).toFixed(1)} s`,
    `faults: ${listed(sum.struck)}`,
    `played: ${listed(sum.totals)}`,
    ...sum.wrong.slice(0, 5).map((p) => `seed ${p.seed}: ${p.wrong.slice(0, 3).join('; ')}`),
    ...(small
      ? [`smallest: seed ${small.played.seed}: ${small.played.wrong.slice(0, 3).join('; ')}`, `replay: ${replay}`]
      : []),
  ];
  process.stdout.write(`${out.join('\n')}\n`);
};

const replayOne = async (call: Call): Promise<number> => {
  const played = await playOne(call.from, call.faults, call.limits);
  const verdict = played.void ?? (played.wrong.length === 0 ? 'exact' : played.wrong.join('\n'));
  process.stdout.write(`${[...played.trace, verdict].join('\n')}\n`);
  return played.wrong.length === 0 ? 0 : 1;
};

const SERVICES = `The same schedule with real clients and handlers on the local services: millrace run --input FILE… --out DIR --faults SEED
It plays the pipeline of pipeline/, checks its books, and says which faults struck; its rows are those of a run without.`;

const main = async (): Promise<number> => {
  const call = parseCall(process.argv.slice(2));
  if (call.services) {
    process.stdout.write(`${SERVICES}\n`);
    return 0;
  }
  if (call.trace) return replayOne(call);
  const done = await playAll(call);
  await report(call, done);
  return done.sum.wrong.length === 0 ? 0 : 1;
};

process.exitCode = await main().catch((error: unknown) => {
  if (!(error instanceof CallError)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}\n`);
  return 2;
});
