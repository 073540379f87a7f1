// What calls the functions of a stage, and whether it does: mappings of streams and queues, schedules, the endpoint. The same for a deployed
// stage, for the pipeline on this machine and for a test.
import type { Ms } from '../../shared/time.ts';

export type Caller = {
  /** `validate<raw`: the function and what calls it; a schedule is `tick<schedule`. */
  readonly id: string;
  readonly function: string;
  readonly kind: 'stream' | 'queue' | 'schedule';
  /** Name of the stream or queue; `schedule`. */
  readonly source: string;
  /** `turning-off`: nothing begins any more, and something may still run. */
  readonly state: 'on' | 'turning-on' | 'off' | 'turning-off';
  /** How long ago the oldest record arrived that it has not done; 0: there is none. null: it reads no stream, or it has not done all, and since when is not known. */
  readonly behind: Ms | null;
};

export type Valves = {
  /** @param withBehind also how far each is behind, which may take calls of its own; else it may be null */
  callers(withBehind?: boolean): Promise<readonly Caller[]>;
  /** Asks for it; `callers` says when it is so. */
  set(ids: readonly string[], on: boolean): Promise<void>;
  /** Whether the endpoint takes events; null: the stage has none. */
  intake(): Promise<'open' | 'closed' | null>;
  /** Resolves when no request that was taken before is still worked on. */
  setIntake(to: 'open' | 'closed'): Promise<void>;
};

export const callerId = (fn: string, source: string): string => `${fn}<${source}`;

/** A call that makes no sense now; the message says what would. */
export class PauseError extends Error {}
