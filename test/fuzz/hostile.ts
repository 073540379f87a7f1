// Hostile bytes: mutations of valid ones, as a broken disk, a careless program or an attacker would make them. Seeded.
import { type Rng, rngOf } from '../../local/generate/rng.ts';

/** Texts that mean something to one parser or another. */
const TOKENS = [
  '{', '}', '[', ']', '"', ':', ',', '\\', '\\u0000', '\\ud800', 'null', 'true', '-0', '1e999', '9007199254740993', '1'.repeat(400),
  '__proto__', 'constructor', '"__proto__":', '{"a":', '[[', '((', '))', "'", '`', '--', '/*', '*/', ';', ' OR ', 'NOT ', 'CASE WHEN ',
  'CAST(', ' AS ', 'SELECT ', 'INSERT INTO ', 'FROM TABLE(', 'ROW<', 'ARRAY[', "INTERVAL '1' ", '\u0000', '\ufeff', '\u2028', '🚲',
  '\ud800', '%', '%zz', '=', '\r\n', '\n', '0', '99999999999999999999', '{"millrace":', '{"plain":1,', '"specversion":"1.0"', '"n":[',
].map((t) => Buffer.from(t)); // biome-ignore format: a table
const NUMBERS = [0, 1, 0x7f, 0x80, 0xff, 0xfe, 0x22, 0x5c];
const MOST = 16_384;

const mutateOnce = (rng: Rng, bytes: Buffer, others: readonly Uint8Array[]): Buffer => {
  const at = rng.below(bytes.length + 1);
  const to = Math.min(bytes.length, at + 1 + rng.below(24));
  const [before, behind] = [bytes.subarray(0, at), bytes.subarray(at)];
  const put = (...middle: Uint8Array[]) => Buffer.concat([before, ...middle, behind]);
  switch (rng.below(11)) {
    case 0: {
      const out = Buffer.from(bytes);
      if (at < out.length) out[at] = (out[at] as number) ^ (1 << rng.below(8));
      return out;
    }
    case 1: {
      const out = Buffer.from(bytes);
      if (at < out.length) out[at] = rng.chance(0.5) ? rng.pick(NUMBERS) : rng.below(256);
      return out;
    }
    case 2:
      return before;
    case 3:
      return behind;
    case 4:
      return Buffer.concat([before, bytes.subarray(to)]);
    case 5:
      return put(bytes.subarray(at, to));
    case 6: {
      const part = bytes.subarray(at, to);
      return put(...Array.from({ length: 1 + rng.below(rng.chance(0.1) ? 600 : 8) }, () => part));
    }
    case 7:
      return put(Buffer.from(Array.from({ length: 1 + rng.below(16) }, () => rng.below(256))));
    case 8:
    case 9: {
      const token = rng.pick(TOKENS);
      return put(...Array.from({ length: rng.chance(0.05) ? 1 + rng.below(3_000) : 1 }, () => token));
    }
    default: {
      const other = Buffer.from(rng.pick(others));
      return Buffer.concat([before, other.subarray(rng.below(other.length + 1))]);
    }
  }
};

/** One hostile input of at most 16 KiB; now and then pure noise, now and then a valid one. */
export const hostile = (rng: Rng, seeds: readonly Uint8Array[]): Uint8Array => {
  if (rng.chance(0.02)) return Buffer.from(Array.from({ length: rng.below(200) }, () => rng.below(256)));
  let bytes = Buffer.from(rng.pick(seeds));
  for (let n = rng.below(6); n > 0; n--) bytes = mutateOnce(rng, bytes, seeds).subarray(0, MOST) as typeof bytes;
  return bytes;
};

export const rngOfCase = (seed: number, decoder: number, n: number): Rng =>
  rngOf(seed * 2 ** 32 + decoder * 2 ** 26 + n);
