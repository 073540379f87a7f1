import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyHash, keyHashes } from '../../shared/lanes/key-hash.ts';
import { groupOfHash, groupOfKey, groupsOfKeys, hashKeyOf } from '../../shared/lanes/ring.ts';

const md5 = (key: string): number => createHash('md5').update(key).digest().readUInt32BE(0);

describe('the hash of a partition key', () => {
  test('is the beginning of its MD5, for short keys, long ones and keys in other scripts', () => {
    const key = fc.oneof(
      fc.string(),
      fc.string({ maxLength: 80 }),
      fc.string({ unit: 'grapheme' }),
      fc.nat().map(String),
    );
    fc.assert(
      fc.property(key, (k) => {
        expect(keyHash(k)).toBe(md5(k));
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.array(key, { maxLength: 50 }), fc.constantFrom(4, 8, 64), (keys, groups) => {
        expect(keyHashes(keys)).toEqual(keys.map(md5));
        expect(groupsOfKeys(keys, groups)).toEqual(keys.map((k) => groupOfKey(k, groups)));
      }),
    );
  });

  test.each([0, 1, 3, 4, 54, 55, 56, 64, 256])('is so for a key of %d characters, after a longer one', (length) => {
    keyHash('~'.repeat(55));
    expect(keyHash('k'.repeat(length))).toBe(md5('k'.repeat(length)));
  });

  test('leads to the key group that holds the whole hash key', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(4, 8, 64), (key, groups) => {
        expect(groupOfKey(key, groups)).toBe(groupOfHash(hashKeyOf(key), groups));
      }),
    );
  });
});
