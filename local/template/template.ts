// What serverless.yml says, as plain data: the local run makes its streams, tables, queues and mappings from it.
import type { Ms } from '../../shared/time.ts';
import type { Expiry } from './lifecycle.ts';

export type StreamTemplate = {
  readonly name: string;
  readonly logicalId: string;
  /** On demand, a stream starts with 4. */
  readonly shards: number;
  readonly onDemand: boolean;
  readonly retentionMs: Ms;
};

export type TableTemplate = {
  readonly name: string;
  readonly logicalId: string;
  /** Both keys are text. */
  readonly hashKey: string;
  readonly rangeKey: string | null;
  /** Attribute with the expiry in seconds since the epoch. */
  readonly ttl: string | null;
};

/** A secret of Secrets Manager, with the text that it is made with. */
export type SecretTemplate = { readonly name: string; readonly logicalId: string; readonly text: string };

export type BucketTemplate = {
  readonly name: string;
  readonly logicalId: string;
  /** What its lifecycle rules remove. */
  readonly expires: readonly Expiry[];
};

export type QueueTemplate = {
  readonly name: string;
  readonly logicalId: string;
  readonly delayMs: Ms;
  readonly visibilityMs: Ms;
  readonly retentionMs: Ms;
};

/** A Lambda event source mapping on a Kinesis stream. -1 is "no limit", as Lambda writes it. */
export type StreamTrigger = {
  readonly kind: 'stream';
  /** The stream's name. */
  readonly stream: string;
  readonly batchSize: number;
  readonly batchWindowMs: Ms;
  readonly bisect: boolean;
  readonly maximumRetryAttempts: number;
  readonly maximumRecordAgeSeconds: number;
  readonly parallelizationFactor: number;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST' | 'AT_TIMESTAMP';
  /** For AT_TIMESTAMP, seconds since the epoch. */
  readonly startingTimestamp: number | null;
  readonly reportBatchItemFailures: boolean;
  /** The name of the queue that is told what was given up. */
  readonly onFailure: string | null;
  readonly tumblingWindowSeconds: number;
  /** EventBridge patterns; a record that matches one passes. Empty: all pass. */
  readonly filterPatterns: readonly unknown[];
  /** It has a consumer with enhanced fan-out of its own; else it shares the shards' 5 reads and 2 MB a second. */
  readonly enhanced: boolean;
  readonly enabled: boolean;
};

export type QueueTrigger = {
  readonly kind: 'queue';
  readonly queue: string;
  readonly batchSize: number;
  readonly batchWindowMs: Ms;
  readonly maximumConcurrency: number | null;
  readonly reportBatchItemFailures: boolean;
  readonly enabled: boolean;
};
export type ScheduleTrigger = { readonly kind: 'schedule'; readonly rateMs: Ms; readonly enabled: boolean };
export type HttpTrigger = { readonly kind: 'http'; readonly method: string; readonly path: string };
export type Trigger = StreamTrigger | QueueTrigger | ScheduleTrigger | HttpTrigger;

export type Statement = {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  /** ARNs, as patterns. */
  readonly resources: readonly string[];
  readonly condition: unknown;
};
export type RoleTemplate = { readonly logicalId: string; readonly statements: readonly Statement[] };

export type FunctionTemplate = {
  /** As under `functions:`. */
  readonly name: string;
  /** As in the account: service-stage-name. */
  readonly fullName: string;
  /** From the root, without extension: `functions/ingest/handler`. */
  readonly file: string;
  /** The exported name. */
  readonly export: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: Ms;
  readonly memoryMb: number;
  /** The logical id of its role; empty: the framework's own. */
  readonly role: string;
  /** What function.yml asks for: enhanced fan-out is given where the stage has `consumers: fan-out`. */
  readonly consumers: 'shared' | 'enhanced';
  readonly triggers: readonly Trigger[];
};

export type Template = {
  /** What chains the functions, where it is not Kinesis: each of `streams` is a topic then, its shards partitions. */
  readonly log?: 'kafka';
  readonly service: string;
  readonly stage: string;
  readonly region: string;
  readonly streams: readonly StreamTemplate[];
  readonly tables: readonly TableTemplate[];
  readonly buckets: readonly BucketTemplate[];
  readonly queues: readonly QueueTemplate[];
  readonly secrets: readonly SecretTemplate[];
  readonly roles: readonly RoleTemplate[];
  readonly functions: readonly FunctionTemplate[];
};
