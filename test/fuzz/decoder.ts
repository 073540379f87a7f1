// A decoder under fuzz: what it is fed, and what it may do with it.

import type { Rng } from '../../local/generate/rng.ts';
import { hostile, rngOfCase } from './hostile.ts';

export type Decoder = {
  readonly name: string;
  /** Valid inputs, which are mutated. */
  readonly seeds: readonly Uint8Array[];
  /** Puts mutated bytes behind a guard that they could not pass by chance: a checksum, a compression. */
  readonly seal?: (bytes: Uint8Array, rng: Rng) => Uint8Array;
  /** Decodes; throws when the decoder does what it must not. */
  readonly check: (bytes: Uint8Array) => void | Promise<void>;
};

/** Most CPU time of this thread for one input of at most 16 KiB; a collection may fall into it, so the best of three counts. */
const MOST_MS = 250;

const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

const timed = async (d: Decoder, bytes: Uint8Array): Promise<number> => {
  const start = cpuMs();
  await d.check(bytes);
  return cpuMs() - start;
};

const shown = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** @throws Error naming decoder, case and bytes, for the first input that does harm */
export const fuzz = async (d: Decoder, index: number, seed: number, cases: number): Promise<{ slowest: number }> => {
  let slowest = 0;
  for (let n = 0; n < cases; n++) {
    const rng = rngOfCase(seed, index, n);
    const mutated = hostile(rng, d.seeds);
    const bytes = d.seal?.(mutated, rng) ?? mutated;
    let ms: number;
    try {
      ms = await timed(d, bytes);
      for (let again = 0; again < 2 && ms > MOST_MS; again++) ms = Math.min(ms, await timed(d, bytes));
    } catch (error) {
      throw new Error(`${d.name}, seed ${seed}, case ${n}: ${shown(bytes)}`, { cause: error });
    }
    if (ms > MOST_MS) throw new Error(`${d.name}, seed ${seed}, case ${n} takes ${ms} ms: ${shown(bytes)}`);
    slowest = Math.max(slowest, ms);
  }
  return { slowest };
};
