// The whole pipeline on the local services under seeded faults: the same rows as without them, for each seed.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generate } from '../../local/generate/generate.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'millrace-faults-'));
const input = join(dir, 'shop.ndjson');
const EVENTS = 2_000;

const rowsOf = async (name: string, ...more: string[]): Promise<Record<string, string[]>> => {
  const out = join(dir, name);
  await run(process.execPath, [join(root, 'local/cli/millrace.mjs'), 'run', '--input', input, '--out', out, ...more], {
    cwd: root,
    maxBuffer: 1 << 26,
  });
  const files = readdirSync(out).filter((f) => f.endsWith('.ndjson'));
  return Object.fromEntries(
    files.map((f) => [
      f,
      readFileSync(join(out, f), 'utf8')
        .split('\n')
        .filter((l) => l !== '')
        .sort(),
    ]),
  );
};

/** Rejected lines name a position, which a reshard before the load would change; the load comes before the faults. */
let calm: Record<string, string[]> = {};

beforeAll(async () => {
  writeFileSync(
    input,
    [...generate({ kind: 'shop', seed: 7, events: EVENTS, malformed: 0.01, duplicates: 0.01 })]
      .map((l) => `${l}\n`)
      .join(''),
  );
  calm = await rowsOf('calm');
  expect(calm['rejected.ndjson']?.length).toBeGreaterThan(5);
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true }));

test.each(Array.from({ length: 20 }, (_, i) => i + 1))(
  'faults of seed %i change no row',
  async (seed) => {
    expect(await rowsOf(`faults-${seed}`, '--faults', String(seed))).toEqual(calm);
  },
  300_000,
);
