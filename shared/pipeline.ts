// The user's room after compilation: what `#pipeline` exports. `millrace build` writes it to .millrace/pipeline.mjs; the
// bundles and the local run import it.
import type { JsonObject } from './event/cloud-event.ts';
import type { Framing } from './framings/frame.ts';
import type { Plan } from './query/plan.ts';
import type { Value } from './query/types.ts';
import type { ScanPlan } from './schema/scan-plan.ts';
import type { EpochMs, Ms } from './time.ts';

/** One rule a document broke: JSON pointer of the field, the rule in words, and what stood there. */
export type SchemaError = { readonly field: string; readonly cause: string; readonly value: unknown };

/** One event type, from pipeline/schemas/<type>.json. Paths are names from the root of `data`. */
export type EventType = {
  readonly type: string;
  /** null when `data` is valid. Never throws. */
  readonly check: (data: unknown) => SchemaError | null;
  /** The field marked `x-time`, `x-id`, `x-key`; null when none is. */
  readonly time: readonly string[] | null;
  readonly id: readonly string[] | null;
  readonly key: readonly string[] | null;
  /** What a scan of the bytes checks in place of `check`; absent when the schema has words beyond it. */
  readonly scan?: ScanPlan;
};

/** Something that adds fields under `data.<as>`. Look-ups never decide whether or where an event goes. */
export type Enrichment =
  | {
      readonly kind: 'geo';
      readonly name: string;
      readonly on: readonly string[];
      readonly ip: readonly string[];
      readonly as: string;
    }
  | {
      readonly kind: 'agent';
      readonly name: string;
      readonly on: readonly string[];
      readonly agent: readonly string[];
      readonly as: string;
    }
  | {
      readonly kind: 'reference';
      readonly name: string;
      readonly on: readonly string[];
      /** The file pipeline/reference/<table>.csv; its first column is the key. */
      readonly table: string;
      readonly key: readonly string[];
      readonly as: string;
      readonly ttl: Ms;
    }
  | {
      readonly kind: 'pure';
      readonly name: string;
      readonly on: readonly string[];
      readonly as: string;
      /** Pure: the same data gives the same answer. Throwing rejects the event. undefined adds nothing. */
      readonly apply: (data: JsonObject) => unknown;
    };

/** What the records of a source are; `http`, `plain` and `webhook` are events already, the last ones since `ingest` made them so. */
export const ADAPTERS = [
  'http',
  'plain',
  'agent',
  'cloudwatch-logs',
  'iot',
  'dms',
  'debezium',
  'dynamodb',
  'eventbridge',
  'sns',
  'sqs',
  'webhook',
] as const;
export const LINE_FORMATS = ['plain', 'csv', 'apache-common', 'apache-combined', 'json'] as const;
export const COLUMN_TYPES = ['text', 'integer', 'number', 'boolean'] as const;

/** A column of CSV lines. */
export type Column = { readonly name: string; readonly type: (typeof COLUMN_TYPES)[number] };

/** A table of a source, kept as a reference table: one row a key, the newest. */
export type Remembered = {
  /** As `tables` names it. */
  readonly from: string;
  /** Name of the reference table. */
  readonly into: string;
  /** Columns of the row that are its key. */
  readonly key: readonly string[];
  /** Columns of the reference table, the look-up's key first: the key column, or `key` for several. */
  readonly columns: readonly string[];
};

/** Where a request of a third party says something: a header by its name in lower case, or a field of its body. */
export type Place = { readonly header: string } | { readonly field: readonly string[] };

/** How the requests to POST /webhooks/NAME are signed, and what is read from them. */
export type Hook = {
  readonly scheme: (typeof SIGNATURES)[number];
  /** Of `hmac`: the header in lower case, how the digest is written in it, and what stands before the digest. */
  readonly header: string;
  readonly encoding: 'hex' | 'base64';
  readonly prefix: string;
  /** Name or ARN of the secret: its text, or {"secrets": ["new", "old"]}. */
  readonly secret: string;
  /** null: the body's digest. */
  readonly id: Place | null;
  /** null: the source's only type. */
  readonly type: Place | null;
  /** null: the arrival. */
  readonly time: Place | null;
  /** The third party's name of an event (`*`: any other) -> event type; null: left out. null in all: names are types. */
  readonly events: Readonly<Record<string, string | null>> | null;
};
export const SIGNATURES = ['github', 'stripe', 'hmac'] as const;

/** One source of pipeline/sources.yml. */
export type Source = {
  readonly name: string;
  readonly adapter: (typeof ADAPTERS)[number];
  /** Event types this source delivers; empty: any. */
  readonly types: readonly string[];
  /** A second event with an id seen in this time is a duplicate; null: producers' duplicates pass. */
  readonly deduplicate: Ms | null;
  readonly transport: Ms;
  readonly ticks: boolean;
  /** `kpl`: sub-records outside their shard's range are the KPL's own resends and are dropped, as KCL does. */
  readonly producer: 'kpl' | 'any';
  /** Only records whose partition key begins so are of this source; absent: any. */
  readonly prefix?: string;
  /** How a line reads (`agent`), or a log event's message or a feeder's text (`json`: one JSON object). */
  readonly format?: (typeof LINE_FORMATS)[number];
  /** Columns of CSV, in order. */
  readonly columns?: readonly Column[];
  /** Between two cells of CSV; absent: a comma. */
  readonly delimiter?: string;
  /** Change data: the table's name as the source writes it (`*`: any other) -> event type; null: its changes are left out. */
  readonly tables?: Readonly<Record<string, string | null>>;
  /** Of the adapter `webhook`. */
  readonly hook?: Hook;
  /** Values with a header that names their writer's schema, and the registry that knows it. */
  readonly framing?: {
    readonly kind: Framing;
    /** Of `confluent`: its address. */
    readonly registry: string | null;
    /** Name or ARN of a secret, `user:password`; null: the registry asks for none. */
    readonly secret: string | null;
  };
  /** Change data: tables whose newest rows stand in a reference table. */
  readonly remember?: readonly Remembered[];
  /** When the source's log began anew, in order: whatever it tells from then on is newer than all before. */
  readonly restarts?: readonly EpochMs[];
};

/**
 * What a file of pipeline/functions/ exports for CREATE FUNCTION. `apply` is pure: the same values give the same value. It gets values as
 * query/types.ts has them (BIGINT a bigint, TIMESTAMP milliseconds, DECIMAL { unscaled, scale }); throwing rejects the event for the
 * queries that call it.
 */
export type SqlFunction = {
  /** SQL types: `['STRING', 'DECIMAL(10, 2)']`. */
  readonly takes: readonly string[];
  readonly gives: string;
  /** Whether it wants NULL arguments; otherwise a NULL argument gives NULL without a call. */
  readonly nulls?: boolean;
  readonly apply: (...values: never[]) => Value;
};

export type CompiledPipeline = {
  readonly plan: Plan;
  readonly types: Readonly<Record<string, EventType>>;
  readonly enrichments: readonly Enrichment[];
  readonly sources: readonly Source[];
  /** Reference tables by name: columns of the CSV or of what is remembered, the first one the key. */
  readonly references: Readonly<Record<string, readonly string[]>>;
  /** The code behind CREATE FUNCTION, by the name in SQL; `userFunctions` of query/ makes it ready. Absent: there is none. */
  readonly functions?: Readonly<Record<string, (...values: Value[]) => Value>>;
};
