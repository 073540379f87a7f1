// One life of a file, read from its place on: lines out, and how far all of them are stored.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type Line, type SplitOptions, Splitter } from './splitter.ts';
import { HEAD, headOf, type Life } from './state.ts';

const CHUNK = 256 * 1024; // bytes of one read

export const readHead = (fd: number, length: number): Uint8Array => {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, length === 0 ? 0 : readSync(fd, bytes, 0, length, 0));
};

export class Follower {
  readonly life: Life;
  readonly fd: number;
  readonly #splitter: Splitter;
  /** Places where lines end that are under way, in order; true: stored. */
  #under: { readonly end: number; stored: boolean }[] = [];
  /** When it last gave bytes. */
  last: number;
  /** Nothing more will be read: another file stands at its path, or it was cut short. */
  retired = false;
  finished = false;

  constructor(life: Life, path: string, now: number, options: Omit<SplitOptions, 'cuts'>) {
    this.life = life;
    this.fd = openSync(path, 'r');
    this.#splitter = new Splitter(life.at, { ...options, cuts: life.cuts });
    this.last = now;
  }

  get end(): number {
    return this.#splitter.end;
  }
  /** Bytes of a line that has no end yet. */
  get waits(): number {
    return this.#splitter.waits;
  }
  get isStored(): boolean {
    return this.#under.length === 0;
  }
  size(): number {
    return fstatSync(this.fd).size;
  }

  /** Whether the file still begins as it did: false when it was cut short and written anew. */
  isSame(): boolean {
    const { head } = this.life;
    return this.size() >= this.end && headOf(readHead(this.fd, head.length)).hash === head.hash;
  }

  /** The next lines; undefined at the end of what is there now. */
  read(now: number): readonly Line[] | undefined {
    const bytes = Buffer.allocUnsafe(CHUNK);
    const n = readSync(this.fd, bytes, 0, CHUNK, this.#splitter.end);
    if (n === 0) return undefined;
    this.last = now;
    return this.#splitter.push(bytes.subarray(0, n));
  }

  cutAt(whole: boolean): number | undefined {
    return this.#splitter.cutAt(whole);
  }
  cut(whole: boolean): readonly Line[] {
    return this.#splitter.cut(whole);
  }

  /** A line is under way. @returns what tells that it is stored */
  began(line: Line): () => void {
    const one = { end: line.end, stored: false };
    this.#under.push(one);
    return () => {
      one.stored = true;
      const left = this.#under.findIndex((u) => !u.stored);
      const done = left < 0 ? this.#under.length : left;
      if (done === 0) return;
      this.life.at = (this.#under[done - 1] as { end: number }).end;
      this.#under = this.#under.slice(done);
      this.life.cuts = this.life.cuts.filter((c) => c > this.life.at);
    };
  }

  /** Takes the first bytes down as soon as they are read. */
  noteHead(): void {
    const { life } = this;
    const length = Math.min(HEAD, this.end);
    if (length <= life.head.length) return;
    const bytes = readHead(this.fd, length);
    // It may have been cut short in between: then what was known of it stands.
    if (bytes.length === length && headOf(bytes.subarray(0, life.head.length)).hash === life.head.hash)
      life.head = headOf(bytes);
  }

  close(): void {
    if (!this.finished) closeSync(this.fd);
    this.finished = true;
  }
}
