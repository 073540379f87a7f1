// The whole pipeline on the local services under the schedule of `npm run chaos`: the same rows as without faults, for each seed.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FAULT_NAMES, type FaultName, NO_FAULTS } from '../../local/chaos/faults.ts';
import { generate } from '../../local/generate/generate.ts';
import { NOT_HERE } from '../../local/run/faults/rates.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'millrace-faults-'));
const input = join(dir, 'shop.ndjson');
const EVENTS = 2_000;
const SEEDS = Number(process.env.FAULT_SEEDS ?? 24);
const SHARDS = ['1', '2', '4'] as const;
const struck: Record<FaultName, number> = { ...NO_FAULTS };

type Ran = { readonly rows: Record<string, string[]>; readonly struck: Record<FaultName, number> | null };
const rowsOf = async (name: string, ...more: string[]): Promise<Ran> => {
  const out = join(dir, name);
  await run(process.execPath, [join(root, 'local/cli/millrace.mjs'), 'run', '--input', input, '--out', out, ...more], {
    cwd: root,
    maxBuffer: 1 << 26,
  });
  const files = readdirSync(out).filter((f) => f.endsWith('.ndjson'));
  const summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8')) as Pick<Ran, 'struck'>;
  const linesOf = (f: string): string[] =>
    readFileSync(join(out, f), 'utf8')
      .split('\n')
      .filter((l) => l !== '')
      .sort();
  const rows = Object.fromEntries(files.map((f) => [f, linesOf(f)]));
  rmSync(out, { recursive: true });
  return { rows, struck: summary.struck };
};

/** By shards: rejected lines name a position, which other shards change; the load comes before the faults. */
const calm = new Map<string, Record<string, string[]>>();

beforeAll(async () => {
  writeFileSync(
    input,
    [...generate({ kind: 'shop', seed: 7, events: EVENTS, malformed: 0.01, duplicates: 0.01 })]
      .map((l) => `${l}\n`)
      .join(''),
  );
  for (const shards of SHARDS) calm.set(shards, (await rowsOf(`calm-${shards}`, '--shards', shards)).rows);
  expect(calm.get('1')?.['rejected.ndjson']?.length).toBeGreaterThan(5);
}, 120_000);
afterAll(() => {
  rmSync(dir, { recursive: true });
  process.stdout.write(`struck: ${FAULT_NAMES.map((name) => `${name} ${struck[name]}`).join(', ')}\n`);
});

test.each(Array.from({ length: SEEDS }, (_, i) => i + 1))(
  'faults of seed %i change no row',
  async (seed) => {
    const shards = SHARDS[seed % SHARDS.length] as string;
    const ran = await rowsOf(`faults-${seed}`, '--shards', shards, '--faults', String(seed));
    for (const name of FAULT_NAMES) struck[name] += ran.struck?.[name] ?? 0;
    expect(ran.rows).toEqual(calm.get(shards));
  },
  300_000,
);

test('every fault that can happen in a run struck', () => {
  expect(FAULT_NAMES.filter((name) => NOT_HERE[name] === undefined && struck[name] === 0)).toEqual([]);
});
