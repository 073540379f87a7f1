// The bytes of an Avro value, read one number, text or length at a time, and never beyond their end.

/** Bytes that no value of the schema has. Bad data, never a bug: its record is rejected alone. */
export class AvroError extends Error {}

export type Cursor = {
  readonly bytes: Buffer;
  at: number;
  /** Characters of JSON that may still be written: a count of items may be any number, and items may have no bytes. */
  room: number;
  /** Values inside one another. */
  depth: number;
};

export const take = (c: Cursor, n: number): number => {
  const from = c.at;
  if (n > c.bytes.length - from) throw new AvroError(`the value ends at byte ${c.bytes.length}, inside a field`);
  c.at = from + n;
  return from;
};

/** What is written counts, so that a short value cannot become a long text. */
export const spend = (c: Cursor, text: string): string => {
  c.room -= text.length;
  if (c.room < 0) throw new AvroError('the value is too long as JSON');
  return text;
};

const MOST_VARINT = 10; // bytes of 64 bits, 7 in each

/** A zigzag varint of at most 64 bits. */
export const readLong = (c: Cursor): bigint => {
  let [low, at] = [0, 0];
  // Four bytes are 28 bits, which a number holds exactly.
  for (; at < 4; at++) {
    const byte = c.bytes[take(c, 1)] as number;
    low |= (byte & 0x7f) << (7 * at);
    if (byte < 0x80) return BigInt((low >>> 1) ^ -(low & 1));
  }
  let value = BigInt(low);
  for (; at < MOST_VARINT; at++) {
    const byte = c.bytes[take(c, 1)] as number;
    value |= BigInt(byte & 0x7f) << BigInt(7 * at);
    if (byte < 0x80) {
      if (value >> 64n !== 0n) break;
      return (value >> 1n) ^ -(value & 1n);
    }
  }
  throw new AvroError('a number has more than 64 bits');
};

/** A length or count: not negative, and safe. */
export const readSize = (c: Cursor): number => {
  const size = readLong(c);
  if (size < 0n || size > BigInt(Number.MAX_SAFE_INTEGER)) throw new AvroError(`${size} is no length`);
  return Number(size);
};

export const readBytes = (c: Cursor, n: number): Buffer => {
  const from = take(c, n);
  return c.bytes.subarray(from, from + n);
};
