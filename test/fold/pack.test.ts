import { zstdDecompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { packJson, unpackJson } from '../../shared/fold/pack.ts';

const value = { k: ['oslo', 'rome'], v: [[1, 2, 3, 4]], w: Array.from({ length: 60 }, (_, i) => i * 7) };

describe('packed JSON', () => {
  test('comes back, small and large', () => {
    const large = Array.from({ length: 150_000 }, (_, i) => [i, `k${(i * 2_654_435_761) % 4_294_967_296}`]);
    for (const v of [null, value, large])
      expect(JSON.stringify(unpackJson(packJson(v))) === JSON.stringify(v)).toBe(true);
  });

  test('with any one bit flipped is an error or the same, never another value', () => {
    const packed = packJson(value);
    for (let bit = 0; bit < packed.length * 8; bit++) {
      const damaged = Buffer.from(packed);
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      let read: unknown;
      try {
        read = unpackJson(damaged);
      } catch {
        continue;
      }
      expect(read).toEqual(value);
    }
  });

  test('whose header asks for a window of 128 MiB is refused before it is given one', () => {
    const hostile = Buffer.from('28b52ffd04880d000061', 'hex');
    expect(() => unpackJson(hostile)).toThrow('too much memory');
    expect(() => zstdDecompressSync(hostile)).not.toThrow('too much memory');
  });
});
