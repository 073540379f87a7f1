// The plan: what tables.sql and queries/*.sql compile to. Plain, readonly, printable data; it holds no function and no class.
import type { Ms } from '../time.ts';
import type { SqlType } from './types.ts';

/** Where something stands in the user's files; line and column count from 1. */
export type Place = { readonly file: string; readonly line: number; readonly col: number };

/** A typed expression over the slots of a row. Literals keep values as JSON: BIGINT and DECIMAL as text. */
export type Expr =
  | { readonly kind: 'slot'; readonly slot: number; readonly type: SqlType }
  | { readonly kind: 'literal'; readonly value: null | boolean | number | string; readonly type: SqlType }
  | { readonly kind: 'call'; readonly fn: string; readonly args: readonly Expr[]; readonly type: SqlType };

/** How a column is read from an event: a field of `data` (path of names) or a context attribute. */
export type Column = {
  readonly name: string;
  readonly type: SqlType;
  readonly from:
    | { readonly kind: 'data'; readonly path: readonly string[] }
    | { readonly kind: 'attribute'; readonly name: string }
    | { readonly kind: 'event-time' };
};

export type Aggregate = {
  readonly fn: 'COUNT' | 'SUM' | 'MIN' | 'MAX' | 'AVG';
  readonly distinct: boolean;
  /** Over the input row; null is COUNT(*). */
  readonly arg: Expr | null;
  readonly filter: Expr | null;
  readonly type: SqlType;
};

export type WindowSpec =
  | { readonly kind: 'tumble'; readonly size: Ms }
  | { readonly kind: 'hop'; readonly size: Ms; readonly slide: Ms }
  /** Windows of one start that grow by `step` up to `size`. */
  | { readonly kind: 'cumulate'; readonly size: Ms; readonly step: Ms }
  | { readonly kind: 'session'; readonly gap: Ms };

type QueryBase = {
  /** name + `-` + hash of the definition; letters, digits, `_` and `-` only. */
  readonly id: string;
  readonly name: string;
  readonly at: Place;
  /** `enriched`: events of `types`. `refined`: rows of the table that the queries in `reads` (ids) write. */
  readonly input: {
    readonly stream: 'enriched' | 'refined';
    readonly table: string;
    readonly types: readonly string[];
    readonly reads: readonly string[];
  };
  /** Slots 0..n-1 of the input row. */
  readonly columns: readonly Column[];
  readonly where: Expr | null;
  /** The destination table's name; rows go to `refined` as CloudEvents of that type. */
  readonly into: string;
};

/** Filter and project, event by event: runs in `transform`. `select` gives the destination's columns in their order. */
export type StatelessQuery = QueryBase & { readonly kind: 'stateless'; readonly select: readonly Expr[] };

/**
 * A window aggregate. `having` and `select` are over the result row: slots 0..k-1 the keys, then window_start, window_end and
 * window_time (all TIMESTAMP), then the aggregates. Rows whose time is NULL are rejected.
 */
export type WindowQuery = QueryBase & {
  readonly kind: 'window';
  readonly window: WindowSpec;
  /** Disorder allowed inside one raw shard: the watermark delay of the input table. */
  readonly delay: Ms;
  /** Revisions are sent until the watermark is this far beyond the window's end. */
  readonly lateness: Ms;
  readonly keys: readonly Expr[];
  readonly aggregates: readonly Aggregate[];
  readonly having: Expr | null;
  readonly select: readonly Expr[];
};
export type Query = StatelessQuery | WindowQuery;

export type TableColumn = { readonly name: string; readonly type: SqlType };

/** A CREATE TABLE. A source names the event types it reads; a destination has a connector; a table between queries is both. */
export type TablePlan = {
  readonly name: string;
  readonly at: Place;
  readonly columns: readonly TableColumn[];
  /** Column named by WATERMARK FOR and its delay; null when the table has no event time. */
  readonly watermark: { readonly column: string; readonly delay: Ms } | null;
  /** Columns of PRIMARY KEY … NOT ENFORCED; empty when there is none. */
  readonly primaryKey: readonly string[];
  /** `kinesis` (a topic on `refined`), `dynamodb` (write-table), `filesystem` (write-lake). */
  readonly connector: 'kinesis' | 'dynamodb' | 'filesystem';
  /** Event types of a source table (`millrace.type`); empty for a destination. */
  readonly types: readonly string[];
  /** Of a filesystem table with `millrace.type`, whose rows are the events themselves: how each column is read. */
  readonly reads?: readonly Column['from'][];
  /** Events later than arrival + ahead are rejected. */
  readonly ahead: Ms;
  readonly lateness: Ms;
  readonly options: Readonly<Record<string, string>>;
};

export type Plan = {
  readonly version: 1;
  readonly tables: readonly TablePlan[];
  readonly queries: readonly Query[];
};
