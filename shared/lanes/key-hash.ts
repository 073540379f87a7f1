// The first 32 bits of the MD5 of a partition key, which choose its key group. A short key is one block of MD5, and that costs a
// quarter of the call into node:crypto, which was a tenth of all that `validate` does. The plain twin is `hash` itself, to which
// longer keys and keys beyond ASCII go; test/lanes/ring.test.ts compares them. (RFC 1321, section 3.4.) Keys of a whole record are
// done side by side (event/md5.ts), for less than half of that again.
import { hash } from 'node:crypto';
import { firstWords } from '../event/md5.ts';

/** One block holds 55 bytes, a bit that ends them, and their length. */
const BLOCK_KEY = 55;
const SINES = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);

const [A, B, C, D] = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
const turn = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

/** Writes the one block of a key to words[at] and on; false when the key is not ASCII or takes more than a block. */
const putBlock = (words: Int32Array, at: number, key: string): boolean => {
  const { length } = key;
  for (let i = at; i < at + 16; i++) words[i] = 0;
  if (length > BLOCK_KEY) return false;
  for (let i = 0; i < length; i++) {
    const c = key.charCodeAt(i);
    if (c >= 0x80) return false;
    words[at + (i >> 2)] = (words[at + (i >> 2)] as number) | (c << ((i & 3) << 3));
  }
  words[at + (length >> 2)] = (words[at + (length >> 2)] as number) | (0x80 << ((length & 3) << 3));
  words[at + 14] = length << 3;
  return true;
};

/** The first word of MD5's state after one block. */
const digest = (words: Int32Array): number => {
  const w = (i: number): number => words[i & 15] as number;
  const k = (i: number): number => SINES[i] as number;
  let a = A;
  let b = B;
  let c = C;
  let d = D;
  for (let i = 0; i < 16; i += 4) {
    a = (b + turn((a + ((b & c) | (~b & d)) + k(i) + w(i)) | 0, 7)) | 0;
    d = (a + turn((d + ((a & b) | (~a & c)) + k(i + 1) + w(i + 1)) | 0, 12)) | 0;
    c = (d + turn((c + ((d & a) | (~d & b)) + k(i + 2) + w(i + 2)) | 0, 17)) | 0;
    b = (c + turn((b + ((c & d) | (~c & a)) + k(i + 3) + w(i + 3)) | 0, 22)) | 0;
  }
  for (let i = 16; i < 32; i += 4) {
    a = (b + turn((a + ((d & b) | (~d & c)) + k(i) + w(5 * i + 1)) | 0, 5)) | 0;
    d = (a + turn((d + ((c & a) | (~c & b)) + k(i + 1) + w(5 * i + 6)) | 0, 9)) | 0;
    c = (d + turn((c + ((b & d) | (~b & a)) + k(i + 2) + w(5 * i + 11)) | 0, 14)) | 0;
    b = (c + turn((b + ((a & c) | (~a & d)) + k(i + 3) + w(5 * i)) | 0, 20)) | 0;
  }
  for (let i = 32; i < 48; i += 4) {
    a = (b + turn((a + (b ^ c ^ d) + k(i) + w(3 * i + 5)) | 0, 4)) | 0;
    d = (a + turn((d + (a ^ b ^ c) + k(i + 1) + w(3 * i + 8)) | 0, 11)) | 0;
    c = (d + turn((c + (d ^ a ^ b) + k(i + 2) + w(3 * i + 11)) | 0, 16)) | 0;
    b = (c + turn((b + (c ^ d ^ a) + k(i + 3) + w(3 * i + 14)) | 0, 23)) | 0;
  }
  for (let i = 48; i < 64; i += 4) {
    a = (b + turn((a + (c ^ (b | ~d)) + k(i) + w(7 * i)) | 0, 6)) | 0;
    d = (a + turn((d + (b ^ (a | ~c)) + k(i + 1) + w(7 * i + 7)) | 0, 10)) | 0;
    c = (d + turn((c + (a ^ (d | ~b)) + k(i + 2) + w(7 * i + 14)) | 0, 15)) | 0;
    b = (c + turn((b + (d ^ (c | ~a)) + k(i + 3) + w(7 * i + 21)) | 0, 21)) | 0;
  }
  return (a + A) | 0;
};

const block = new Int32Array(16);

/** From the first word of the state, whose lowest byte is the first. */
const unsigned = (a: number): number =>
  (((a & 0xff) << 24) | ((a & 0xff00) << 8) | ((a >>> 8) & 0xff00) | (a >>> 24)) >>> 0;

const hashAlone = (key: string): number => Number.parseInt(hash('md5', key, 'hex').slice(0, 8), 16);

/** The first 32 bits of MD5(key), as an unsigned number; the key in UTF-8. */
export const keyHash = (key: string): number => (putBlock(block, 0, key) ? unsigned(digest(block)) : hashAlone(key));

/** `keyHash` of each. */
export const keyHashes = (keys: readonly string[]): readonly number[] => {
  const alone: number[] = [];
  const words = firstWords(keys.length, (room, at, i) => {
    if (!putBlock(room, at, keys[i] as string)) alone.push(i);
  });
  if (words === null) return keys.map(keyHash);
  const hashes: number[] = [];
  for (let i = 0; i < words.length; i++) hashes.push(unsigned(words[i] as number));
  for (const i of alone) hashes[i] = hashAlone(keys[i] as string);
  return hashes;
};
