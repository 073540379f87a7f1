// One shard of a log in memory: its range, its family, its records in order.
import { padSeq } from '../lanes/position.ts';
import type { Shard } from '../ports.ts';
import type { EpochMs } from '../time.ts';
import type { StreamRecord } from '../trigger/batch.ts';

export type Range = { readonly start: bigint; readonly end: bigint };

export type Birth = {
  readonly id: string;
  readonly parents: readonly string[];
  readonly range: Range;
  readonly startingSeq: string;
  readonly createdAt: EpochMs;
};

/** Places of trimmed records stay in the array until they are this many and more than half of it: trimming costs little per record. */
const COMPACT_AT = 64;
/** Stands in the place of a trimmed record, whose bytes are let go at once: half of a stream's retention would be kept for nothing. */
const GONE: StreamRecord = { seq: '', partitionKey: '', data: new Uint8Array(), arrival: Number.NEGATIVE_INFINITY };

export class ShardLog {
  readonly id: string;
  readonly parents: readonly string[];
  readonly range: Range;
  readonly startingSeq: string;
  readonly createdAt: EpochMs;
  readonly #startHash: string;
  readonly #endHash: string;
  #endingSeq: string | undefined;
  #closedAt: EpochMs | undefined;
  #records: StreamRecord[] = [];
  #first = 0;

  constructor(birth: Birth) {
    this.id = birth.id;
    this.parents = birth.parents;
    this.range = birth.range;
    this.startingSeq = birth.startingSeq;
    this.createdAt = birth.createdAt;
    this.#startHash = birth.range.start.toString();
    this.#endHash = birth.range.end.toString();
  }

  get closed(): boolean {
    return this.#endingSeq !== undefined;
  }
  get endingSeq(): string | undefined {
    return this.#endingSeq;
  }
  get closedAt(): EpochMs | undefined {
    return this.#closedAt;
  }
  /** Records that are not trimmed. */
  get size(): number {
    return this.#records.length - this.#first;
  }

  view(): Shard {
    return {
      id: this.id,
      parents: this.parents,
      startHash: this.#startHash,
      endHash: this.#endHash,
      closed: this.closed,
    };
  }

  append(record: StreamRecord): void {
    this.#records.push(record);
  }

  close(endingSeq: string, at: EpochMs): void {
    this.#endingSeq = endingSeq;
    this.#closedAt = at;
  }

  /** Index of the first record after `seq`, of the oldest one kept for null. Indexes are good until the next trim. */
  indexAfter(seq: string | null): number {
    if (seq === null) return this.#first;
    const wanted = padSeq(seq);
    let low = this.#first;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#records[middle]!.seq <= wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Index of the first record that arrived at `time` or later; the number of records when there is none. */
  indexAtTime(time: EpochMs): number {
    let i = this.#first;
    while (i < this.#records.length && this.#records[i]!.arrival < time) i += 1;
    return i;
  }

  at(index: number): StreamRecord | undefined {
    return index < this.#first ? undefined : this.#records[index];
  }

  /** Records from `index` on: at most `limit`, and no more than `maxBytes` unless the first alone is larger. */
  slice(index: number, limit: number, maxBytes: number): readonly StreamRecord[] {
    const stop = Math.min(this.#records.length, index + limit);
    let bytes = 0;
    let i = index;
    while (i < stop) {
      bytes += this.#records[i]!.data.byteLength;
      if (bytes > maxBytes && i > index) break;
      i += 1;
    }
    return this.#records.slice(index, i);
  }

  /** Drops what arrived before `horizon`, oldest first, up to the first record that did not. */
  trim(horizon: EpochMs): void {
    while (this.#first < this.#records.length && this.#records[this.#first]!.arrival < horizon) {
      this.#records[this.#first] = GONE;
      this.#first += 1;
    }
    if (this.#first >= COMPACT_AT && this.#first * 2 > this.#records.length) {
      this.#records = this.#records.slice(this.#first);
      this.#first = 0;
    }
  }
}
