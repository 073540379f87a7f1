// The groups that a list of key columns makes, as small integers, with their text: made once, not once for each query and batch.
import { encodeKey } from '../../../fold/value-code.ts';
import type { SqlType } from '../../../query/types.ts';
import type { CodedColumn } from './column.ts';

/** Keys that are kept in mind from batch to batch, and the length of their texts. */
const MOST_KEYS = 16_384;
const MOST_LENGTH = 4 * 1024 * 1024;
/** Above every code and every number of a key. */
const CODES = 2 ** 26;

export class KeySpace {
  /** By number; 0 is none. */
  #texts: string[] = [''];
  #length = 0;
  /** The text as a JSON string. */
  #written: Uint8Array[] = [new Uint8Array(0)];
  readonly #byText = new Map<string, number>();
  /** Of one column: by code. */
  #byCode = new Int32Array(1024);
  /** Of several: by the number of the first ones and the next code; columns of their own numbers. */
  readonly #byPair: readonly Map<number, number>[];
  #sorted: number[] = [];
  #ranks = new Int32Array(0);
  #generations: readonly number[];
  readonly #columns: readonly CodedColumn[];
  readonly #types: readonly SqlType[];

  constructor(columns: readonly CodedColumn[], types: readonly SqlType[]) {
    this.#columns = columns;
    this.#types = types;
    this.#byPair = columns.map(() => new Map());
    this.#generations = columns.map((c) => c.dictionary.generation);
  }

  /** For the next batch: numbers of another one may have lost their meaning. */
  begin(): void {
    const generations = this.#columns.map((c) => c.dictionary.generation);
    const isFull = this.#texts.length > MOST_KEYS || this.#length > MOST_LENGTH;
    if (!isFull && generations.every((g, i) => g === this.#generations[i])) return;
    this.#generations = generations;
    this.#texts.length = 1;
    this.#length = 0;
    this.#written.length = 1;
    this.#byText.clear();
    this.#byCode.fill(0);
    for (const pairs of this.#byPair) pairs.clear();
    this.#sorted = [];
  }

  /** @returns the key's number, above 0 */
  keyOf(row: number): number {
    const columns = this.#columns;
    const [first] = columns;
    if (columns.length !== 1 || first === undefined) return this.keyOfMany(row);
    const code = first.codes[row] as number;
    const known = code < this.#byCode.length ? (this.#byCode[code] as number) : 0;
    return known > 0 ? known : this.learn(code, row);
  }
  private learn(code: number, row: number): number {
    if (code >= this.#byCode.length) {
      const grown = new Int32Array(2 * code);
      grown.set(this.#byCode);
      this.#byCode = grown;
    }
    const id = this.numberOf(row);
    this.#byCode[code] = id;
    return id;
  }
  private keyOfMany(row: number): number {
    const [columns, byPair] = [this.#columns, this.#byPair];
    const last = columns.length - 1;
    let at = 0;
    for (let i = 0; i < last; i++) {
      const pairs = byPair[i] as Map<number, number>;
      const pair = at * CODES + ((columns[i] as CodedColumn).codes[row] as number);
      const known = pairs.get(pair);
      at = known ?? pairs.size;
      if (known === undefined) pairs.set(pair, at);
    }
    const pairs = byPair[last];
    if (pairs === undefined) return this.numberOf(row);
    const pair = at * CODES + ((columns[last] as CodedColumn).codes[row] as number);
    const known = pairs.get(pair);
    if (known !== undefined) return known;
    const id = this.numberOf(row);
    pairs.set(pair, id);
    return id;
  }
  private numberOf(row: number): number {
    const text = encodeKey(
      this.#types,
      this.#columns.map((c) => c.valueAt(row)),
    );
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const id = this.#texts.push(text) - 1;
    this.#written.push(Buffer.from(JSON.stringify(text)));
    this.#byText.set(text, id);
    this.#length += text.length;
    return id;
  }

  jsonOf(key: number): Uint8Array {
    return this.#written[key] as Uint8Array;
  }
  get size(): number {
    return this.#texts.length;
  }

  /** Where each key stands among all that are known, by the code units of their texts. */
  order(): Int32Array {
    const [texts, sorted] = [this.#texts, this.#sorted];
    const before = (a: number, b: number): boolean => (texts[a] as string) < (texts[b] as string);
    const fresh: number[] = [];
    for (let id = sorted.length + 1; id < texts.length; id++) fresh.push(id);
    if (fresh.length === 0) return this.#ranks;
    fresh.sort((a, b) => (before(a, b) ? -1 : 1));
    const merged: number[] = [];
    let i = 0;
    for (const id of fresh) {
      while (i < sorted.length && before(sorted[i] as number, id)) merged.push(sorted[i++] as number);
      merged.push(id);
    }
    while (i < sorted.length) merged.push(sorted[i++] as number);
    this.#sorted = merged;
    this.#ranks = new Int32Array(texts.length);
    merged.forEach((id, rank) => {
      this.#ranks[id] = rank;
    });
    return this.#ranks;
  }
}
