// What travels on the streams inside: stamped events, marks, ends and branches.
import type { EpochMs } from '../time.ts';
import type { Lane, Position } from './position.ts';

/**
 * Of an event that an operator put right and sent again: where it stood in `raw` the first time. It counts at its new position; rows
 * that hang on the order of arrival have their places as if it had passed the first time.
 */
export type Again = {
  /** Raw shard. */
  readonly shard: string;
  /** Zero-padded. */
  readonly seq: string;
  readonly index: number;
  readonly arrival: EpochMs;
  /** Id of the one query that takes it: the others have counted it. Absent: all. */
  readonly only?: string;
};

/** An event with its stamp. `bytes` is the CloudEvent as JSON; it is parsed only where its fields are needed. */
export type StampedEvent = {
  readonly kind: 'event';
  readonly lane: Lane;
  /** Zero-padded sequence number of the raw record, or the outbox number on a lane of `refine`. */
  readonly seq: string;
  readonly index: number;
  readonly child: number;
  readonly arrival: EpochMs;
  /**
   * Clock of the raw shard before the record that the event came in; absent before the first event, and on lanes of `refine`. It
   * decides lateness, so that what is late follows from `raw` alone, whatever the borders of batches were.
   */
  readonly clock?: EpochMs;
  /** Absent but for events that were sent again by an operator. */
  readonly again?: Again;
  /** Partition key of the event, kept through all hops. */
  readonly key: string;
  readonly bytes: Uint8Array;
};
/** How far a lane has come: all its events up to `pos` were sent before. `clock`: running max of min(event time, arrival). */
export type Mark = { readonly kind: 'mark'; readonly lane: Lane; readonly pos: Position; readonly clock: EpochMs };
/** The lane shows nothing more; the lanes in `next` go on from it. */
export type End = { readonly kind: 'end'; readonly lane: Lane; readonly next: readonly Lane[] };
/**
 * The lanes in `next` begin beside this one, which goes on: a partition was added to `raw`. It stands before anything of theirs in the
 * key group, so that they begin at the clock that this lane had reached.
 */
export type Branch = { readonly kind: 'branch'; readonly lane: Lane; readonly next: readonly Lane[] };
export type Inner = StampedEvent | Mark | End | Branch;
