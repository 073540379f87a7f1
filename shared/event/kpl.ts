// Amazon's KPL aggregation format: many user records in one Kinesis record. Four magic bytes, a protobuf message, its MD5.
//   AggregatedRecord { repeated string partition_key_table = 1; repeated string explicit_hash_key_table = 2;
//                      repeated Record records = 3; }
//   Record { required uint64 partition_key_index = 1; optional uint64 explicit_hash_key_index = 2; required bytes data = 3;
//            repeated Tag tags = 4; }
import { isAscii } from 'node:buffer';
import { isWhole, MAGIC, messageEnd } from './kpl-sum.ts';

export { AggregateBuilder, encodeAggregate, type UserRecord } from './kpl-encode.ts';
export { isAggregate } from './kpl-sum.ts';

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

const utf8 = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');

/**
 * Keys where they lie in the bytes. What is not UTF-8 reads as U+FFFD, as in KCL. A table of ASCII becomes text in one call, of
 * which the keys are slices: a call for each key costs more than all the rest of a record.
 */
class KeyTable {
  private readonly bytes: Uint8Array;
  private readonly spans: number[] = [];
  private all: string | undefined;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  get size(): number {
    return this.spans.length >> 1;
  }
  add(start: number, end: number): void {
    this.spans.push(start, end);
  }
  text(index: number): string {
    const { spans } = this;
    const start = spans[2 * index] as number;
    const end = spans[2 * index + 1] as number;
    const first = spans[0] as number;
    if (this.all === undefined) {
      const last = spans[spans.length - 1] as number;
      // Tables in two places may lie megabytes apart.
      const near = last - first <= spans.length * MAX_KEY;
      const view = near ? Buffer.from(this.bytes.buffer, this.bytes.byteOffset + first, last - first) : NOTHING;
      this.all = isAscii(view) ? view.toString('latin1') : '';
    }
    return this.all === '' ? utf8(this.bytes, start, end) : this.all.slice(start - first, end - first);
  }
}
/** Kinesis takes keys of up to 256 characters. */
const MAX_KEY = 256;
const NOTHING = Buffer.alloc(0);

const NONE = -1;

class LazyRecord implements AggregatedRecord {
  // Declared, so that no field is set twice.
  private declare readonly tables: Tables;
  declare readonly start: number;
  declare readonly end: number;
  declare readonly key: number;
  declare readonly hashKey: number;
  constructor(tables: Tables, start: number, end: number, key: number, hashKey: number) {
    this.tables = tables;
    this.start = start;
    this.end = end;
    this.key = key;
    this.hashKey = hashKey;
  }
  get data(): Uint8Array {
    return this.tables.bytes.subarray(this.start, this.end);
  }
  get partitionKey(): string {
    return this.tables.keys.text(this.key);
  }
  get explicitHashKey(): string | undefined {
    return this.hashKey === NONE ? undefined : this.tables.hashKeys.text(this.hashKey);
  }
}
type Tables = { readonly bytes: Uint8Array; readonly keys: KeyTable; readonly hashKeys: KeyTable };

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

const readRecord = (tables: Tables, start: number, end: number, index: number): LazyRecord => {
  const { bytes } = tables;
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
  return new LazyRecord(tables, dataStart, dataEnd, key, hashKey);
};

/**
 * A record as every writer lays it out: key index, perhaps hash key index, then data up to its end, numbers below 2^14.
 * undefined for any other, which `readRecord` then judges.
 */
const readUsualRecord = (tables: Tables, start: number, end: number): LazyRecord | undefined => {
  const { bytes } = tables;
  if (end - start < 4 || bytes[start] !== KEY_INDEX) return undefined;
  let at = start + 1;
  let key = bytes[at++] as number;
  if (key >= 0x80) {
    const high = bytes[at++] as number;
    if (high >= 0x80) return undefined;
    key = (key & 0x7f) | (high << 7);
  }
  let hashKey = NONE;
  if (bytes[at] === HASH_KEY_INDEX) {
    hashKey = bytes[at + 1] as number;
    if (hashKey >= 0x80) return undefined;
    at += 2;
  }
  if (bytes[at++] !== DATA) return undefined;
  let length = bytes[at++] as number;
  if (length >= 0x80) {
    const high = bytes[at++] as number;
    if (high >= 0x80) return undefined;
    length = (length & 0x7f) | (high << 7);
  }
  return at + length === end ? new LazyRecord(tables, at, end, key, hashKey) : undefined;
};

/** Walks the message once. Tables may stand behind the records, so indexes are checked at the end. */
const walk = (bytes: Uint8Array, limit: number): readonly AggregatedRecord[] | null => {
  const keys = new KeyTable(bytes);
  const hashKeys = new KeyTable(bytes);
  const tables: Tables = { bytes, keys, hashKeys };
  const records: AggregatedRecord[] = [];
  const end = messageEnd(bytes);
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
      const record = readUsualRecord(tables, at, fieldEnd) ?? readRecord(tables, at, fieldEnd, records.length);
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
 * @param whole what `wholeAmong` said of the bytes, where many are read at once; else it is found out here
 */
export function decodeAggregate(bytes: Uint8Array, limit?: undefined, whole?: boolean): Decoded;
export function decodeAggregate(
  bytes: Uint8Array,
  limit: number,
  whole?: boolean,
): Decoded | { readonly kind: 'too-many' };
export function decodeAggregate(
  bytes: Uint8Array,
  limit = Number.POSITIVE_INFINITY,
  whole = isWhole(bytes),
): Decoded | { readonly kind: 'too-many' } {
  if (!whole) return { kind: 'plain' };
  try {
    // A view of a plain Uint8Array costs a quarter of one of a Buffer.
    const records = walk(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), limit);
    return records === null ? { kind: 'too-many' } : { kind: 'aggregate', records };
  } catch (error) {
    if (error instanceof Malformed) return { kind: 'corrupt', cause: error.message };
    throw error;
  }
}
