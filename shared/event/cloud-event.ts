import type { EpochMs } from '../time.ts';

export type Json = null | boolean | number | bigint | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

/**
 * A CloudEvents 1.0 event as it travels from `validated` on. `time` is the event time, RFC 3339 in UTC with milliseconds.
 * Other context attributes (extensions) stay where they came. The position is not among them: it is stamped per block
 * (lanes/block.ts).
 */
export type CloudEvent = {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly subject?: string;
  readonly dataschema?: string;
  readonly datacontenttype?: string;
  readonly partitionkey?: string;
  readonly traceparent?: string;
  readonly data?: Json;
  readonly [extension: string]: Json | undefined;
};

/** Plain JSON on `raw`, wrapped by ingest or a loader so that it is not taken for a CloudEvent without an id. */
export type PlainEvent = {
  readonly plain: 1;
  readonly type: string;
  readonly source: string;
  readonly data: Json;
  /** Of the request that brought it. */
  readonly traceparent?: string;
  readonly tracestate?: string;
};

/** An event that left by the door `rejected` or `duplicate`, as one line of NDJSON in the rejected store. */
export type RejectedEvent = {
  readonly door: 'rejected' | 'duplicate';
  readonly stage: string;
  /** A rule of shared/faults.ts, or for a duplicate `event.duplicate`. */
  readonly rule: string;
  /** The query whose code failed; absent at stages without queries. */
  readonly query?: string;
  /** JSON pointer of the offending field, where one can be named. */
  readonly field?: string;
  /** What stood there, as JSON text of at most 256 characters. */
  readonly value?: string;
  readonly cause: string;
  /** Raw shard and position: readers take a (stage, query, position) once. */
  readonly shard: string;
  readonly position: string;
  readonly arrival: EpochMs;
  /** Of an event that an operator had sent again: where it stood the first time, and which rejection it was to put right. */
  readonly again?: {
    readonly of?: string;
    readonly shard: string;
    readonly position: string;
    readonly arrival: EpochMs;
    /** Id of the one query that was to take it. */
    readonly only?: string;
  };
  /** The payload as it came: text when it is UTF-8, else base64. */
  readonly payload: string;
  readonly encoding: 'utf8' | 'base64';
};
