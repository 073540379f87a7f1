// The rows that queries of some event types take: once for all of them.
import type { StampedEvent } from '../../../lanes/inner.ts';
import type { Rows } from './rows.ts';

export class Inputs {
  rows = new Int32Array(1024);
  length = 0;
  readonly #types: ReadonlySet<unknown>;
  /** Some rows are for one query alone: an operator had them sent again. */
  #items: readonly StampedEvent[] | null = null;

  constructor(types: readonly string[]) {
    this.#types = new Set(types);
  }

  begin({ length, types, typeNames, items, somePicked }: Rows): void {
    if (length > this.rows.length) this.rows = new Int32Array(2 * length);
    const taken = typeNames.values.map((name) => this.#types.has(name));
    let n = 0;
    for (let row = 0; row < length; row++) if (taken[types[row] as number]) this.rows[n++] = row;
    this.length = n;
    this.#items = somePicked ? items : null;
  }

  /** The rows that one query takes. @returns how many */
  copy(query: string, to: Int32Array): number {
    const { rows, length } = this;
    const items = this.#items;
    if (items === null) {
      to.set(rows.subarray(0, length));
      return length;
    }
    let n = 0;
    for (let i = 0; i < length; i++) {
      const row = rows[i] as number;
      const only = items[row]?.again?.only;
      if (only === undefined || only === query) to[n++] = row;
    }
    return n;
  }
}
