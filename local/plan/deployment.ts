// What a deploy puts into the account, as far as the next deploy can hurt it: plain data, written by `millrace build` as deploy.json
// and kept in the ledger table by `millrace plan --record`.

/** `id` is the logical id in the stack: what CloudFormation knows a stream by, whatever its name. */
export type DeployedStream = {
  readonly id: string;
  readonly name: string;
  readonly mode: 'provisioned' | 'on-demand';
  /** null on demand. */
  readonly shards: number | null;
  readonly retentionHours: number;
};

/** An event source mapping of a stream. `stream` is the logical id. */
export type DeployedMapping = {
  readonly function: string;
  readonly stream: string;
  readonly position: string;
  readonly enabled: boolean;
};

export type DeployedFunction = {
  /** As under `functions:` and as in the account. */
  readonly name: string;
  readonly fullName: string;
  /** Key groups and run it works with; null for one that has none. */
  readonly groups: number | null;
  readonly run: string | null;
};

export type DeployedQuery = {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly into: string;
};

export type Deployment = {
  readonly version: 1;
  readonly service: string;
  readonly stage: string;
  readonly functions: readonly DeployedFunction[];
  readonly streams: readonly DeployedStream[];
  /** What chains the functions, where it is not Kinesis; `streams` are its topics then. */
  readonly log?: 'kafka';
  readonly mappings: readonly DeployedMapping[];
  /** Logical id -> name of the tables and buckets that hold state. */
  readonly stores: Readonly<Record<string, string>>;
  /** The ledger table that functions use, where it is not the stack's own: one that `millrace restore` made. */
  readonly ledger?: string;
  /** null: not known, since the deploy left no record of them. */
  readonly queries: readonly DeployedQuery[] | null;
  /** Event type -> the field marked `x-key`, dotted; null without one. null: not known. */
  readonly keys: Readonly<Record<string, string | null>> | null;
  /** Table of the lake -> column -> type. Absent: not known. */
  readonly lake?: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

/** The one value that functions agree on; several when they do not, which no deploy of ours makes. */
const agreed = <T>(values: readonly (T | null)[]): readonly T[] => [...new Set(values.filter((v) => v !== null))];

export const groupsOf = (d: Deployment): readonly number[] => agreed(d.functions.map((f) => f.groups));
export const runsOf = (d: Deployment): readonly string[] => agreed(d.functions.map((f) => f.run));
