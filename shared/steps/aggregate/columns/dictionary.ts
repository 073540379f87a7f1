// The distinct values of a column as small integers, found by their bytes: most rows of a batch hold a value that was there before, and
// for those neither a text is made nor a type looked at.
import type { Json } from '../../../event/cloud-event.ts';
import { stringifyJson } from '../../../event/json.ts';
import type { ReadValue } from '../../../query/read-value.ts';
import type { Value } from '../../../query/types.ts';
import { jsonAt } from './json-at.ts';

/** Code of a field that is not there; its value is NULL. */
export const ABSENT = 0;
/** A place is looked for this often; values that crowd together (as somebody may choose them) are found by their text. */
const MOST_PROBES = 16;

/** Values that are kept in mind from batch to batch, and their bytes: beyond either it begins anew. */
const MOST_VALUES = 16_384;
const MOST_BYTES = 4 * 1024 * 1024;

/** A number as JSON text that is read back as the same: what JSON.stringify loses comes from -0 and 1e400. */
const numberText = (x: number): string =>
  Number.isFinite(x) ? (Object.is(x, -0) ? '-0' : String(x)) : x > 0 ? '1e400' : '-1e400';

export class Dictionary {
  /** By code. Two spellings of one value have two codes. */
  readonly values: Value[] = [null];
  /** Codes of one generation are not those of another. */
  generation = 0;
  private readonly read: ReadValue;
  private table = new Int32Array(1024);
  private hashes = new Int32Array(512);
  private starts = new Int32Array(513);
  private bytes = new Uint8Array(8192);
  private readonly crowded = new Map<string, number>();

  constructor(read: ReadValue) {
    this.read = read;
  }

  get isFull(): boolean {
    const { values, starts } = this;
    return values.length > MOST_VALUES || (values.length > 1 && (starts[values.length] as number) > MOST_BYTES);
  }

  /** Forgets all values. */
  clear(): void {
    this.generation++;
    this.values.length = 1;
    this.table.fill(0);
    this.crowded.clear();
    if (this.bytes.length > MOST_BYTES) this.bytes = new Uint8Array(8192);
  }

  codeOfJson(json: Json | undefined): number {
    if (json === undefined) return ABSENT;
    const b = Buffer.from(typeof json === 'number' ? numberText(json) : stringifyJson(json));
    return this.codeOf(b, 0, b.length);
  }

  /** @param at,end a JSON value, nothing around it; empty: absent */
  codeOf(b: Uint8Array, at: number, end: number): number {
    if (at === end) return ABSENT;
    const length = end - at;
    let hash = length;
    for (let i = at; i < end; i++) hash = Math.imul(hash ^ (b[i] as number), 0x01000193);
    hash ^= hash >>> 15;
    const { table, hashes, starts, bytes } = this;
    const mask = table.length - 1;
    let slot = hash & mask;
    for (let probes = 0; probes < MOST_PROBES; probes++, slot = (slot + 1) & mask) {
      const code = table[slot] as number;
      if (code === 0) {
        const added = this.add(b, at, end, hash);
        this.table[slot] = added;
        if (2 * added >= table.length) this.grow();
        return added;
      }
      if (hashes[code] !== hash) continue;
      const start = starts[code] as number;
      if ((starts[code + 1] as number) - start !== length) continue;
      let n = 0;
      while (n < length && bytes[start + n] === b[at + n]) n++;
      if (n === length) return code;
    }
    const text = Buffer.from(b.buffer, b.byteOffset + at, length).toString('latin1');
    const known = this.crowded.get(text);
    if (known !== undefined) return known;
    const added = this.add(b, at, end, hash);
    this.crowded.set(text, added);
    return added;
  }

  private add(b: Uint8Array, at: number, end: number, hash: number): number {
    const value = this.read(jsonAt(b, at, end));
    const code = this.values.push(value) - 1;
    if (code + 1 >= this.starts.length) {
      this.starts = grown(this.starts, new Int32Array(2 * this.starts.length));
      this.hashes = grown(this.hashes, new Int32Array(2 * this.hashes.length));
    }
    const start = code === 1 ? 0 : (this.starts[code] as number);
    const stop = start + end - at;
    if (stop > this.bytes.length) this.bytes = grown(this.bytes, new Uint8Array(2 * stop));
    this.bytes.set(b.subarray(at, end), start);
    this.starts[code] = start;
    this.starts[code + 1] = stop;
    this.hashes[code] = hash;
    return code;
  }

  /** Doubles the table; who finds no place there is found by text. */
  private grow(): void {
    const table = new Int32Array(2 * this.table.length);
    const mask = table.length - 1;
    for (let code = 1; code < this.values.length; code++) {
      let slot = (this.hashes[code] as number) & mask;
      let probes = 0;
      while (table[slot] !== 0 && probes < MOST_PROBES) {
        slot = (slot + 1) & mask;
        probes++;
      }
      if (probes < MOST_PROBES) table[slot] = code;
      else {
        const [from, to] = [this.starts[code] as number, this.starts[code + 1] as number];
        this.crowded.set(Buffer.from(this.bytes.buffer, from, to - from).toString('latin1'), code);
      }
    }
    this.table = table;
  }
}

const grown = <T extends Int32Array | Uint8Array>(from: T, to: T): T => {
  to.set(from);
  return to;
};
