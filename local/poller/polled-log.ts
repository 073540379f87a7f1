import type { Shard } from '../../shared/ports.ts';
import type { EpochMs, Ms } from '../../shared/time.ts';
import type { StreamRecord } from '../../shared/trigger/batch.ts';

/** What a mapping needs of a stream; shared/memory/log.ts has it. */
export type PolledLog = {
  readonly name: string;
  /** The greatest sequence number given so far: where LATEST begins. */
  readonly lastSeq: string;
  shards(): readonly Shard[];
  /**
   * Records after a sequence number, null from the oldest; `behind` is above 0 when more stand after them.
   * @throws RangeError for a shard that is gone
   */
  read(
    shard: string,
    after: string | null,
    limit?: number,
    maxBytes?: number,
  ): { readonly records: readonly StreamRecord[]; readonly ended: boolean; readonly behind: Ms };
  /** The sequence number after which the first record stands that arrived at `time` or later. */
  before(shard: string, time: EpochMs): string | null;
  /** Calls back after every put and reshard. */
  onChange(listener: () => void): () => void;
};
