// What a query with state is to `aggregate`, which folds batches, and to `refine`, which adds partials up and decides. Each kind of
// query is one operator; nothing else of the two functions knows kinds.
import type { CloudEvent } from '../../event/cloud-event.ts';
import type { StampedEvent } from '../../lanes/inner.ts';
import type { StatefulQuery } from '../../query/plan.ts';
import type { SideDeps, TimedEvent } from '../../query/side-rows.ts';
import type { Value } from '../../query/types.ts';
import type { EpochMs } from '../../time.ts';
import type { PackedPartials } from '../ledger/partials.ts';

/** The last window that a late row missed; null where rows have no window of their own. */
export type Late = { readonly late: readonly [start: EpochMs, end: EpochMs] | null };
/** Where an event went for one query; `filtered`: WHERE keeps none of its rows. */
export type Verdict = 'folded' | 'filtered' | Late;

/** What one batch adds to a query. */
export type BatchFold = {
  /**
   * @param w the query's watermark that stood before the event in its lane
   * @throws  what the query's expressions throw: then nothing of the event was added
   */
  add(e: StampedEvent, event: CloudEvent, time: EpochMs, w: EpochMs): Verdict;
  /** null when nothing was folded. */
  packed(): PackedPartials | null;
};

export type OperatorDeps = SideDeps & {
  /** Positions of the destination's PRIMARY KEY among its columns; absent: it has none. */
  readonly primaryKey?: readonly number[];
  /** Rows of one key in one slice that are kept, for tests. */
  readonly mostRows?: number;
};

export type Operator = {
  readonly query: StatefulQuery;
  /** Asks for what the look-ups of these events need; undefined when there are none. */
  prepare(events: readonly TimedEvent[]): Promise<void> | undefined;
  batch(): BatchFold;
  open(): OpenQuery;
};

/** A row that is due. */
export type DueRow = {
  readonly query: StatefulQuery;
  /** Rows of one key go into one lane, in their order. */
  readonly key: string;
  /** The part of the row's id behind the query's: the same for every revision of the row. */
  readonly id: string;
  /** Start of its window, or of its key's session: what it counts is not older. null: it holds two rows and counts none. */
  readonly from: EpochMs | null;
  /** Its event time, unless a column of the destination says it. */
  readonly time: EpochMs;
  /** False: a revision that takes a row back, because HAVING does not hold any more or another row stands in its place. */
  readonly kept: boolean;
  /** Sent before its window closed: a revision without the mark follows. */
  readonly early: boolean;
  readonly values: readonly Value[];
};

/** A result, or rows below it, that cannot be sent: told once, in `rejected`. */
export type Refusal = {
  readonly query: StatefulQuery;
  readonly rule: 'row.threw' | 'rows.too-many';
  readonly cause: string;
  readonly key: string;
  /** null where rows have no window. */
  readonly window: readonly [start: EpochMs, end: EpochMs] | null;
};

export type Due = { readonly rows: readonly DueRow[]; readonly refused: readonly Refusal[] };

/** Whether a partial came after the last decision, and after the last decision that sent early rows. */
export type Fresh = { readonly decision: boolean; readonly early: boolean };
export const NEW: Fresh = { decision: true, early: true };
export const TOLD: Fresh = { decision: false, early: false };

/** What refine holds in memory of one query: all that was counted and is not over for good. */
export type OpenQuery = {
  /** Adds a partial; any order and any grouping gives the same state. */
  fold(p: PackedPartials, fresh: Fresh): void;
  /** Invariant: what `aggregate` took as in time belongs to nothing that is over. @returns what breaks it, in words; else null */
  deadIn(p: PackedPartials, closed: EpochMs): string | null;
  /** The rows of the decision that moves the watermark from `closed` to `w`, in the order in which they are sent. */
  due(closed: EpochMs, w: EpochMs): Due;
  /** Rows of what is open at `w` that changed since early rows were sent last. */
  early(w: EpochMs): readonly DueRow[];
  /** What is shown of keys just now, for a destination that may hold other rows; absent: only finals and early rows are sent. */
  standing?(keys: Iterable<string>): readonly DueRow[];
  /** Forgets what no row to come and no revision can need any more. */
  drop(w: EpochMs): void;
  /** After a decision: what was new has been told; with `early`, also what early rows tell. */
  settle(early: boolean): void;
  pack(): PackedPartials;
  /** What changed since early rows were sent last, as JSON; null when nothing did. A snapshot carries it. */
  packEarly(): unknown;
  restoreEarly(packed: unknown): void;
};
