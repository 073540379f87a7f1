// What the steps need from the world. shared/aws and shared/memory both implement these; test/ports holds both to one contract.
// Every method throws a Fault (shared/faults.ts) when the outcome is unknown or the service refuses for now.
import type { EpochMs } from './time.ts';

/** A record to be put on a stream. `hashKey` is the explicit hash key, decimal text of a 128-bit number. */
export type OutRecord = { readonly partitionKey: string; readonly hashKey?: string; readonly data: Uint8Array };

/** What became of one record of a put. A record that is not `ok` may be sent again. */
export type PutOutcome =
  | { readonly ok: true; readonly shard: string; readonly seq: string }
  | { readonly ok: false; readonly code: string; readonly message: string };

/**
 * One shard of a stream. Hash keys are decimal text, both ends inclusive, as ListShards gives them.
 * `closed` is true once the shard has an ending sequence number.
 */
export type Shard = {
  readonly id: string;
  readonly parents: readonly string[];
  readonly startHash: string;
  readonly endHash: string;
  readonly closed: boolean;
};

export interface Stream {
  readonly name: string;
  /** Whether shards without parents may be added while the stream is in use: partitions of a topic. */
  readonly grows?: boolean;
  /** One PutRecords call: at most 500 records and 5 MiB in all, 1 MiB each. Outcomes in the order of the records. */
  put(records: readonly OutRecord[]): Promise<readonly PutOutcome[]>;
  /** All shards that ListShards knows: open ones and closed ones within retention. */
  shards(): Promise<readonly Shard[]>;
  /** Whether the shard holds a record after `seq` (or any record, without it). Reads to the end of a closed shard. */
  hasRecordAfter(shard: string, seq?: string): Promise<boolean>;
}

export type Scalar = string | number | boolean | Uint8Array;
export type Item = { readonly pk: string; readonly sk: string; readonly [field: string]: Scalar };
export type Key = { readonly pk: string; readonly sk: string };

/** When a write may happen. `below` also holds when the field is absent. Text compares by UTF-8 bytes, numbers by value. */
export type Condition =
  | { readonly kind: 'absent' }
  | { readonly kind: 'below'; readonly field: string; readonly value: string | number }
  | { readonly kind: 'equals'; readonly field: string; readonly value: string | number };

/** `found` is the item that stood in the way (absent when there is none, as for `equals` on a missing item). */
export type Written = { readonly ok: true } | { readonly ok: false; readonly found?: Item };

/** One DynamoDB table with keys pk and sk, both text. All reads are strongly consistent. */
export interface Table {
  readonly name: string;
  get(key: Key): Promise<Item | undefined>;
  /** Up to 100 keys; missing items are left out; the order of the answer is not the order asked for. */
  getMany(keys: readonly Key[]): Promise<readonly Item[]>;
  put(item: Item, when?: Condition): Promise<Written>;
  /** Sets the given fields. Creates the item when there is none and the condition allows it. */
  update(key: Key, set: Readonly<Record<string, Scalar>>, when?: Condition): Promise<Written>;
  delete(key: Key): Promise<void>;
  /** Items of one pk in order of sk, from > after, sk starting with `prefix`. Stops at `limit` items when given. */
  query(
    pk: string,
    options?: { after?: string; prefix?: string; newestFirst?: boolean; limit?: number },
  ): Promise<readonly Item[]>;
  /** Puts without conditions, resent until stored; order is not kept. For loading reference rows. */
  putMany(items: readonly Item[]): Promise<void>;
}

/** An S3 bucket. */
export interface Objects {
  readonly name: string;
  put(key: string, bytes: Uint8Array, options?: { contentType?: string }): Promise<void>;
  /** Only when no object has that key; false when one has. */
  putIfAbsent(key: string, bytes: Uint8Array, options?: { contentType?: string }): Promise<boolean>;
  get(key: string): Promise<Uint8Array | undefined>;
  /** Bytes [start, end). */
  getRange(key: string, start: number, end: number): Promise<Uint8Array | undefined>;
  list(
    prefix: string,
    options?: { after?: string; limit?: number },
  ): Promise<readonly { readonly key: string; readonly size: number }[]>;
  delete(keys: readonly string[]): Promise<void>;
}

/** A queue that wakes a function; a message may be lost or come twice. */
export interface Wake {
  send(body: string, delaySeconds?: number): Promise<void>;
}

export interface Clock {
  now(): EpochMs;
}
export const systemClock: Clock = { now: () => Date.now() };

/** Fresh names for objects and decisions. */
export type Nonce = () => string;
