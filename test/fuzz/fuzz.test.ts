// Hostile bytes into every decoder. `npm run proof:fuzz` feeds a million; FUZZ_SEED tries others.
import { describe, expect, test } from 'vitest';
import { fuzz } from './decoder.ts';
import { DECODERS } from './decoders.ts';

const CASES = 10_000;
const each = Math.ceil(CASES / DECODERS.length);
const seed = Number(process.env.FUZZ_SEED ?? 1);

describe(`${each} hostile inputs for each of ${DECODERS.length} decoders`, () => {
  test.each(DECODERS.map((d, i) => [d.name, d, i] as const))(
    '%s never throws anything but what it names, in bounded time',
    async (_, d, i) => {
      const { slowest } = await fuzz(d, i, seed, each);
      expect(slowest).toBeLessThan(250);
    },
  );
});
