// The frame of an aggregate: four magic bytes before the message, its MD5 behind. The MD5 is most of the work on either way, so the
// sums of all aggregates of a batch, or of a request, are made together (md5.ts).
import { hash } from 'node:crypto';
import { DIGEST_BYTES, md5All } from './md5.ts';

export const MAGIC = [0xf3, 0x89, 0x9a, 0xc2] as const;
export const FRAME_BYTES = MAGIC.length + DIGEST_BYTES;

/** Whether the bytes begin with the magic and have room for a checksum; whether it is right, `isWhole` says. */
export const isAggregate = (bytes: Uint8Array): boolean =>
  bytes.length >= FRAME_BYTES &&
  bytes[0] === MAGIC[0] &&
  bytes[1] === MAGIC[1] &&
  bytes[2] === MAGIC[2] &&
  bytes[3] === MAGIC[3];

/** Where the message ends and the MD5 begins. */
export const messageEnd = (bytes: Uint8Array): number => bytes.length - DIGEST_BYTES;
const messageOf = (bytes: Uint8Array): Uint8Array => bytes.subarray(MAGIC.length, messageEnd(bytes));

const hasSum = (bytes: Uint8Array, sums: Uint8Array, from: number): boolean => {
  const at = messageEnd(bytes);
  for (let i = 0; i < DIGEST_BYTES; i++) if (sums[from + i] !== bytes[at + i]) return false;
  return true;
};

/** Whether these are an aggregate with the right MD5. */
export const isWhole = (bytes: Uint8Array): boolean =>
  isAggregate(bytes) && hasSum(bytes, hash('md5', messageOf(bytes), 'buffer'), 0);

/** Those of many that are aggregates with the right MD5. */
export const wholeAmong = (all: readonly Uint8Array[]): ReadonlySet<Uint8Array> => {
  const framed = all.filter(isAggregate);
  const sums = md5All(framed.map(messageOf));
  return new Set(framed.filter((bytes, i) => hasSum(bytes, sums, i * DIGEST_BYTES)));
};

/** Writes the MD5 into its place at the end of each. */
export const sealAll = (aggregates: readonly Uint8Array[]): void => {
  const sums = md5All(aggregates.map(messageOf));
  aggregates.forEach((bytes, i) => {
    bytes.set(sums.subarray(i * DIGEST_BYTES, (i + 1) * DIGEST_BYTES), messageEnd(bytes));
  });
};
