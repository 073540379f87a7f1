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

/** `enriched`: events of `types`. `refined`: rows of the table that the queries in `reads` (ids) write. */
export type Input = {
  readonly stream: 'enriched' | 'refined';
  readonly table: string;
  readonly types: readonly string[];
  readonly reads: readonly string[];
};

/**
 * A look-up join (FOR SYSTEM_TIME AS OF): the row of a reference table whose key is `key`, as text. Adds a slot for each of `columns`,
 * NULL where there is no row; `required` (inner join) drops the event's row then.
 */
export type Lookup = {
  /** Name of the reference table, and its key column. */
  readonly table: string;
  readonly keyColumn: string;
  /** STRING, over the slots before this look-up. */
  readonly key: Expr;
  readonly columns: readonly TableColumn[];
  readonly required: boolean;
};

/** UNNEST: one row for each element, as slots after those of the look-ups (a ROW element gives one slot a field). */
export type Unnest = {
  readonly array: Expr;
  readonly columns: readonly TableColumn[];
  /** WITH ORDINALITY: one more slot, INT, from 1. */
  readonly ordinality: boolean;
  /** LEFT JOIN: an empty or NULL array gives one row of NULLs; otherwise none. */
  readonly keepsEmpty: boolean;
};

/** Rows out of the events of one input: slots 0..n-1 the columns, then what look-ups add in their order, then what UNNEST adds. */
export type Side = {
  readonly input: Input;
  readonly columns: readonly Column[];
  readonly lookups?: readonly Lookup[];
  readonly unnest?: Unnest;
  /** Over all slots. */
  readonly where: Expr | null;
};

type QueryBase = {
  /** name + `-` + hash of the definition; letters, digits, `_` and `-` only. */
  readonly id: string;
  readonly name: string;
  readonly at: Place;
  /** The destination table's name; rows go to `refined` as CloudEvents of that type. */
  readonly into: string;
};

/** Filter and project, event by event: runs in `transform`. `select` gives the destination's columns in their order. */
export type StatelessQuery = QueryBase & Side & { readonly kind: 'stateless'; readonly select: readonly Expr[] };

/** What every query with a watermark has. */
type Timed = {
  /** Disorder allowed inside one raw shard: the greatest watermark delay of the input tables. */
  readonly delay: Ms;
};

/**
 * A window aggregate. `having` and `select` are over the result row: slots 0..k-1 the keys, then window_start, window_end and
 * window_time (all TIMESTAMP), then the aggregates. Rows whose time is NULL are rejected.
 */
export type WindowQuery = QueryBase &
  Side &
  Timed & {
    readonly kind: 'window';
    readonly window: WindowSpec;
    /** Revisions are sent until the watermark is this far beyond the window's end. */
    readonly lateness: Ms;
    /** Rows of open windows are sent as revisions marked `early`, at most this often; absent: finals only. */
    readonly early?: Ms;
    /** Groups that HAVING leaves out are sent as rows that must go: the ends of alerts. */
    readonly tellsEnds?: true;
    readonly keys: readonly Expr[];
    readonly aggregates: readonly Aggregate[];
    readonly having: Expr | null;
    readonly select: readonly Expr[];
  };

/** `expr` over the rows that are put in order. NULL is the least value, as in Flink: first in ASC, last in DESC, unless said. */
export type Order = { readonly expr: Expr; readonly descending: boolean; readonly nullsFirst: boolean };

/**
 * What is kept of the rows of one key. `rows`: the rows themselves (`row` over the side's slots), in order of arrival: (arrival, raw shard,
 * sequence number, index, child, element of UNNEST); with `best` only the first `limit` by `order` (over the kept row), ties by arrival, the
 * earlier first, or the later first when `latestFirst` (Flink's rule for the last row by time).
 */
export type Keep =
  | { readonly kind: 'aggregates'; readonly aggregates: readonly Aggregate[] }
  | {
      readonly kind: 'rows';
      readonly row: readonly Expr[];
      readonly best: {
        readonly order: readonly Order[];
        readonly limit: number;
        readonly latestFirst: boolean;
      } | null;
    };

export type KeyedFold = Side & { readonly keys: readonly Expr[]; readonly keep: Keep };

/**
 * Relations of one window, computed when it closes, from all keys of its folds. Rows are plain slots; each operator's expressions are over the
 * row of what it stands on (`on` of a join: the left row's slots, then the right row's).
 */
export type Rel =
  /** Row: keys, window_start, window_end, window_time, then the aggregates' results, or the slots of a kept row (one row for each). */
  | { readonly kind: 'fold'; readonly fold: number }
  | { readonly kind: 'filter'; readonly of: Rel; readonly where: Expr }
  | { readonly kind: 'project'; readonly of: Rel; readonly select: readonly Expr[] }
  /** Row: keys, then aggregates. Without keys it gives one row where there is any row below it, as windows without rows give none. */
  | {
      readonly kind: 'group';
      readonly of: Rel;
      readonly keys: readonly Expr[];
      readonly aggregates: readonly Aggregate[];
    }
  /** Row: left, then right; `semi` and `anti`: left. Equal keys meet, NULL meets nothing; NULL columns stand for a missing partner. */
  | {
      readonly kind: 'join';
      readonly type: 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti';
      readonly left: Rel;
      readonly right: Rel;
      readonly leftKeys: readonly Expr[];
      readonly rightKeys: readonly Expr[];
      readonly on: Expr | null;
      /** Slots of a left and of a right row: how many NULLs stand for a missing one. */
      readonly widths: readonly [left: number, right: number];
    }
  /** ROW_NUMBER: adds a slot, BIGINT, from 1 in each partition; keeps rows whose number is in [from, to]. */
  | {
      readonly kind: 'rank';
      readonly of: Rel;
      readonly partition: readonly Expr[];
      readonly order: readonly Order[];
      readonly latestFirst: boolean;
      readonly from: number;
      readonly to: number;
    }
  | { readonly kind: 'union'; readonly of: readonly Rel[] };

/**
 * Relations over windows of one kind: joins, Top-N, dedup, groups of groups. All folds share the windows, which are no sessions. `rel` gives
 * the destination's columns in their order. Lateness is 0. A row's key is its number within the window, in the order of `rel`.
 */
export type ComposedQuery = QueryBase &
  Timed & {
    readonly kind: 'composed';
    readonly window: Exclude<WindowSpec, { kind: 'session' }>;
    readonly early?: Ms;
    readonly folds: readonly KeyedFold[];
    readonly rel: Rel;
  };

/** One side of an interval join: equal keys meet. `row` is over the side's slots. */
export type JoinSide = Side & { readonly keys: readonly Expr[]; readonly row: readonly Expr[] };

/**
 * Inner join of two streams by key and time: left time - right time lies in [low, high] (ms; low may be negative, low <= high). A pair is sent in
 * the decision in which the watermark passes the later of its two times. `on` and `select` are over the left row, then the right one.
 */
export type IntervalQuery = QueryBase &
  Timed & {
    readonly kind: 'interval';
    readonly left: JoinSide;
    readonly right: JoinSide;
    readonly low: Ms;
    readonly high: Ms;
    readonly on: Expr | null;
    readonly select: readonly Expr[];
  };

/**
 * GROUP BY, dedup or Top-N per key without a window, into a keyed destination. A key's state is a session with gap `ttl`, shown before it closes.
 * `updates`: each decision sends the keys touched since the last one. `first`: the one kept row (the earliest by time, limit 1) is sent once, when
 * the watermark reaches its time; a row behind the watermark is late.
 * `having` and `select` are over the result row: keys, then the aggregates' results; or keys, rank (BIGINT, from 1), the slots of a kept row.
 */
export type RunningQuery = QueryBase &
  Timed & {
    readonly kind: 'running';
    readonly fold: KeyedFold;
    readonly ttl: Ms;
    readonly emit: 'updates' | 'first';
    readonly having: Expr | null;
    readonly select: readonly Expr[];
  };

/** Queries that `aggregate` folds and `refine` decides. */
export type StatefulQuery = WindowQuery | ComposedQuery | IntervalQuery | RunningQuery;
export type Query = StatelessQuery | StatefulQuery;

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
  /**
   * `kinesis` (a topic on `refined`), `dynamodb` (write-table), `filesystem` (write-lake), `jdbc` and `redshift` (write-warehouse), `opensearch-2`
   * (write-search), `eventbridge`, `sns`, `sqs` and `firehose` (publish), `http-sink` (call-webhook), `kafka` and `upsert-kafka`
   * (write-topic).
   */
  readonly connector:
    | 'kinesis'
    | 'dynamodb'
    | 'filesystem'
    | 'jdbc'
    | 'redshift'
    | 'opensearch-2'
    | 'eventbridge'
    | 'sns'
    | 'sqs'
    | 'firehose'
    | 'http-sink'
    | 'kafka'
    | 'upsert-kafka';
  /** Event types of a source table (`millrace.type`); empty for a destination. */
  readonly types: readonly string[];
  /** Of a filesystem table with `millrace.type`, whose rows are the events themselves: how each column is read. */
  readonly reads?: readonly Column['from'][];
  /** Events later than arrival + ahead are rejected. */
  readonly ahead: Ms;
  readonly lateness: Ms;
  /** Of the rows of a key only the first that stands and its end are sent (`millrace.alert`). */
  readonly alert?: boolean;
  readonly options: Readonly<Record<string, string>>;
};

/** CREATE FUNCTION: a pure function of the user's. Calls of it are `{kind: 'call', fn: 'UDF ' + name}`. */
export type UserFunction = {
  readonly name: string;
  readonly at: Place;
  /** File below pipeline/functions/ and the name that it exports. */
  readonly file: string;
  readonly export: string;
  readonly takes: readonly SqlType[];
  readonly gives: SqlType;
  /** Whether it wants NULL arguments; otherwise a NULL argument gives NULL. */
  readonly nulls: boolean;
  /** Of the file's text and what it imports: a changed function is a changed query. */
  readonly hash: string;
  /** Class on Flink, from the function's `@flink` comment; null: `millrace flink` refuses queries that call it. */
  readonly flink: string | null;
};

export type Plan = {
  readonly version: 2;
  readonly tables: readonly TablePlan[];
  readonly queries: readonly Query[];
  readonly functions: readonly UserFunction[];
};
