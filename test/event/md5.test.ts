import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { md5All } from '../../shared/event/md5.ts';

const digestOf = (message: Uint8Array): string => createHash('md5').update(message).digest('hex');
const digestsOf = (messages: readonly Uint8Array[], all = md5All): string[] => {
  const sums = all(messages);
  expect(sums.length).toBe(16 * messages.length);
  return messages.map((_, i) => Buffer.from(sums.subarray(16 * i, 16 * i + 16)).toString('hex'));
};
const NAMES = ['Memory', 'Instance'];
/** Bytes that differ from message to message. */
const message = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Math.imul(i + 1, 2_654_435_761 + seed * 97) >>> 24);
const same = (messages: readonly Uint8Array[], all = md5All): void =>
  expect(digestsOf(messages, all)).toEqual(messages.map(digestOf));

describe('the MD5 of many messages', () => {
  test('is that of each, for all lengths of a few blocks in one call', () => {
    same(Array.from({ length: 201 }, (_, length) => message(length, length)));
  });
  test.each(Array.from({ length: 40 }, (_, n) => n))('is that of each of %d', (n) => {
    same(Array.from({ length: n }, (_, i) => message(300 + 7 * i, i)));
  });
  test('is that of each where a message ends at, before and behind a block or the piece of it that is read at a time', () => {
    const ends = [64, 128, 4_096, 8_192, 16_384, 24_576];
    const lengths = ends.flatMap((end) => [-65, -64, -57, -56, -55, -9, -8, -1, 0, 1, 55, 56, 64].map((n) => end + n));
    same(lengths.map((length, i) => message(Math.max(0, length), i)));
  });
  test('is that of each, whatever lengths stand together', () => {
    const length = fc.oneof(
      { weight: 4, arbitrary: fc.nat({ max: 200 }) },
      { weight: 4, arbitrary: fc.nat({ max: 3_000 }) },
      { weight: 1, arbitrary: fc.nat({ max: 40_000 }) },
      { weight: 1, arbitrary: fc.constant(0) },
    );
    fc.assert(
      fc.property(fc.array(length, { maxLength: 60 }), fc.nat(), (lengths, seed) => {
        same(lengths.map((n, i) => message(n, seed + i)));
      }),
      { numRuns: 60 },
    );
  });
  test('is that of each when one is larger than all others together', () => {
    same([
      message(10, 1),
      message(1_048_576, 2),
      ...Array.from({ length: 9 }, (_, i) => message(5_000, i)),
      message(0, 3),
    ]);
  });
  test('is that of views into one buffer, and changes none of them', () => {
    const whole = message(5_000, 1);
    const before = digestOf(whole);
    same(Array.from({ length: 30 }, (_, i) => whole.subarray(i * 100 + 1, i * 130 + 500)));
    expect(digestOf(whole)).toBe(before);
  });
});

describe('two and more go side by side', () => {
  afterEach(() => {
    vi.doUnmock('node:crypto');
    vi.unstubAllGlobals();
    vi.resetModules();
  });
  const counting = async () => {
    const alone: number[] = [];
    vi.doMock('node:crypto', () => ({
      hash: (_: string, bytes: Uint8Array) => {
        alone.push(bytes.length);
        return createHash('md5').update(bytes).digest();
      },
    }));
    vi.resetModules();
    const { md5All: all } = await import('../../shared/event/md5.ts');
    return { all, alone };
  };

  test.each<[string, number[], number[]]>([
    ['many alike', Array(40).fill(900), []],
    ['four', [900, 800, 900, 900], []],
    ['two', [900, 9], []],
    ['one of many that is longer than all others', [100, 90_000, 90, 100, 100], []],
    ['not one alone', [900], [900]],
  ])('%s', async (_, lengths, expected) => {
    const { all, alone } = await counting();
    same(lengths.map(message), all);
    expect(alone).toEqual(expected);
  });
  test('in pairs where WebAssembly has no vectors', async () => {
    const real = (globalThis as unknown as { WebAssembly: { Module: new (bytes: Uint8Array) => object } }).WebAssembly;
    const refused: Uint8Array[] = [];
    const Module = class extends real.Module {
      constructor(bytes: Uint8Array) {
        if (refused.length === 0 && refused.push(bytes)) throw new Error('no vectors');
        super(bytes);
      }
    };
    vi.stubGlobal('WebAssembly', { ...Object.fromEntries(NAMES.map((n) => [n, real[n as 'Module']])), Module });
    const { all, alone } = await counting();
    same(Array(20).fill(500).map(message), all);
    expect([alone, refused.length]).toEqual([[], 1]);
  });
  test('and all goes alone where there is no WebAssembly', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    const { all, alone } = await counting();
    same(Array(20).fill(500).map(message), all);
    expect(alone).toHaveLength(20);
  });
});
