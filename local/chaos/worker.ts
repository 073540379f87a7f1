// Plays seeds until none is left; workers of one run take them from one counter.
import { parentPort, workerData } from 'node:worker_threads';
import type { Faults } from './faults.ts';
import { playOne } from './play-one.ts';
import type { Limits } from './shape.ts';

export type Work = {
  /** The next seed, shared by all workers. */
  readonly next: Int32Array;
  readonly to: number;
  readonly faults: Faults;
  readonly limits: Limits;
};

const { next, to, faults, limits } = workerData as Work;
for (let seed = Atomics.add(next, 0, 1); seed <= to; seed = Atomics.add(next, 0, 1))
  parentPort?.postMessage({ ...(await playOne(seed, faults, limits)), trace: [] });
