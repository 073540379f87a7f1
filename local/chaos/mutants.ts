// Takes one protection away at a time and plays: every mutant must come out wrong, and the real code right on the same schedules.
//   node local/chaos/mutants.ts [--only NAME,NAME] [--seeds 300] [--jobs 2] [--random] [--write]
// --random plays seeds also where a directed schedule is named; --write writes docs/mutants.md. Exit 1 on a miss, 2 for a wrong call.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { mutants } from './mutants/all.ts';
import type { Mutant } from './mutants/mutant.ts';
import { patched, sourceUrl } from './mutants/patch.ts';
import { type Outcome, play } from './mutants/play.ts';
import { SMALL_LIMITS } from './mutants/small-limits.ts';
import { type Result, tableOf } from './mutants/table.ts';

const { values: call } = parseArgs({
  options: {
    only: { type: 'string' },
    seeds: { type: 'string', default: '300' },
    jobs: { type: 'string', default: '2' },
    random: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

const SEED = /^seed (\d+)$/;
const seeds = Array.from({ length: Number(call.seeds) }, (_, i) => i + 1);
const only = call.only?.split(',');
const chosen = mutants.filter((m) => only === undefined || only.includes(m.name));
const unknown = (only ?? []).filter((name) => !mutants.some((m) => m.name === name));
const twice = mutants.filter((m, i) => mutants.findIndex((o) => o.name === m.name) < i).map((m) => m.name);

const limitsOf = (m: Mutant) => (m.small ? SMALL_LIMITS : []);

/** What an edit does not fit any more; edits of one file are made one after the other. */
const misfitOf = (m: Mutant): string | undefined => {
  const texts = new Map<string, string>();
  try {
    for (const e of [...limitsOf(m), ...m.edits])
      texts.set(e.file, patched(texts.get(e.file) ?? readFileSync(sourceUrl(e.file), 'utf8'), e));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const wrongCall = [
  ...unknown.map((name) => `there is no mutant ${name}`),
  ...twice.map((name) => `two mutants are called ${name}`),
];
if (wrongCall.length > 0) {
  process.stderr.write(`${wrongCall.join('\n')}\n`);
  process.exit(2);
}

/** The real code must be right on every schedule that catches a mutant, with the same limits; else the schedule proves nothing. */
const controls = new Map<string, Promise<Outcome>>();
const control = (name: string, small: boolean): Promise<Outcome> => {
  const key = `${name}${small ? ', small limits' : ''}`;
  const known = controls.get(key);
  if (known !== undefined) return known;
  const edits = small ? SMALL_LIMITS : [];
  const seed = SEED.exec(name)?.[1];
  const asked = play({
    edits,
    directed: seed === undefined ? [name] : [],
    seeds: seed === undefined ? [] : [Number(seed)],
  });
  controls.set(key, asked);
  return asked;
};

const playMutant = async (m: Mutant): Promise<Outcome> => {
  const why = misfitOf(m);
  if (why !== undefined) return { kind: 'unplayable', why };
  const edits = [...limitsOf(m), ...m.edits];
  const byHand = m.directed !== undefined && !call.random;
  let left = byHand ? [] : seeds;
  for (let played = 0; ; ) {
    const outcome = await play({ edits, directed: byHand && m.directed ? [m.directed] : [], seeds: left });
    if (outcome.kind === 'unplayable') return outcome;
    played += outcome.played;
    if (outcome.kind === 'right') return { ...outcome, played };
    if ((await control(outcome.name, m.small === true)).kind === 'right') return { ...outcome, played };
    const seed = SEED.exec(outcome.name)?.[1];
    left = left.slice(left.indexOf(Number(seed)) + 1);
    if (seed === undefined || left.length === 0) return { kind: 'right', played, outOfTime: false };
  }
};

const shown = ({ mutant, outcome }: Result): string => {
  const { name, protects } = mutant;
  switch (outcome.kind) {
    case 'wrong':
      return `CAUGHT ${name} by ${outcome.name}: ${outcome.first.split('\n', 1)[0]?.slice(0, 140)}`;
    case 'right':
      return `MISSED ${name} (${protects}): right in ${outcome.played} schedules${outcome.outOfTime ? ', then out of time' : ''}`;
    case 'unplayable':
      return `UNPLAYABLE ${name}: ${outcome.why}`;
    default:
      return outcome satisfies never;
  }
};

const eachOf = async <T, R>(items: readonly T[], jobs: number, run: (item: T) => Promise<R>): Promise<R[]> => {
  const out: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) out[at] = await run(items[at] as T);
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return out;
};

const jobs = Number(call.jobs);
const results = await eachOf(chosen, jobs, async (mutant): Promise<Result> => {
  const result = { mutant, outcome: await playMutant(mutant) };
  process.stdout.write(`${shown(result)}\n`);
  return result;
});

const wrongControls: string[] = [];
for (const [name, asked] of controls) {
  const outcome = await asked;
  if (outcome.kind === 'wrong') wrongControls.push(`the real code is wrong on ${name}: ${outcome.first}`);
  if (outcome.kind === 'unplayable') wrongControls.push(`${name}: ${outcome.why}`);
}
for (const line of wrongControls) process.stdout.write(`WRONG ${line}\n`);

const caught = results.filter((r) => r.outcome.kind === 'wrong').length;
process.stdout.write(`${caught} caught, ${results.length - caught} missed\n`);
if (call.write) writeFileSync(sourceUrl('docs/mutants.md'), tableOf(results));
process.exitCode = caught < results.length || wrongControls.length > 0 ? 1 : 0;
