import type { Ms } from '../../shared/time.ts';
import type { StreamRecord } from '../../shared/trigger/batch.ts';
import type { Outcome } from '../sandbox/sandbox.ts';
import type { FunctionTemplate, StreamTrigger } from '../template/template.ts';
import type { Timing } from '../timing.ts';
import type { Origin } from './event.ts';
import type { PollerFaults } from './faults.ts';
import type { GivenUp } from './on-failure.ts';
import type { Pace } from './pace.ts';
import type { ReadLimit } from './read-limits.ts';
import type { Verdict } from './verdict.ts';

/** What a shard's reader and its lanes share. */
export type ShardContext = {
  readonly fn: Pick<FunctionTemplate, 'name' | 'fullName'>;
  readonly trigger: StreamTrigger;
  readonly origin: Origin;
  readonly pace: Pace;
  readonly timing: Timing;
  readonly faults: PollerFaults;
  /** null: it may read as fast as it can. */
  readonly limit: ReadLimit | null;
  invoke(event: unknown): Promise<Outcome>;
  /** The function's sandboxes are lost. */
  drop(): void;
  /** An invocation that nobody waits for. */
  zombie(running: Promise<unknown>): void;
  /** @throws when the destination did not take the message */
  giveUp(what: GivenUp): Promise<void>;
  delivered(what: {
    readonly batch: readonly StreamRecord[];
    readonly attempt: number;
    /** Tries in a row of its first record, this one included. */
    readonly fruitless: number;
    readonly ms: Ms;
    readonly verdict: Verdict | { readonly kind: 'lost' };
  }): void;
  stopped(): boolean;
  /** Waits, less long when the mapping stops. */
  pause(ms: Ms): Promise<void>;
};
