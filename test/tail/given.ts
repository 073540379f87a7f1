// A folder of logs with a writer, and a tailer that may be killed at any moment: what was under way is then lost or arrives.
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Tailer, type TailOptions } from '../../local/tail/tailer.ts';

/** In memory where there is such a place: each state is written through to the disk. */
const QUICK = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export type Folder = {
  readonly dir: string;
  readonly log: string;
  /** What arrived, in order; an id that came again stands there again. */
  readonly arrived: { readonly id: string; readonly text: string; readonly bytes: Buffer }[];
  readonly warned: string[];
  write(text: string | Buffer): void;
  rename(): void;
  copyAndTruncate(): void;
  start(): void;
  /** One look; what is sent is under way until `answer`. */
  step(): Promise<void>;
  /** The first `n` that are under way are stored, and the sender is told unless its process is dead. */
  answer(n?: number): Promise<void>;
  /** Ends the process: nothing is written down any more. Of what is under way the first `n` arrive all the same. */
  kill(n?: number): Promise<void>;
  stop(): void;
  pass(ms: number): void;
  /** Looks and answers until nothing is new. */
  settle(): Promise<void>;
  /** Texts as `deduplicate` leaves them: the first of each id. */
  once(): readonly string[];
  remove(): void;
};

export const folder = (options: Partial<TailOptions> = {}): Folder => {
  const dir = mkdtempSync(join(QUICK, 'millrace-tail-'));
  const log = join(dir, 'app.log');
  let clock = Date.now();
  let tailer: Tailer | undefined;
  let underWay: { readonly store: () => void; readonly tell: () => void }[] = [];
  let rotated = 0;
  const quiet = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) await setImmediate();
  };
  const made: Folder = {
    dir,
    log,
    arrived: [],
    warned: [],
    write: (text) => appendFileSync(log, text),
    rename() {
      for (const name of readdirSync(dir)
        .filter((n) => /\.\d+$/.test(n))
        .sort()
        .reverse())
        renameSync(
          join(dir, name),
          join(
            dir,
            name.replace(/\d+$/, (n) => String(Number(n) + 1)),
          ),
        );
      renameSync(log, `${log}.1`);
      rotated += 1;
      writeFileSync(log, '');
    },
    copyAndTruncate() {
      rotated += 1;
      copyFileSync(log, `${log}.copy${rotated}`);
      truncateSync(log, 0);
    },
    start() {
      tailer = new Tailer({
        files: [log],
        state: join(dir, 'state.json'),
        fromStart: true,
        longest: 1_000,
        now: () => clock,
        room: async () => {},
        send: (id, line) =>
          new Promise((resolve) => {
            const bytes = Buffer.from(line.bytes);
            underWay.push({ store: () => made.arrived.push({ id, bytes, text: bytes.toString() }), tell: resolve });
          }),
        warn: (text) => made.warned.push(text),
        ...options,
      });
    },
    async step() {
      clock += 200;
      await tailer?.step();
    },
    async answer(n = underWay.length) {
      for (const { store, tell } of underWay.splice(0, n)) {
        store();
        tell();
      }
      await quiet();
    },
    async kill(n = 0) {
      for (const { store } of underWay.slice(0, n)) store();
      underWay = [];
      tailer?.die();
      tailer = undefined;
      await quiet();
    },
    stop() {
      tailer?.stop();
      tailer = undefined;
    },
    pass(ms) {
      clock += ms;
    },
    async settle() {
      for (let i = 0; i < 6; i++) {
        for (let more = true; more; ) {
          await made.step();
          more = underWay.length > 0;
          await made.answer();
        }
        clock += 40_000;
      }
    },
    once: () => [...new Map(made.arrived.toReversed().map((a) => [a.id, a.text])).values()].toReversed(),
    remove: () => {
      if (existsSync(dir)) rmSync(dir, { recursive: true });
    },
  };
  return made;
};
