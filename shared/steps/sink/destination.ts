// Where results go: what every destination does with rows, whatever it is. Adapters stand in shared/aws and shared/sinks; all pass
// test/ports/destination.contract.ts.
import type { RejectRule } from '../../faults.ts';
import type { EpochMs } from '../../time.ts';

/** A result row to be recorded. */
export type SinkRow = {
  /** Name of the destination table. */
  readonly table: string;
  /** What is overwritten: the PRIMARY KEY columns as a JSON list, else the event's id. */
  readonly key: string;
  /** CloudEvents id: the same for every revision of a row. */
  readonly id: string;
  /** CloudEvents source: the query that wrote it. */
  readonly source: string;
  /** The row's event time, RFC 3339. */
  readonly time: string;
  /** Which of two rows of a key is newer: the greater text, by UTF-8 bytes. */
  readonly version: string;
  /** The row as JSON text of an object, as the query wrote it; null: the row must go. */
  readonly row: string | null;
  /** Sent before its window closed; a newer revision will come. */
  readonly early: boolean;
  /** Its query was added when some of its events were counted already. */
  readonly partial?: true;
  /** W3C trace context of the event that it stems from. */
  readonly traceparent?: string;
  readonly arrival: EpochMs;
};

/**
 * What became of one row. `older`: something newer stands there, which is as good as stored. `retry`: the destination took others and not
 * this one for now. `reject`: these bytes will never be taken.
 */
export type RowOutcome =
  | { readonly kind: 'stored' }
  | { readonly kind: 'older' }
  | { readonly kind: 'retry'; readonly cause: string }
  | { readonly kind: 'reject'; readonly rule: RejectRule; readonly cause: string };

export const STORED: RowOutcome = { kind: 'stored' };
export const OLDER: RowOutcome = { kind: 'older' };

export type Destination = {
  /** For messages: what it is and where. */
  readonly name: string;
  /** The most rows and bytes of JSON text that one call takes; a single row may be larger than `bytes`. */
  readonly most: { readonly rows: number; readonly bytes: number };
  /** Calls at the same time. */
  readonly atOnce: number;
  /**
   * One call, at most one row of a key in it. Writing the same rows again changes nothing where the destination can tell (`docs/destinations.md`).
   * @returns outcomes in the order of the rows
   * @throws  Fault destination.throttled or destination.unavailable: nothing is known, the rows come again; destination.refused: the call
   *          as a whole was refused because of one of its rows, so halves are tried
   */
  write(rows: readonly SinkRow[]): Promise<readonly RowOutcome[]>;
};
