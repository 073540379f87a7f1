// What the live page shows, once a second. Plain JSON; the page and `millrace start` agree on nothing else.
import type { EpochMs, Ms } from '../../shared/time.ts';
import type { Doors } from '../run/doors.ts';

export type LiveStage = {
  readonly name: string;
  /** `raw → validated`. */
  readonly path: string;
  /** Events that came in, a second, over the last few seconds. */
  readonly rate: number;
  /** Age of the oldest record that the stage has not done; 0 when it has done all. */
  readonly lag: Ms;
  /** How far event time has come; null before the first event, or where a stage keeps no time. */
  readonly watermark: EpochMs | null;
  /** Counted since the start over distinct positions; null for what only records. */
  readonly doors: Doors | null;
};

/** A row of a destination, newest revision, as it was sent. */
export type LiveRow = {
  readonly table: string;
  /** Wall clock of its arrival on `refined`. */
  readonly at: EpochMs;
  readonly columns: Readonly<Record<string, string>>;
};

/** What stands in a destination outside: asked of it, not of what was sent. */
export type LiveDestination = {
  readonly name: string;
  /** What it is and where. */
  readonly where: string;
  /** Rows, or messages that were taken. */
  readonly count: number;
  /** The newest revisions that stand, newest first, at most 5. */
  readonly rows: readonly Readonly<Record<string, string>>[];
  /** Why it did not answer; count and rows are then those of its last answer. */
  readonly trouble?: string;
};

export type LiveShard = {
  readonly id: string;
  readonly open: boolean;
  /** Part of the hash ring, as fractions of it: [from, to). */
  readonly from: number;
  readonly to: number;
  readonly records: number;
};

/** What the charts show: one value a second for each stage, oldest first; null where there is none. */
export type LiveHistory = {
  readonly at: readonly EpochMs[];
  readonly rate: Readonly<Record<string, readonly (number | null)[]>>;
  /** Seconds that the watermark is behind the wall clock. */
  readonly behind: Readonly<Record<string, readonly (number | null)[]>>;
};

/** One of the things watched, with every metric of the list that it has (shared/metrics/list.ts). */
export type LiveWatched = {
  readonly of: 'function' | 'stream' | 'table' | 'queue' | 'api';
  readonly name: string;
  readonly values: readonly {
    readonly metric: string;
    readonly unit: string;
    /** Counters hold the sum since the start, levels the newest value; null before the first. */
    readonly counts: boolean;
    readonly value: number | null;
    readonly meaning: string;
  }[];
};

/** A rejected or late event, and what operators did about it. */
export type LiveAside = {
  /** As `millrace failed` and `millrace late` call it. */
  readonly id: string;
  readonly door: 'rejected' | 'late';
  /** Arrival on `raw`. */
  readonly at: EpochMs;
  readonly stage: string;
  readonly rule: string;
  readonly why: string;
  readonly state: 'open' | 'fixed' | 'resubmitted' | 'discarded';
};

/** How far a query has come, and what keeps it there, as `millrace inspect` says it. */
export type LiveHeld = {
  readonly query: string;
  /** null: no window could close yet. */
  readonly watermark: EpochMs | null;
  /** How far what holds it is behind the present; null: it has shown no time yet, or nothing holds it. */
  readonly behind: Ms | null;
  readonly says: string;
};

export type LiveState = {
  readonly held: readonly LiveHeld[];
  /** The newest first, some of each door. */
  readonly aside: readonly LiveAside[];
  readonly at: EpochMs;
  readonly started: EpochMs;
  /** False while what the sample traffic sent at once to begin with is under way: the charts leave that time out. */
  readonly settled: boolean;
  readonly stages: readonly LiveStage[];
  readonly history: LiveHistory;
  /** Newest first, at most 15 of each destination. */
  readonly rows: readonly LiveRow[];
  /** Rows by destination since the start. */
  /** `run`: the second run whose rows readers see since a switch, `run 2 (orders_per_minute@3f2a91bc)`. */
  readonly tables: readonly { readonly name: string; readonly rows: number; readonly run?: string }[];
  readonly destinations: readonly LiveDestination[];
  readonly streams: readonly { readonly name: string; readonly shards: readonly LiveShard[] }[];
  readonly watched: readonly LiveWatched[];
  /** What `millrace pause` or `millrace drain` holds, as one line; null: nothing. */
  readonly paused: string | null;
};
