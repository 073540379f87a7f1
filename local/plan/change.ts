// The words in which a plan speaks.

export type Unread =
  | { readonly kind: 'none' }
  | { readonly kind: 'some'; readonly where: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** `state`: the query ids that have state, when no record names the deployed queries. `unread`: by logical id of a stream. */
export type Known = {
  readonly unread: ReadonlyMap<string, Unread>;
  readonly state: readonly string[] | null;
  /** What is not as the deployed stack says. */
  readonly drift: readonly Change[];
};

export type Action = 'add' | 'change' | 'remove' | 'keep';
export type Change = {
  readonly about: 'function' | 'mapping' | 'stream' | 'store' | 'query' | 'run';
  readonly name: string;
  readonly action: Action;
  readonly says: string;
};

export const REASONS = [
  'mapping-at-latest',
  'replaced-stream',
  'changed-groups',
  'changed-keys',
  'changed-lake-type',
  'replaced-ledger',
  'changed-log',
  'changed-partitions',
] as const;
export type Reason = (typeof REASONS)[number];
/** A change that loses or repeats events. `wayOut` says what would do instead. */
export type Refusal = {
  readonly reason: Reason;
  readonly name: string;
  readonly says: string;
  readonly wayOut: string;
};
export type PlanOfDeploy = { readonly changes: readonly Change[]; readonly refusals: readonly Refusal[] };

export const union = (a: readonly string[], b: readonly string[]): readonly string[] => [...new Set([...a, ...b])];
export const show = (values: readonly (number | string)[]): string =>
  values.length === 0 ? 'none' : values.join(', ');
export const differ = (a: readonly (number | string)[], b: readonly (number | string)[]): boolean =>
  a.length > 0 && b.length > 0 && show([...a].sort()) !== show([...b].sort());

export const NEW_RUN =
  'new ledgers and object names; every query begins empty where its functions stand; windows open at the deploy are cut in two';
