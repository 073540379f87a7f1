// Late and failed events travel in the ledger entry, whole, until refine delivers them: a crash after the put would lose them else.

import type { Position } from '../../lanes/position.ts';
import type { EpochMs } from '../../time.ts';

export type SideEvent = {
  readonly door: 'late' | 'rejected';
  readonly query: string;
  readonly shard: string;
  readonly position: Position;
  readonly arrival: EpochMs;
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
