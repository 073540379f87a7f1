import { compareText } from '../compare-text.ts';

/** A map from text whose keys can be walked in the order of their UTF-8 bytes. */
export class SortedMap<V> {
  readonly #values = new Map<string, V>();
  #keys: string[] = [];
  /** Keys came out of order since they were put in order: it is done when an order is asked for. */
  #mixed = false;

  get size(): number {
    return this.#values.size;
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: V): void {
    if (!this.#values.has(key)) {
      const last = this.#keys.at(-1);
      this.#mixed ||= last !== undefined && compareText(last, key) >= 0;
      this.#keys.push(key);
    }
    this.#values.set(key, value);
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#keys.splice(this.firstAtLeast(key), 1);
  }

  /** Index of the first key that is not below `key`. */
  firstAtLeast(key: string): number {
    if (this.#mixed) {
      this.#keys.sort(compareText);
      this.#mixed = false;
    }
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareText(this.#keys[middle]!, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The key at an index of that order, as `firstAtLeast` counts them. */
  keyAt(index: number): string | undefined {
    if (this.#mixed) this.firstAtLeast('');
    return this.#keys[index];
  }

  /** Keys that start with `prefix` and stand after `after`, in order. */
  range(prefix = '', after?: string): readonly string[] {
    const start = after !== undefined && compareText(after, prefix) >= 0 ? after : prefix;
    const from = this.firstAtLeast(start);
    let to = from;
    while (to < this.#keys.length && this.#keys[to]!.startsWith(prefix)) to += 1;
    return this.#keys.slice(start === after && this.#keys[from] === after ? from + 1 : from, to);
  }
}
