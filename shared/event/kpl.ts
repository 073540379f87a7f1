// Amazon's KPL aggregation format: many user records in one Kinesis record. Four magic bytes, a protobuf message, its MD5.
//   AggregatedRecord { repeated string partition_key_table = 1; repeated string explicit_hash_key_table = 2;
//                      repeated Record records = 3; }
//   Record { required uint64 partition_key_index = 1; optional uint64 explicit_hash_key_index = 2; required bytes data = 3;
//            repeated Tag tags = 4; }
import { hash } from 'node:crypto';
import { DIGEST_BYTES, MAGIC } from './kpl-encode.ts';

export { AggregateBuilder, encodeAggregate, type UserRecord } from './kpl-encode.ts';

/** One user record of an aggregate. `data` is a view of the aggregate's bytes; keys become text when first asked for. */
export type AggregatedRecord = {
  readonly partitionKey: string;
  /** Decimal text of a hash key below 2^128; undefined when the record has none. */
  readonly explicitHashKey: string | undefined;
  readonly data: Uint8Array;
};

export type Decoded =
  | { readonly kind: 'plain' }
  | { readonly kind: 'corrupt'; readonly cause: string }
  | { readonly kind: 'aggregate'; readonly records: readonly AggregatedRecord[] };

/** Whether the bytes begin with the magic and have room for a checksum; whether it is right, `decodeAggregate` says. */
export const isAggregate = (bytes: Uint8Array): boolean =>
  bytes.length >= MAGIC.length + DIGEST_BYTES &&
  bytes[0] === MAGIC[0] &&
  bytes[1] === MAGIC[1] &&
  bytes[2] === MAGIC[2] &&
  bytes[3] === MAGIC[3];

const textOf = (bytes: Uint8Array, start: number, end: number): string => {
  let text = '';
  if (end - start < 48)
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number;
      if (byte >= 0x80) break;
      text += String.fromCharCode(byte);
    }
  return text.length === end - start
    ? text
    : Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
};

/** Keys where they lie in the bytes, made text once each. What is not UTF-8 reads as U+FFFD, as in KCL. */
class KeyTable {
  private readonly bytes: Uint8Array;
  private readonly spans: number[] = [];
  private readonly texts: (string | undefined)[] = [];
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  get size(): number {
    return this.texts.length;
  }
  add(start: number, end: number): void {
    this.spans.push(start, end);
    this.texts.push(undefined);
  }
  text(index: number): string {
    const known = this.texts[index];
    if (known !== undefined) return known;
    const text = textOf(this.bytes, this.spans[2 * index] as number, this.spans[2 * index + 1] as number);
    this.texts[index] = text;
    return text;
  }
}

const NONE = -1;

class LazyRecord implements AggregatedRecord {
  // Declared, so that no field is set twice.
  declare readonly data: Uint8Array;
  declare readonly key: number;
  declare readonly hashKey: number;
  private declare readonly keys: KeyTable;
  private declare readonly hashKeys: KeyTable;
  constructor(data: Uint8Array, keys: KeyTable, key: number, hashKeys: KeyTable, hashKey: number) {
    this.data = data;
    this.keys = keys;
    this.key = key;
    this.hashKeys = hashKeys;
    this.hashKey = hashKey;
  }
  get partitionKey(): string {
    return this.keys.text(this.key);
  }
  get explicitHashKey(): string | undefined {
    return this.hashKey === NONE ? undefined : this.hashKeys.text(this.hashKey);
  }
}

/** Thrown and caught inside this file only. */
class Malformed extends Error {}

/** The place after the varint at `at`; all its bytes lie before `end`. */
const afterVarint = (bytes: Uint8Array, at: number, end: number): number => {
  if (at < end && (bytes[at] as number) < 0x80) return at + 1;
  for (let i = at; i < end && i < at + 10; i++) if ((bytes[i] as number) < 0x80) return i + 1;
  throw new Malformed(`a number at byte ${at} does not end`);
};

/** The varint in [at, after). Inexact beyond 2^53, which no length or index reaches. */
const varint = (bytes: Uint8Array, at: number, after: number): number => {
  if (after === at + 1) return bytes[at] as number;
  let value = 0;
  for (let i = after - 1; i >= at; i--) value = value * 128 + ((bytes[i] as number) & 0x7f);
  return value;
};

/** The place after a field of a kind this format does not name, as protobuf demands of readers. */
const skip = (bytes: Uint8Array, tag: number, at: number, end: number): number => {
  const wire = tag % 8;
  let after = NONE;
  if (tag < 8) throw new Malformed(`field number 0 before byte ${at}`);
  if (wire === 0) after = afterVarint(bytes, at, end);
  else if (wire === 1) after = at + 8;
  else if (wire === 5) after = at + 4;
  else if (wire === 2) {
    const start = afterVarint(bytes, at, end);
    after = start + varint(bytes, at, start);
  } else throw new Malformed(`unknown wire type ${wire} before byte ${at}`);
  if (after > end) throw new Malformed(`a field at byte ${at} is longer than what holds it`);
  return after;
};

const KEY = 0x0a; // AggregatedRecord: field 1, length-delimited
const HASH_KEY = 0x12; // field 2, length-delimited
const RECORD = 0x1a; // field 3, length-delimited
const KEY_INDEX = 0x08; // Record: field 1, varint
const HASH_KEY_INDEX = 0x10; // field 2, varint
const DATA = 0x1a; // field 3, length-delimited
const TAG = 0x22; // field 4, length-delimited

const wrongWire = (what: string, at: number): Malformed =>
  new Malformed(`wrong wire type of ${what} before byte ${at}`);

const HIGHEST_HASH_KEY = '340282366920938463463374607431768211455';
const isHashKey = (text: string): boolean =>
  /^\d{1,39}$/.test(text) && (text.length < HIGHEST_HASH_KEY.length || text <= HIGHEST_HASH_KEY);

const readRecord = (
  bytes: Uint8Array,
  start: number,
  end: number,
  keys: KeyTable,
  hashKeys: KeyTable,
  index: number,
): LazyRecord => {
  let key = NONE;
  let hashKey = NONE;
  let dataStart = NONE;
  let dataEnd = NONE;
  let at = start;
  while (at < end) {
    let after = afterVarint(bytes, at, end);
    const tag = varint(bytes, at, after);
    at = after;
    if (tag !== KEY_INDEX && tag !== HASH_KEY_INDEX && tag !== DATA) {
      if (tag !== TAG && tag >> 3 >= 1 && tag >> 3 <= 4) throw wrongWire("a record's field", at);
      at = skip(bytes, tag, at, end);
      continue;
    }
    after = afterVarint(bytes, at, end);
    const value = varint(bytes, at, after);
    at = after;
    if (tag === DATA) {
      dataStart = at;
      at = dataEnd = at + value;
      if (at > end) throw new Malformed(`data at byte ${dataStart} is longer than its record`);
    } else if (tag === KEY_INDEX) key = value;
    else hashKey = value;
  }
  if (dataStart === NONE) throw new Malformed(`record ${index} has no data`);
  if (key === NONE) throw new Malformed(`record ${index} has no partition key`);
  return new LazyRecord(bytes.subarray(dataStart, dataEnd), keys, key, hashKeys, hashKey);
};

/** Walks the message once. Tables may stand behind the records, so indexes are checked at the end. */
const walk = (bytes: Uint8Array, limit: number): readonly AggregatedRecord[] | null => {
  const keys = new KeyTable(bytes);
  const hashKeys = new KeyTable(bytes);
  const records: AggregatedRecord[] = [];
  const end = bytes.length - DIGEST_BYTES;
  let highestKey = NONE;
  let highestHashKey = NONE;
  let at: number = MAGIC.length;
  while (at < end) {
    let after = afterVarint(bytes, at, end);
    const tag = varint(bytes, at, after);
    at = after;
    if (tag !== RECORD && tag !== KEY && tag !== HASH_KEY) {
      if (tag >> 3 >= 1 && tag >> 3 <= 3) throw wrongWire('a table or record', at);
      at = skip(bytes, tag, at, end);
      continue;
    }
    after = afterVarint(bytes, at, end);
    const fieldEnd = after + varint(bytes, at, after);
    if (fieldEnd > end) throw new Malformed(`a field at byte ${at} is longer than the message`);
    at = after;
    if (tag === KEY) keys.add(at, fieldEnd);
    else if (tag === HASH_KEY) hashKeys.add(at, fieldEnd);
    else {
      if (records.length === limit) return null;
      const record = readRecord(bytes, at, fieldEnd, keys, hashKeys, records.length);
      if (record.key > highestKey) highestKey = record.key;
      if (record.hashKey > highestHashKey) highestHashKey = record.hashKey;
      records.push(record);
    }
    at = fieldEnd;
  }
  if (highestKey >= keys.size) throw new Malformed(`partition key ${highestKey} of a table of ${keys.size}`);
  if (highestHashKey >= hashKeys.size) throw new Malformed(`hash key ${highestHashKey} of a table of ${hashKeys.size}`);
  for (let i = 0; i < hashKeys.size; i++)
    if (!isHashKey(hashKeys.text(i))) throw new Malformed(`explicit hash key ${i} is not a decimal number below 2^128`);
  return records;
};

/**
 * Reads an aggregate. The MD5 is always checked. Without the magic, or with the magic and a wrong MD5, the bytes are somebody's
 * own payload (`plain`, as KCL treats them): text may begin with these four bytes by chance. With the right MD5 a writer
 * meant an aggregate, so what does not hold together inside is `corrupt`: an index outside its table, a field cut short, a
 * wrong wire type, a record without data or partition key, a hash key that is no number below 2^128. Unknown fields are
 * skipped. A message of no records is an aggregate of none. Never throws.
 * @param limit with more records than this nothing is returned but `too-many`
 */
export function decodeAggregate(bytes: Uint8Array): Decoded;
export function decodeAggregate(bytes: Uint8Array, limit: number): Decoded | { readonly kind: 'too-many' };
export function decodeAggregate(
  bytes: Uint8Array,
  limit = Number.POSITIVE_INFINITY,
): Decoded | { readonly kind: 'too-many' } {
  if (!isAggregate(bytes)) return { kind: 'plain' };
  const body = bytes.length - DIGEST_BYTES;
  const digest = hash('md5', bytes.subarray(MAGIC.length, body), 'buffer');
  for (let i = 0; i < DIGEST_BYTES; i++) if (digest[i] !== bytes[body + i]) return { kind: 'plain' };
  try {
    // A view of a plain Uint8Array costs a quarter of one of a Buffer.
    const records = walk(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), limit);
    return records === null ? { kind: 'too-many' } : { kind: 'aggregate', records };
  } catch (error) {
    if (error instanceof Malformed) return { kind: 'corrupt', cause: error.message };
    throw error;
  }
}
