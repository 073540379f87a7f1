// Where reading goes on after a restart: a small JSON file, replaced as a whole, and locked by the process that uses it.
import { hash, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CallError } from '../cli/call-error.ts';

/**
 * One life of a file: from its first byte until it is truncated or replaced. `id` is drawn when it is first seen, and stored before any
 * line of it is sent; with a line's place it is the line's id.
 */
export type Life = {
  readonly id: string;
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  /** When it was last written as it was first seen, in ms: a copy of an earlier life is older. */
  readonly since: number;
  /** All before this place is stored. */
  at: number;
  /** The first bytes of the file, at most 1,024: the same inode may be another file. */
  head: { readonly length: number; readonly hash: string };
  /** Places behind `at` where a line was ended though it may go on. */
  cuts: number[];
};

export type State = {
  readonly version: 1;
  /** Looked at before: what stands there that is not known is new, and is read from its beginning. */
  paths: string[];
  lives: Life[];
};

export const HEAD = 1_024; // bytes
export const headOf = (bytes: Uint8Array): Life['head'] => ({ length: bytes.length, hash: hash('sha256', bytes) });
export const newLife = (
  path: string,
  dev: number,
  ino: number,
  since: number,
  at: number,
  head: Life['head'],
): Life => ({
  id: randomBytes(9).toString('base64url'),
  path,
  dev,
  ino,
  since,
  at,
  head,
  cuts: [],
});

/** @throws CallError when it is something else */
export const readState = (file: string): State => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { version: 1, paths: [], lives: [] };
    throw new CallError(`--state ${file}: ${(error as Error).message}`);
  }
  try {
    const state = JSON.parse(text) as State;
    if (state.version === 1 && Array.isArray(state.lives) && Array.isArray(state.paths)) return state;
  } catch {}
  throw new CallError(`--state ${file} is no state of millrace tail; name another file, or remove it to begin anew`);
};

/** On the disk when it returns. */
export const writeState = (file: string, state: State): void => {
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.new`;
  const fd = openSync(fresh, 'w');
  try {
    writeFileSync(fd, `${JSON.stringify(state, null, 1)}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(fresh, file);
};

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return pid !== process.pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** @returns what gives it back. @throws CallError when another process that still runs has it */
export const lockState = (file: string): (() => void) => {
  const lock = `${file}.lock`;
  mkdirSync(dirname(file), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
        throw new CallError(`--state ${file}: ${(error as Error).message}`);
    }
    const pid = Number(readFileSync(lock, 'utf8'));
    if (isRunning(pid))
      throw new CallError(
        `${file} is used by process ${pid}; give this one another --state, or remove ${lock} if that is no millrace tail`,
      );
    rmSync(lock, { force: true });
  }
};
