// The groups of a batch, part of a window and key, as small integers: once for all queries with the same windows, keys and inputs. They are
// numbered in the order in which an entry holds them.
import type { KeySpace } from './key-space.ts';
import { LATE, type RowSlices } from './row-slices.ts';

/** Numbers for pairs of small numbers, by open addressing. */
class Pairs {
  private slots = new Int32Array(4096);
  first = new Int32Array(1024);
  second = new Int32Array(1024);
  size = 0;

  clear(): void {
    this.slots.fill(0);
    this.size = 0;
  }
  numberOf(a: number, b: number): number {
    const { slots, first, second } = this;
    const mask = slots.length - 1;
    let slot = (Math.imul(b, 0x9e3779b1) ^ Math.imul(a, 0x85ebca6b)) & mask;
    for (;;) {
      const known = (slots[slot] as number) - 1;
      if (known < 0) break;
      if (second[known] === b && first[known] === a) return known;
      slot = (slot + 1) & mask;
    }
    const added = this.size++;
    slots[slot] = added + 1;
    first[added] = a;
    second[added] = b;
    if (this.size === first.length) this.grow();
    return added;
  }
  private grow(): void {
    const { first, second, size } = this;
    this.first = new Int32Array(2 * size);
    this.second = new Int32Array(2 * size);
    this.slots = new Int32Array(8 * size);
    this.size = 0;
    for (let i = 0; i < size; i++) this.numberOf(first[i] as number, second[i] as number);
  }
}

/** The numbers below `size` by what `placed` gives them, which is below `most`. */
const inOrderOf = (placed: (g: number) => number, size: number, most: number): ArrayLike<number> => {
  if (most * size > Number.MAX_SAFE_INTEGER)
    return Array.from({ length: size }, (_, g) => g).sort((a, b) => placed(a) - placed(b));
  const out = new Float64Array(size);
  for (let g = 0; g < size; g++) out[g] = placed(g) * size + g;
  out.sort();
  for (let i = 0; i < size; i++) out[i] = (out[i] as number) % size;
  return out;
};

export class Groups {
  /** By row, where the row is not late. */
  of = new Int32Array(1024);
  size = 0;
  /** Rows that have a group. */
  counted = 0;
  /** By group: number of its part of a window, among those of its slices. */
  part = new Int32Array(0);
  /** By group: number of its key. */
  key = new Int32Array(0);
  readonly slices: RowSlices;
  readonly keys: KeySpace;
  readonly #pairs = new Pairs();

  constructor(slices: RowSlices, keys: KeySpace) {
    this.slices = slices;
    this.keys = keys;
  }

  /** @param rows the first n are what queries take; slices and keys have begun */
  begin(rows: Int32Array, n: number): void {
    const { slices, keys } = this;
    const pairs = this.#pairs;
    if (slices.at.length > this.of.length) this.of = new Int32Array(slices.at.length);
    pairs.clear();
    const groups = this.of;
    let counted = 0;
    for (let i = 0; i < n; i++) {
      const row = rows[i] as number;
      const part = slices.at[row] as number;
      if (part === LATE) continue;
      groups[row] = pairs.numberOf(part, keys.keyOf(row));
      counted++;
    }
    this.counted = counted;
    this.sort();
    const to = this.renumbered;
    for (let i = 0; i < n; i++) {
      const row = rows[i] as number;
      if (slices.at[row] !== LATE) groups[row] = to[groups[row] as number] as number;
    }
  }

  private renumbered = new Int32Array(0);

  /** By j, slice and the code units of the key, as packSlices does. */
  private sort(): void {
    const { keys, slices } = this;
    const pairs = this.#pairs;
    const { size } = pairs;
    const parts = slices.parts.map((part, i) => ({ ...part, i })).sort((a, b) => a.j - b.j || a.slice - b.slice);
    const partRank = new Int32Array(parts.length);
    parts.forEach(({ i }, rank) => {
      partRank[i] = rank;
    });
    const keyRank = keys.order();
    const placed = (g: number): number =>
      (partRank[pairs.first[g] as number] as number) * keys.size + (keyRank[pairs.second[g] as number] as number);
    const order = inOrderOf(placed, size, parts.length * keys.size);
    this.size = size;
    this.part = new Int32Array(size);
    this.key = new Int32Array(size);
    this.renumbered = new Int32Array(size);
    for (let i = 0; i < size; i++) {
      const g = order[i] as number;
      this.renumbered[g] = i;
      this.part[i] = pairs.first[g] as number;
      this.key[i] = pairs.second[g] as number;
    }
  }
}
