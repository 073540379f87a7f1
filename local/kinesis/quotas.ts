// What one shard takes and gives: 1,000 records and 1 MiB a second in; 5 calls and 2 MiB a second out.
import type { Clock } from '../../shared/ports.ts';

const IN_RECORDS = 1_000;
const IN_BYTES = 1024 * 1024;
const OUT_CALLS = 5;
const OUT_BYTES = 2 * 1024 * 1024;

/** Fills by `rate` a second up to one second's worth, and may be overdrawn. */
class Bucket {
  readonly #rate: number;
  #level: number;
  #at: number;
  constructor(rate: number, now: number) {
    this.#rate = rate;
    this.#level = rate;
    this.#at = now;
  }
  has(amount: number, now: number): boolean {
    if (now > this.#at) this.#level = Math.min(this.#rate, this.#level + ((now - this.#at) / 1_000) * this.#rate);
    this.#at = now;
    return this.#level >= amount;
  }
  take(amount: number): void {
    this.#level -= amount;
  }
}

type ShardBuckets = {
  readonly inRecords: Bucket;
  readonly inBytes: Bucket;
  readonly outCalls: Bucket;
  readonly outBytes: Bucket;
};

export type Quotas = {
  /** Whether the shard takes one more record now; if so it is counted. */
  mayPut(stream: string, shard: string, bytes: number): boolean;
  /** Whether the shard may be read now; if so the call is counted. */
  mayRead(stream: string, shard: string): boolean;
  /** A read may return more than a second's worth: later reads wait until that is made good. */
  haveRead(stream: string, shard: string, bytes: number): void;
};

export const UNLIMITED: Quotas = { mayPut: () => true, mayRead: () => true, haveRead: () => {} };

export const shardQuotas = (clock: Clock): Quotas => {
  const shards = new Map<string, ShardBuckets>();
  const of = (stream: string, shard: string, now: number): ShardBuckets => {
    const name = `${stream}/${shard}`;
    const known = shards.get(name) ?? {
      inRecords: new Bucket(IN_RECORDS, now),
      inBytes: new Bucket(IN_BYTES, now),
      outCalls: new Bucket(OUT_CALLS, now),
      outBytes: new Bucket(OUT_BYTES, now),
    };
    shards.set(name, known);
    return known;
  };
  return {
    mayPut(stream, shard, bytes) {
      const now = clock.now();
      const { inRecords, inBytes } = of(stream, shard, now);
      if (!inRecords.has(1, now) || !inBytes.has(bytes, now)) return false;
      inRecords.take(1);
      inBytes.take(bytes);
      return true;
    },
    mayRead(stream, shard) {
      const now = clock.now();
      const { outCalls, outBytes } = of(stream, shard, now);
      if (!outCalls.has(1, now) || !outBytes.has(0, now)) return false;
      outCalls.take(1);
      return true;
    },
    haveRead(stream, shard, bytes) {
      of(stream, shard, clock.now()).outBytes.take(bytes);
    },
  };
};

/** What enhanced fan-out gives one consumer: each shard's 2 MiB a second, however often it looks. */
export const fanOutQuotas = (clock: Clock): Pick<Quotas, 'mayRead' | 'haveRead'> => {
  const shards = new Map<string, Bucket>();
  const of = (stream: string, shard: string): Bucket => {
    const name = `${stream}/${shard}`;
    const known = shards.get(name) ?? new Bucket(OUT_BYTES, clock.now());
    shards.set(name, known);
    return known;
  };
  return {
    mayRead: (stream, shard) => of(stream, shard).has(0, clock.now()),
    haveRead: (stream, shard, bytes) => of(stream, shard).take(bytes),
  };
};
