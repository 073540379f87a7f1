// PROOF=fuzz: a million cases over all decoders, or FUZZ_CASES of them, from FUZZ_SEED (default: today's date).
import { describe, expect, test } from 'vitest';
import { fuzz } from './decoder.ts';
import { DECODERS } from './decoders.ts';

const cases = Number(process.env.FUZZ_CASES ?? 1_000_000);
const each = Math.ceil(cases / DECODERS.length);
const seed = Number(process.env.FUZZ_SEED ?? new Date().toISOString().slice(0, 10).replaceAll('-', ''));

describe(`${each} hostile inputs for each of ${DECODERS.length} decoders, seed ${seed}`, () => {
  test.each(DECODERS.map((d, i) => [d.name, d, i] as const))('%s', { timeout: 3_600_000 }, async (name, d, i) => {
    const start = performance.now();
    const { slowest } = await fuzz(d, i, seed, each);
    const took = (performance.now() - start) / 1_000;
    console.log(`${name.padEnd(32)} ${each} cases in ${took.toFixed(1)} s, slowest ${slowest.toFixed(1)} ms`);
    expect(slowest).toBeLessThan(250);
  });
});
