import type { Fault } from '../faults.ts';
import type { Told } from '../metrics/told.ts';
import type { EpochMs } from '../time.ts';

/** One record as it lies in a shard. `seq` is decimal text of up to 56 digits, as the service gave it. */
export type StreamRecord = {
  readonly seq: string;
  readonly partitionKey: string;
  readonly data: Uint8Array;
  readonly arrival: EpochMs;
};

/** Records of one shard, in order. */
export type Batch = { readonly stream: string; readonly shard: string; readonly records: readonly StreamRecord[] };

/** How much of a batch is safe: records [0, done) are stored downstream; the rest must come again. */
export type Progress = {
  readonly done: number;
  readonly fault?: Fault;
  /** What was counted on the way, for metrics only: a redelivery counts again. */
  readonly told?: Told;
};

export type Budget = { remainingMs(): number };

/** What a function does with a batch. Throwing is the same as `done: 0`. */
export type BatchStep = (batch: Batch, budget: Budget) => Promise<Progress>;
