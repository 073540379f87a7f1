// Bytes of a file -> its lines, each with its place. Where a line ends depends on the bytes and on the cuts alone, so that who reads
// again from a place finds the same lines with the same places.

/** `start` and `end` are places in the file: the next line begins at `end`. `bytes` are without the line's end. */
export type Line = { readonly start: number; readonly end: number; readonly bytes: Buffer };

export type SplitOptions = {
  /** Bytes; what is longer comes in pieces, cut between characters. */
  readonly longest: number;
  /** What a line begins with that begins a record; lines that do not belong to the one before. */
  readonly begins?: RegExp;
  /** Places where a line ended though no end of line stands there; rising. */
  readonly cuts?: readonly number[];
};

const NEWLINE = 0x0a;
const RETURN = 0x0d;

export class Splitter {
  readonly #longest: number;
  readonly #begins: RegExp | undefined;
  #cuts: number[];
  /** Read, but in no line yet. */
  #rest = Buffer.alloc(0);
  /** The place of its first byte. */
  #at: number;
  /** Bytes of it that are whole lines already, of a record that may go on. */
  #held = 0;

  /** @param at a place in the file where a line begins */
  constructor(at: number, { longest, begins, cuts = [] }: SplitOptions) {
    this.#at = at;
    this.#longest = longest;
    this.#begins = begins;
    this.#cuts = cuts.filter((c) => c > at);
  }

  /** Where the next bytes stand. */
  get end(): number {
    return this.#at + this.#rest.length;
  }
  get waits(): number {
    return this.#rest.length;
  }

  push(bytes: Uint8Array): readonly Line[] {
    this.#rest = this.#rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes]);
    const lines: Line[] = [];
    for (;;) {
      const [cut] = this.#cuts;
      if (cut === undefined || cut > this.end) break;
      lines.push(...this.#split(cut - this.#at), ...this.#takeAll(cut - this.#at));
      this.#cuts.shift();
    }
    lines.push(...this.#split(this.#rest.length));
    return lines;
  }

  /**
   * Ends the line here: nothing will follow for now. The caller keeps the place among the cuts before it sends the line.
   * @param whole only lines that have their end
   */
  cut(whole: boolean): readonly Line[] {
    return this.#takeAll(whole ? this.#held : this.#rest.length);
  }
  /** Where `cut` would end; undefined when it would give nothing. */
  cutAt(whole: boolean): number | undefined {
    const length = whole ? this.#held : this.#rest.length;
    return length === 0 ? undefined : this.#at + length;
  }

  #takeAll(length: number): readonly Line[] {
    const lines: Line[] = [];
    for (let left = length; left > 0; ) {
      const n = left > this.#longest ? this.#between(0, this.#longest) : left;
      lines.push(this.#take(n));
      left -= n;
    }
    return lines;
  }

  #take(length: number): Line {
    const start = this.#at;
    const all = this.#rest.subarray(0, length);
    const feed = all[length - 1] === NEWLINE ? 1 : 0;
    const back = feed === 1 && all[length - 2] === RETURN ? 1 : 0;
    this.#rest = this.#rest.subarray(length);
    this.#at += length;
    this.#held = 0;
    return { start, end: this.#at, bytes: all.subarray(0, length - feed - back) };
  }

  /** At most `most` bytes from `from` on, not inside a character of UTF-8. */
  #between(from: number, most: number): number {
    let end = from + most;
    for (let back = 0; back < 3 && ((this.#rest[end] as number) & 0xc0) === 0x80; back++) end -= 1;
    return end - from > 0 ? end - from : most;
  }

  #split(within: number): readonly Line[] {
    const lines: Line[] = [];
    let limit = within;
    const give = (length: number): void => {
      lines.push(this.#take(length));
      limit -= length;
    };
    for (;;) {
      const from = this.#held;
      const found = this.#rest.subarray(0, limit).indexOf(NEWLINE, from);
      const end = found < 0 ? limit : found;
      if (end - from > this.#longest) {
        if (from > 0) give(from);
        give(this.#between(0, this.#longest));
      } else if (found < 0) return lines;
      else if (this.#begins === undefined) give(found + 1);
      else {
        const line = this.#rest.subarray(from, found).toString();
        if (from > 0 && (this.#begins.test(line) || found + 1 > this.#longest)) give(from);
        else this.#held = found + 1;
      }
    }
  }
}
