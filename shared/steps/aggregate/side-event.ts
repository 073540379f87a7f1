// Late and failed events travel in the ledger entry, whole, until refine delivers them: a crash after the put would lose them else.

import type { RejectedEvent } from '../../event/cloud-event.ts';
import type { Position } from '../../lanes/position.ts';
import type { EpochMs } from '../../time.ts';

export type SideEvent = {
  readonly door: 'late' | 'rejected';
  readonly query: string;
  readonly shard: string;
  readonly position: Position;
  readonly arrival: EpochMs;
  /** Where it stood the first time, when an operator had sent it again. */
  readonly again?: NonNullable<RejectedEvent['again']>;
  /** Event time. */
  readonly time: EpochMs;
  /** The watermark that decided, for late events. */
  readonly watermark: EpochMs;
  /** The last window that the event missed, for late events; null for sessions. */
  readonly window: readonly [start: EpochMs, end: EpochMs] | null;
  /** Why, for rejected events. */
  readonly cause: string;
  /** The CloudEvent as JSON text. */
  readonly event: string;
};
