// An ordered log with shards: the engine of the Kinesis of the local run and of the streams in tests.
import { SEQ_DIGITS } from '../lanes/position.ts';
import { hashKeyOf, RING } from '../lanes/ring.ts';
import { type Clock, type OutRecord, type Shard, systemClock } from '../ports.ts';
import type { EpochMs, Ms } from '../time.ts';
import type { StreamRecord } from '../trigger/batch.ts';
import { cutsTo, evenRanges } from './ring-cuts.ts';
import { type Range, ShardLog } from './shard-log.ts';

export type LogOptions = {
  readonly shards?: number;
  readonly clock?: Clock;
  /** Records that arrived longer ago are dropped; without it nothing is. */
  readonly retention?: Ms;
  /** The id of the n-th shard that is born, from 0; as Kinesis names them without it. */
  readonly shardName?: (n: number) => string;
  /** Shards are added, as a topic gets partitions, and never split or merged. */
  readonly grows?: boolean;
};

export type Placed = { readonly shard: string; readonly seq: string };

/** One read of one shard. */
export type LogPage = {
  readonly records: readonly StreamRecord[];
  /** The shard is closed and nothing stands after `records`. */
  readonly ended: boolean;
  /** The shards that go on from this one; told once it has ended, else empty. */
  readonly children: readonly Shard[];
  /** How long ago the next unread record arrived, at least 1; 0 when there is none. */
  readonly behind: Ms;
};

export const MAX_READ_RECORDS = 10_000;
export const MAX_READ_BYTES = 10 * 1024 * 1024;

/** Sequence numbers have 56 digits and rise over the whole stream, so a child's stand above its parents'. */
const FIRST_DIGITS = '49';
const asSeq = (n: number): string => FIRST_DIGITS + String(n).padStart(SEQ_DIGITS - FIRST_DIGITS.length, '0');

const kinesisName = (n: number): string => `shardId-${String(n).padStart(12, '0')}`;

export class MemoryLog {
  readonly name: string;
  readonly createdAt: EpochMs;
  readonly grows: boolean;
  retention: Ms;
  readonly #clock: Clock;
  readonly #shardName: (n: number) => string;
  readonly #shards = new Map<string, ShardLog>();
  readonly #children = new Map<string, string[]>();
  /** Open shards in the order of their ranges. */
  #open: ShardLog[] = [];
  /** Whether a shard was added: then the ring is cut anew over all of them, in the order of their birth. */
  #grown = false;
  #issued = 0;
  #born = 0;
  readonly #listeners = new Set<() => void>();

  constructor(name: string, options: LogOptions = {}) {
    const { shards = 1, clock = systemClock, retention = Number.POSITIVE_INFINITY, shardName = kinesisName } = options;
    if (!Number.isInteger(shards) || shards < 1) throw new RangeError(`a stream has 1 shard or more, not ${shards}`);
    this.name = name;
    this.retention = retention;
    this.grows = options.grows ?? false;
    this.#clock = clock;
    this.#shardName = shardName;
    this.createdAt = clock.now();
    this.#open = evenRanges(shards).map((range) => this.#birth(range, []));
  }

  /** The greatest sequence number given to anything so far: a read after it sees only what comes later. */
  get lastSeq(): string {
    return asSeq(this.#issued);
  }
  get openShards(): number {
    return this.#open.length;
  }
  /** Records kept, over all shards. */
  get size(): number {
    let n = 0;
    for (const s of this.#shards.values()) n += s.size;
    return n;
  }

  /** The shard whose range holds a record. @throws RangeError when its explicit hash key is not on the ring */
  shardFor(record: Pick<OutRecord, 'partitionKey' | 'hashKey'>): string {
    return this.#route(record).id;
  }

  /** The data is kept as it is, not copied: hand over bytes that nobody writes to again. */
  put(record: OutRecord, arrival: EpochMs = this.#clock.now()): Placed {
    const placed = this.#append(record, arrival);
    this.#tell();
    return placed;
  }

  putMany(records: readonly OutRecord[], arrival: EpochMs = this.#clock.now()): readonly Placed[] {
    const placed = records.map((r) => this.#append(r, arrival));
    this.#tell();
    return placed;
  }

  /** Open shards, and closed ones until the retention after their closing is over; in the order of their birth. */
  shards(): readonly Shard[] {
    this.trim();
    const views = [...this.#shards.values()].map((s) => s.view());
    if (!this.#grown) return views;
    const cuts = evenRanges(views.length);
    return views.map((s, i) => ({ ...s, startHash: String(cuts[i]!.start), endHash: String(cuts[i]!.end) }));
  }

  /** @throws RangeError when the stream has no such shard, or not any more */
  shard(id: string): ShardLog {
    const found = this.#shards.get(id);
    if (!found) throw new RangeError(`stream ${this.name} has no shard ${id}`);
    return found;
  }
  has(id: string): boolean {
    return this.#shards.has(id);
  }
  childrenOf(id: string): readonly Shard[] {
    return (this.#children.get(id) ?? []).flatMap((c) => this.#shards.get(c)?.view() ?? []);
  }

  /**
   * Records of a shard after a sequence number, from the oldest kept for null.
   * @param limit    at most this many records
   * @param maxBytes at most this much data, except that a first larger record comes alone
   * @throws         RangeError when the stream has no such shard
   */
  read(shard: string, after: string | null, limit = MAX_READ_RECORDS, maxBytes = MAX_READ_BYTES): LogPage {
    this.trim();
    const s = this.shard(shard);
    const index = s.indexAfter(after);
    const records = s.slice(index, limit, maxBytes);
    const next = s.at(index + records.length);
    const ended = s.closed && next === undefined;
    return {
      records,
      ended,
      children: ended ? this.childrenOf(shard) : [],
      behind: next === undefined ? 0 : Math.max(1, this.#clock.now() - next.arrival),
    };
  }

  /** The sequence number after which a read begins with the first record that arrived at `time` or later. */
  before(shard: string, time: EpochMs): string | null {
    this.trim();
    const s = this.shard(shard);
    return s.at(s.indexAtTime(time) - 1)?.seq ?? null;
  }

  /** @throws RangeError unless the shard is open and `at` lies inside its range, above its start */
  split(shard: string, at: bigint): readonly [Shard, Shard] {
    const { start, end } = this.#mustBeOpen(shard).range;
    if (at <= start || at > end) throw new RangeError(`${shard} cannot be split at ${at}: it holds ${start} to ${end}`);
    const [low, high] = this.#replace(
      [shard],
      [
        { start, end: at - 1n },
        { start: at, end },
      ],
    );
    return [low!.view(), high!.view()];
  }

  /** @throws RangeError unless both shards are open and their ranges touch */
  merge(shard: string, adjacent: string): Shard {
    const [a, b] = [this.#mustBeOpen(shard).range, this.#mustBeOpen(adjacent).range];
    if (a.end + 1n !== b.start && b.end + 1n !== a.start)
      throw new RangeError(`${shard} and ${adjacent} cannot be merged: their ranges do not touch`);
    const joined = { start: a.start < b.start ? a.start : b.start, end: a.end > b.end ? a.end : b.end };
    return this.#replace([shard, adjacent], [joined])[0]!.view();
  }

  /** Splits and merges until there are `count` open shards of equal width. */
  updateShardCount(count: number): void {
    if (!Number.isInteger(count) || count < 1) throw new RangeError(`a stream has 1 shard or more, not ${count}`);
    for (const cut of cutsTo(
      this.#open.map((s) => s.range),
      count,
    )) {
      if (cut.kind === 'split') this.split(this.#holding(cut.at).id, cut.at);
      else this.merge(this.#holding(cut.at - 1n).id, this.#holding(cut.at).id);
    }
  }

  /**
   * Adds a shard without parents, as a topic gets a partition: none ends, and keys go to other shards from now on.
   * @throws RangeError unless the stream was made to grow
   */
  grow(): Shard {
    if (!this.grows) throw new RangeError(`${this.name} does not grow`);
    const born = this.#birth({ start: 0n, end: RING - 1n }, []);
    this.#open = [...this.#open, born];
    this.#grown = true;
    this.#tell();
    return born.view();
  }

  /** Forgets what is older than the retention. Reads and lists do it by themselves. */
  trim(): void {
    if (this.retention === Number.POSITIVE_INFINITY) return;
    const horizon = this.#clock.now() - this.retention;
    for (const s of this.#shards.values()) {
      s.trim(horizon);
      if (s.closedAt !== undefined && s.closedAt < horizon && s.size === 0) this.#shards.delete(s.id);
    }
  }

  /** Calls `listener` after every put and reshard, until the answer is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #append(record: OutRecord, arrival: EpochMs): Placed {
    const shard = this.#route(record);
    const seq = this.#nextSeq();
    shard.append({ seq, partitionKey: record.partitionKey, data: record.data, arrival });
    return { shard: shard.id, seq };
  }

  #route(record: Pick<OutRecord, 'partitionKey' | 'hashKey'>): ShardLog {
    if (record.hashKey === undefined)
      return this.#open.length === 1 ? this.#open[0]! : this.#holding(hashKeyOf(record.partitionKey));
    const hash = BigInt(record.hashKey);
    if (hash < 0n || hash >= RING) throw new RangeError(`explicit hash key ${record.hashKey} is not below 2^128`);
    return this.#holding(hash);
  }

  #holding(hash: bigint): ShardLog {
    if (this.#grown) {
      const n = this.#open.length;
      return this.#open[Math.min(n - 1, Number(hash / (RING / BigInt(n))))]!;
    }
    let low = 0;
    let high = this.#open.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#open[middle]!.range.start <= hash) low = middle;
      else high = middle - 1;
    }
    return this.#open[low]!;
  }

  #nextSeq(): string {
    this.#issued += 1;
    return asSeq(this.#issued);
  }

  #mustBeOpen(id: string): ShardLog {
    if (this.grows) throw new RangeError(`${this.name} grows, so it is not split or merged`);
    const s = this.shard(id);
    if (s.closed) throw new RangeError(`${id} is closed`);
    return s;
  }

  #birth(range: Range, parents: readonly string[]): ShardLog {
    const id = this.#shardName(this.#born);
    this.#born += 1;
    const shard = new ShardLog({ id, parents, range, startingSeq: this.#nextSeq(), createdAt: this.#clock.now() });
    this.#shards.set(id, shard);
    for (const p of parents) this.#children.set(p, [...(this.#children.get(p) ?? []), id]);
    return shard;
  }

  #replace(parents: readonly string[], ranges: readonly Range[]): readonly ShardLog[] {
    for (const p of parents) this.shard(p).close(this.#nextSeq(), this.#clock.now());
    const born = ranges.map((r) => this.#birth(r, parents));
    this.#open = [...this.#open.filter((s) => !s.closed), ...born].sort((a, b) =>
      a.range.start < b.range.start ? -1 : 1,
    );
    this.#tell();
    return born;
  }
}
