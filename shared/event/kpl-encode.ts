// Writing aggregates of the KPL format (kpl.ts has its layout).
import { FRAME_BYTES, MAGIC, sealAll } from './kpl-sum.ts';

const SHORT = 48;
const encoder = new TextEncoder();

/** `explicitHashKey` is decimal text of a 128-bit number; absent or empty means none. */
export type UserRecord = {
  readonly partitionKey: string;
  readonly explicitHashKey?: string | undefined;
  readonly data: Uint8Array;
};

const varintSize = (value: number): number =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;

/** Bytes of a length-delimited field whose tag takes one byte. */
const fieldSize = (length: number): number => 1 + varintSize(length) + length;

/** @param value below 2^31: no length or index comes near */
const writeVarint = (out: Uint8Array, at: number, value: number): number => {
  let place = at;
  let rest = value;
  while (rest >= 0x80) {
    out[place++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  out[place++] = rest;
  return place;
};

/** Bytes of a text in UTF-8; short ASCII without a call into native code. */
const utf8Size = (text: string): number => {
  if (text.length >= SHORT) return Buffer.byteLength(text);
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return Buffer.byteLength(text);
  return text.length;
};

/** Keys in the order they were first seen, each once. */
type KeyTable = { readonly index: Map<string, number>; readonly sizes: number[] };
const keyTable = (): KeyTable => ({ index: new Map(), sizes: [] });

const addKey = (table: KeyTable, key: string): number => {
  const known = table.index.get(key);
  if (known !== undefined) return known;
  const index = table.sizes.length;
  table.index.set(key, index);
  table.sizes.push(utf8Size(key));
  return index;
};

const newKeySize = (table: KeyTable, key: string): number => (table.index.has(key) ? 0 : fieldSize(utf8Size(key)));

const writeKeys = (out: Uint8Array, start: number, tag: number, table: KeyTable): number => {
  let at = start;
  let i = 0;
  for (const key of table.index.keys()) {
    const size = table.sizes[i++] as number;
    out[at++] = tag;
    at = writeVarint(out, at, size);
    if (size === key.length && size < SHORT) for (let c = 0; c < size; c++) out[at++] = key.charCodeAt(c);
    else at += encoder.encodeInto(key, out.subarray(at)).written;
  }
  return at;
};

const NONE = -1;
const innerSize = (key: number, hashKey: number, length: number): number =>
  1 + varintSize(key) + (hashKey === NONE ? 0 : 1 + varintSize(hashKey)) + fieldSize(length);

/** Collects user records into one aggregate, and knows its exact size at every step. Keeps views of the data until `build`. */
export class AggregateBuilder {
  private keys = keyTable();
  private hashKeys = keyTable();
  private data: Uint8Array[] = [];
  private indexes: number[] = [];
  private bytes = FRAME_BYTES;
  /** The last hash key and its index: a writer of one key group gives the same to all its records. */
  private lastHashKey = '';
  private lastHashIndex = NONE;

  /** Bytes that `build` would return now. */
  get size(): number {
    return this.bytes;
  }
  get count(): number {
    return this.data.length;
  }

  /** Bytes that `build` would return with this record too. Nothing is added. */
  sizeWith(record: UserRecord): number {
    const { keys, hashKeys } = this;
    const key = keys.index.get(record.partitionKey) ?? keys.sizes.length;
    let size = this.bytes + newKeySize(keys, record.partitionKey);
    let hashKey = NONE;
    if (record.explicitHashKey) {
      hashKey = hashKeys.index.get(record.explicitHashKey) ?? hashKeys.sizes.length;
      size += newKeySize(hashKeys, record.explicitHashKey);
    }
    return size + fieldSize(innerSize(key, hashKey, record.data.length));
  }

  /** Adds a record and returns the size so far. A bound, such as 1 MiB, is the caller's: ask `sizeWith` first. */
  add(record: UserRecord): number {
    return this.append(record.partitionKey, record.explicitHashKey, record.data);
  }

  /** `add`, for callers that have no record at hand. */
  append(partitionKey: string, explicitHashKey: string | undefined, data: Uint8Array): number {
    const { keys, hashKeys } = this;
    const knownKeys = keys.sizes.length;
    const key = addKey(keys, partitionKey);
    if (key === knownKeys) this.bytes += fieldSize(keys.sizes[key] as number);
    let hashKey = NONE;
    if (explicitHashKey) {
      if (explicitHashKey === this.lastHashKey) hashKey = this.lastHashIndex;
      else {
        const known = hashKeys.sizes.length;
        hashKey = addKey(hashKeys, explicitHashKey);
        if (hashKey === known) this.bytes += fieldSize(hashKeys.sizes[hashKey] as number);
        this.lastHashKey = explicitHashKey;
        this.lastHashIndex = hashKey;
      }
    }
    this.data.push(data);
    this.indexes.push(key, hashKey);
    this.bytes += fieldSize(innerSize(key, hashKey, data.length));
    return this.bytes;
  }

  /** The aggregate; the builder is empty afterwards. */
  build(): Uint8Array {
    const bytes = this.layOut();
    sealAll([bytes]);
    return bytes;
  }

  /** The aggregate but for its MD5, which `sealAll` writes for all that are sent together; the builder is empty afterwards. */
  layOut(): Uint8Array {
    const buffer = Buffer.allocUnsafeSlow(this.bytes);
    // Writing into a plain Uint8Array costs less than into a Buffer.
    const out = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
    let at = 0;
    for (const byte of MAGIC) out[at++] = byte;
    at = writeKeys(out, at, 0x0a, this.keys);
    at = writeKeys(out, at, 0x12, this.hashKeys);
    const { indexes } = this;
    for (let i = 0; i < this.data.length; i++) {
      const data = this.data[i] as Uint8Array;
      const key = indexes[2 * i] as number;
      const hashKey = indexes[2 * i + 1] as number;
      out[at++] = 0x1a;
      at = writeVarint(out, at, innerSize(key, hashKey, data.length));
      out[at++] = 0x08;
      at = writeVarint(out, at, key);
      if (hashKey !== NONE) {
        out[at++] = 0x10;
        at = writeVarint(out, at, hashKey);
      }
      out[at++] = 0x1a;
      at = writeVarint(out, at, data.length);
      out.set(data, at);
      at += data.length;
    }
    this.keys = keyTable();
    this.hashKeys = keyTable();
    this.data = [];
    this.lastHashKey = '';
    this.indexes = [];
    this.bytes = FRAME_BYTES;
    return buffer;
  }
}

/** One aggregate of all these records, in their order. Its bytes are those that other writers of the format make. */
export const encodeAggregate = (records: readonly UserRecord[]): Uint8Array => {
  const builder = new AggregateBuilder();
  for (const record of records) builder.add(record);
  return builder.build();
};
