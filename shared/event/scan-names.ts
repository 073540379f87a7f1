// Which of some known names stands in bytes, without making a text of it.

/**
 * Names by a small hash of length and first byte; at most 120 of them. Events of one producer write their names in one order, so
 * the name that last came behind another is tried first (`guess`): that is one comparison in place of a search. A wrong guess costs
 * time, never an answer.
 */
export class ScanNames {
  private readonly bytes: Uint8Array;
  private readonly starts: Int32Array;
  private readonly heads = new Int8Array(256).fill(-1);
  private readonly nexts: Int8Array;
  private readonly followers: Int8Array;

  constructor(names: readonly string[]) {
    const all = names.map((name) => Buffer.from(name));
    this.bytes = new Uint8Array(Buffer.concat(all));
    this.starts = new Int32Array(names.length + 1);
    this.nexts = new Int8Array(names.length).fill(-1);
    this.followers = new Int8Array(names.length + 2).fill(-1);
    all.forEach((name, i) => {
      this.starts[i + 1] = (this.starts[i] as number) + name.length;
      const slot = ((name[0] ?? 0) + name.length * 29) & 255;
      this.nexts[i] = this.heads[slot] as number;
      this.heads[slot] = i;
    });
  }

  /** The number of the name that may come behind name `before` (-1: first; -2: one not known); -1 for no guess. */
  guess(before: number): number {
    return this.followers[before + 2] as number;
  }
  /** The place behind name `i` when it stands at `at` with a quote behind it; -1 when not. */
  behind(i: number, b: Uint8Array, at: number, end: number): number {
    const start = this.starts[i] as number;
    const stop = at + (this.starts[i + 1] as number) - start;
    if (stop >= end || b[stop] !== 0x22) return -1;
    const { bytes } = this;
    for (let n = at, m = start; n < stop; n++, m++) if (bytes[m] !== b[n]) return -1;
    return stop;
  }
  /** The number of the name in [at, end); -1 when it is none of them. */
  find(b: Uint8Array, at: number, end: number): number {
    const length = end - at;
    let i = this.heads[((at === end ? 0 : (b[at] as number)) + length * 29) & 255] as number;
    for (; i >= 0; i = this.nexts[i] as number) {
      const start = this.starts[i] as number;
      if ((this.starts[i + 1] as number) - start !== length) continue;
      let n = 0;
      while (n < length && this.bytes[start + n] === b[at + n]) n++;
      if (n === length) return i;
    }
    return -1;
  }
  /** As `find`, and remembers it as the guess behind `before`. */
  learn(b: Uint8Array, at: number, end: number, before: number): number {
    const i = this.find(b, at, end);
    this.followers[before + 2] = i;
    return i;
  }
}
