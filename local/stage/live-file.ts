// .millrace/live.json: where the pipeline that `millrace start` runs on this machine can be reached, for the commands beside it.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Deployment } from '../plan/deployment.ts';

export type LiveFile = {
  readonly version: 1;
  readonly pid: number;
  /** ISO 8601. */
  readonly started: string;
  /** Of page and producer endpoint. */
  readonly origin: string;
  /** The pipeline's folder, absolute. */
  readonly pipeline: string;
  /** Settings for AWS clients: the endpoints of the services here. */
  readonly aws: Readonly<Record<string, string>>;
  readonly deployment: Deployment;
};

/** Takes the place of what another pipeline noted: commands speak to the one that was started last. */
export const writeLiveFile = (path: string, live: LiveFile): void => {
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.${live.pid}`;
  writeFileSync(fresh, `${JSON.stringify(live, null, 2)}\n`);
  renameSync(fresh, path); // a reader sees all of it or none
};

/** undefined: there is none, or it is not of this version. */
export const readLiveFile = (path: string): LiveFile | undefined => {
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as LiveFile;
    return found.version === 1 && typeof found.pid === 'number' ? found : undefined;
  } catch {
    return undefined;
  }
};

/** Only what this process noted. */
export const removeLiveFile = (path: string, pid: number): void => {
  if (readLiveFile(path)?.pid === pid) rmSync(path, { force: true });
};

/** Whether the process that noted it still runs; its id may have gone to another, so ask its services as well. */
export const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};
