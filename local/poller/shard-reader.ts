// Reads one shard in order, hands its records to the lanes, and knows up to where all are finished.
import { hash } from 'node:crypto';
import type { Ms } from '../../shared/time.ts';
import type { StreamRecord } from '../../shared/trigger/batch.ts';
import { filterOf } from './filter.ts';
import { Lane } from './lane.ts';
import type { PolledLog } from './polled-log.ts';
import type { ShardContext } from './shard-context.ts';
import { signal } from './signal.ts';

/** Batches that are read ahead for each lane. */
const AHEAD = 2;
/** Before a read that was refused is tried again, where nothing else says when to look. */
const THROTTLED: Ms = 1_000;

const bytesOf = (records: readonly StreamRecord[]): number =>
  records.reduce((sum, { data, partitionKey }) => sum + data.byteLength + partitionKey.length, 0);

export class ShardReader {
  readonly shard: string;
  readonly #log: PolledLog;
  readonly #context: ShardContext;
  readonly #lanes: readonly Lane[];
  readonly #passes: (record: StreamRecord) => boolean;
  readonly #change = signal();
  /** Read and not finished yet, in the order of the shard. */
  #open: StreamRecord[] = [];
  readonly #done = new Set<string>();
  /** The last page ended before the shard did: at its 10 MiB, or for lack of room. Nothing but our own progress calls for the next. */
  #more = false;
  #after: string | null;
  #checkpoint: string | null;
  #paused = false;
  #finished = false;

  constructor(log: PolledLog, after: string | null, context: ShardContext) {
    this.shard = context.origin.shard;
    this.#log = log;
    this.#context = context;
    this.#after = after;
    this.#checkpoint = after;
    this.#passes = filterOf(context.trigger.filterPatterns);
    this.#lanes = Array.from(
      { length: context.trigger.parallelizationFactor },
      () =>
        new Lane(
          context,
          (records) => this.#finish(records),
          () => (this.#read(1)?.records.length ?? 0) > 0,
        ),
    );
  }

  /** Everything up to here is finished; null before the first record. */
  get checkpoint(): string | null {
    return this.#checkpoint;
  }
  /** The shard was closed and all its records are finished: its children may be read. */
  get finished(): boolean {
    return this.#finished;
  }
  /** Nothing is being done and nothing is left to read. */
  get atRest(): boolean {
    if (this.#finished) return true;
    const page = this.#read(1);
    return this.#open.length === 0 && page !== undefined && page.records.length === 0 && !page.ended;
  }
  /** How long ago the oldest record arrived that is not finished; 0 when there is none. */
  get behind(): Ms {
    const oldest = this.#open[0] ?? (this.#finished ? undefined : this.#read(1)?.records[0]);
    return oldest === undefined ? 0 : Math.max(0, this.#context.timing.now() - oldest.arrival);
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    this.#change.notify();
  }
  /** Looks again, and notices a stop. */
  wake(): void {
    this.#change.notify();
    for (const lane of this.#lanes) lane.wake();
  }

  async run(): Promise<void> {
    const { pace } = this.#context;
    const forget = pace.poll === null ? this.#log.onChange(() => this.#change.notify()) : () => undefined;
    try {
      await Promise.all([this.#fetch(), ...this.#lanes.map((lane) => lane.run())]);
    } finally {
      forget();
    }
    this.#finished = !this.#context.stopped();
  }

  async #fetch(): Promise<void> {
    const { timing, pace, trigger, limit, stopped } = this.#context;
    const most = AHEAD * trigger.batchSize * trigger.parallelizationFactor;
    while (!stopped()) {
      const room = most - this.#open.length;
      const wants = room > 0 && !this.#paused;
      const throttled = wants && limit !== null && !limit.mayRead(this.shard);
      if (wants && !throttled) {
        const page = this.#read(room);
        if (page === undefined) break;
        this.#more = page.behind > 0;
        limit?.haveRead(this.shard, bytesOf(page.records));
        for (const record of page.records) this.#take(record);
        for (const lane of this.#lanes) lane.wake();
        if (page.ended) break;
      }
      await this.#change.wait(timing, pace.poll ?? (throttled ? THROTTLED : undefined));
    }
    for (const lane of this.#lanes) lane.close();
  }

  /** undefined when the shard is gone: its retention is over. */
  #read(limit: number): ReturnType<PolledLog['read']> | undefined {
    try {
      return this.#log.read(this.shard, this.#after, limit);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  #take(record: StreamRecord): void {
    this.#after = record.seq;
    this.#open.push(record);
    if (!this.#passes(record))
      this.#finish([record]); // a filtered record is consumed
    else this.#laneOf(record).push(record);
  }

  #laneOf({ partitionKey }: StreamRecord): Lane {
    const { length } = this.#lanes;
    const index = length === 1 ? 0 : Number.parseInt(hash('md5', partitionKey).slice(0, 8), 16) % length;
    return this.#lanes[index] as Lane;
  }

  #finish(records: readonly StreamRecord[]): void {
    const full = this.#open.length;
    for (const { seq } of records) this.#done.add(seq);
    const unfinished = this.#open.findIndex((r) => !this.#done.delete(r.seq));
    const gone = unfinished < 0 ? this.#open.length : unfinished;
    if (gone === 0) return;
    this.#checkpoint = this.#open[gone - 1]?.seq ?? this.#checkpoint;
    this.#open = this.#open.slice(gone);
    // What came while there was no room was announced to nobody who could take it.
    if (this.#more || full >= this.#context.trigger.batchSize) this.#change.notify();
  }
}
