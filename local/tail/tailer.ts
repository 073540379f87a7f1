// Files -> lines, in the manner of the Kinesis Agent: through rotations by rename and by copy and truncate, and across restarts.
import { closeSync, openSync, readdirSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Ms, seconds } from '../../shared/time.ts';
import { Follower, readHead } from './follower.ts';
import type { Line } from './splitter.ts';
import { headOf, type Life, newLife, readState, type State, writeState } from './state.ts';

export type TailOptions = {
  readonly files: readonly string[];
  readonly state: string;
  /** Where a file begins that stands there at the first start: at its end unless this is set. Later ones begin at their beginning. */
  readonly fromStart: boolean;
  readonly longest: number;
  readonly begins?: RegExp;
  /** How long the next line of a record of several is waited for; 5 s. */
  readonly patience?: Ms;
  readonly now: () => number;
  /** Waits until there is room for one more line. */
  readonly room: () => Promise<void>;
  /** Sends a line; resolves when it is stored, or was refused and put aside. @throws when the whole must stop */
  readonly send: (id: string, line: Line, path: string) => Promise<void>;
  readonly warn: (text: string) => void;
};

const SAVE_EVERY: Ms = 500;
/** Chunks of one file in a step: the others have their turn. */
const TURN = 16;
/** A file that was replaced is read on for so many times `patience`: its writer may not know yet. */
const OLD = 6;

const statOf = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });

export class Tailer {
  readonly #o: TailOptions;
  readonly #state: State;
  /** Of each path, the one that stands there now. */
  readonly #live = new Map<string, Follower>();
  /** Rotated ones, read to their end. */
  readonly #old = new Set<Follower>();
  #saved = '';
  #heads = '';
  #savedAt = Number.NEGATIVE_INFINITY;
  #failure: unknown;
  #halted = false;
  #stopped = false;
  lines = 0;

  /** @throws CallError when the state cannot be read */
  constructor(options: TailOptions) {
    this.#o = options;
    this.#state = readState(options.state);
    const known = new Set(this.#state.paths);
    this.#state.paths = [...new Set([...known, ...options.files])];
    for (const life of [...this.#state.lives]) if (options.files.includes(life.path)) this.#resume(life);
    for (const path of options.files) if (!this.#live.has(path)) this.#see(path, !known.has(path));
    this.#save(true);
  }

  /** Looks at every file once, and sends what is new. @returns whether there was anything. @throws what `send` threw */
  async step(): Promise<boolean> {
    for (const path of this.#o.files) await this.#look(path);
    let any = false;
    for (const follower of [...this.#old, ...this.#live.values()]) any = (await this.#read(follower)) || any;
    for (const follower of this.#old) this.#endOld(follower);
    this.#save(false);
    if (this.#failure !== undefined) throw this.#failure;
    return any;
  }

  /** Sends lines that have no end yet, too: nobody writes any more. */
  async cutAll(): Promise<void> {
    for (const follower of [...this.#old, ...this.#live.values()]) await this.#cut(follower, false);
  }

  /** Reads and sends no more. */
  halt(): void {
    this.#halted = true;
  }

  /** Writes down how far it came; nothing is read or told after that. */
  stop(): void {
    this.#save(true);
    this.die();
  }

  /** As the end of its process: nothing is written down. */
  die(): void {
    this.#halted = true;
    this.#stopped = true;
    for (const follower of [...this.#old, ...this.#live.values(), ...this.#gone]) follower.close();
  }

  /** What `send` threw first. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Bytes of unfinished lines. */
  get waits(): number {
    return [...this.#live.values()].reduce((sum, f) => sum + f.waits, 0);
  }

  #open(life: Life, path: string): Follower {
    const { longest, begins, now } = this.#o;
    return new Follower(life, path, now(), { longest, ...(begins && { begins }) });
  }

  /** A file stands where none was known. */
  #see(path: string, mayBeOld: boolean): void {
    const stat = statOf(path);
    if (stat === undefined) return;
    const at = mayBeOld && !this.#o.fromStart ? stat.size : 0;
    const fd = openSync(path, 'r');
    const head = headOf(readHead(fd, Math.min(1_024, at)));
    closeSync(fd);
    const life = newLife(path, stat.dev, stat.ino, stat.mtimeMs, at, head);
    this.#state.lives.push(life);
    this.#live.set(path, this.#open(life, path));
    this.#save(true); // its id must stand before a line goes
  }

  /** After a restart: the same file, else what it is called now, else a copy of it. */
  #resume(life: Life): void {
    const { dev, ino } = statOf(life.path) ?? {};
    if (dev === life.dev && ino === life.ino && this.#isOf(life, life.path)) {
      this.#live.set(life.path, this.#open(life, life.path));
      return;
    }
    this.#drainCopy(life, undefined);
  }

  #isOf(life: Life, path: string): boolean {
    let fd: number | undefined;
    try {
      fd = openSync(path, 'r');
      return (statOf(path)?.size ?? 0) >= life.at && headOf(readHead(fd, life.head.length)).hash === life.head.hash;
    } catch {
      return false;
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
  }

  /** The rest of a life stands in another file beside it: the one it was renamed to, or copied to before it was cut short. */
  #drainCopy(life: Life, from: Follower | undefined): void {
    const folder = dirname(life.path);
    const isFile = (path: string): boolean => statOf(path)?.isFile() === true;
    const beside = readdirSync(folder)
      .filter((name) => name.startsWith(basename(life.path)) && name !== basename(life.path))
      .map((name) => join(folder, name))
      .filter((path) => !this.#o.files.includes(path) && isFile(path) && this.#isOf(life, path));
    const writtenAt = (path: string): number => statOf(path)?.mtimeMs ?? 0;
    const copies = beside.filter((path) => life.head.length > 0 && writtenAt(path) >= life.since);
    const found =
      beside.find((path) => statOf(path)?.ino === life.ino) ?? copies.sort((a, b) => writtenAt(b) - writtenAt(a))[0];
    if (found === undefined) {
      if (from === undefined) {
        this.#o.warn(
          `${life.path} was replaced while nobody read it, and no copy stands beside it: what was written behind byte ${life.at} of the old one is not sent`,
        );
        this.#forget(life);
      }
      return;
    }
    const follower = this.#open(life, found);
    follower.retired = true;
    this.#old.add(follower);
  }

  async #look(path: string): Promise<void> {
    const follower = this.#live.get(path);
    const stat = statOf(path);
    if (stat === undefined) return;
    if (follower === undefined) {
      this.#see(path, false);
      return;
    }
    const { life } = follower;
    if (stat.dev !== life.dev || stat.ino !== life.ino) {
      follower.retired = true;
      follower.last = this.#o.now();
      this.#old.add(follower);
      this.#live.delete(path);
      this.#see(path, false);
    } else if (!follower.isSame()) {
      // Cut short. What was not read of it may stand in a copy, which has the same lines at the same places.
      this.#live.delete(path);
      this.#drainCopy({ ...life }, follower);
      const copy = [...this.#old].find((f) => f.life.id === life.id);
      if (copy === undefined) {
        await this.#cut(follower, false);
        this.#gone.add(follower);
      } else this.#state.lives[this.#state.lives.indexOf(life)] = copy.life;
      follower.close();
      this.#see(path, false);
    }
  }

  async #read(follower: Follower): Promise<boolean> {
    let any = false;
    for (let i = 0; i < TURN && !follower.finished && !this.#halted && this.#failure === undefined; i++) {
      const lines = follower.read(this.#o.now());
      if (lines === undefined) break;
      any = true;
      await this.#send(follower, lines);
      this.#save(false);
    }
    if (any || follower.finished || this.#halted) return any;
    if (this.#isIdle(follower, 1) && this.#o.begins !== undefined) await this.#cut(follower, true);
    if (this.#isIdle(follower, OLD) && follower.retired) await this.#cut(follower, false);
    return false;
  }

  #isIdle(follower: Follower, times: number): boolean {
    return this.#o.now() - follower.last >= times * (this.#o.patience ?? seconds(5));
  }

  /** Ends a line that may go on: where, is written down before it goes, so that it ends there again after a restart. */
  async #cut(follower: Follower, whole: boolean): Promise<void> {
    const at = follower.cutAt(whole);
    if (at === undefined) return;
    follower.life.cuts.push(at);
    this.#save(true);
    await this.#send(follower, follower.cut(whole));
  }

  async #send(follower: Follower, lines: readonly Line[]): Promise<void> {
    for (const line of lines) {
      const stored = follower.began(line);
      if (line.bytes.length === 0) {
        stored();
        continue;
      }
      await this.#o.room();
      if (this.#halted) return;
      this.lines += 1;
      this.#o.send(`${follower.life.id}-${line.start}`, line, follower.life.path).then(stored, (error: unknown) => {
        this.#failure ??= error;
      });
    }
  }

  #endOld(follower: Follower): void {
    if (!this.#isIdle(follower, OLD) || follower.waits > 0 || !follower.isStored || follower.end < follower.size())
      return;
    follower.close();
    this.#old.delete(follower);
    this.#forget(follower.life);
  }

  /** Closed, with lines under way. */
  readonly #gone = new Set<Follower>();

  #forget(life: Life): void {
    this.#state.lives = this.#state.lives.filter((l) => l.id !== life.id);
  }

  #save(now: boolean): void {
    if (this.#stopped) return;
    for (const follower of this.#gone)
      if (follower.isStored) {
        this.#gone.delete(follower);
        this.#forget(follower.life);
      }
    for (const follower of [...this.#old, ...this.#live.values()]) if (!follower.finished) follower.noteHead();
    // By its first bytes a file is known again: they stand before anything else can happen to it.
    const heads = this.#state.lives.map((l) => `${l.id} ${l.head.length}`).join();
    const isDue = now || heads !== this.#heads || this.#o.now() - this.#savedAt >= SAVE_EVERY;
    const text = JSON.stringify(this.#state);
    if (!isDue || text === this.#saved) return;
    writeState(this.#o.state, this.#state);
    this.#saved = text;
    this.#heads = heads;
    this.#savedAt = this.#o.now();
  }
}
