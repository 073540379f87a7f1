// Whether a new run has closed all that the old one had closed: a switch must take no row away from readers.
import type { Plan, StatefulQuery } from '../../shared/query/plan.ts';
import { isStateful, streamOf } from '../../shared/query/sides.ts';
import { aggregateName } from '../../shared/steps/aggregate/name.ts';
import { type Manifest, manifests } from '../../shared/steps/refine/manifest.ts';
import type { EpochMs } from '../../shared/time.ts';
import type { StageHere } from '../stage/stage-here.ts';

type Place = Pick<StageHere, 'ledger' | 'objects' | 'run'>;

const nobody = (): string => {
  throw new Error('nothing is decided here');
};

const manifestOf = ({ ledger: table, objects, run }: Place, q: StatefulQuery): Promise<Manifest> =>
  manifests({ table, objects, run, fn: aggregateName(streamOf(q)), part: 0, nonce: nobody }).read();

/** Name of a query -> event time up to which its windows are closed. A changed query is the one of its name. */
export type ClosedUpTo = ReadonlyMap<string, EpochMs>;

/** Of the queries that write these tables; those that have closed nothing are left out. */
export const closedUpTo = async (stage: Place, plan: Plan, tables: readonly string[]): Promise<ClosedUpTo> => {
  const out = new Map<string, EpochMs>();
  for (const q of plan.queries.filter(isStateful).filter((r) => tables.includes(r.into))) {
    const closed = (await manifestOf(stage, q)).closed[q.id];
    if (closed !== undefined) out.set(q.name, closed);
  }
  return out;
};

/** Queries of both runs in which the new one has not come so far, with both times; null: it has closed nothing. */
export const laggards = (
  old: ClosedUpTo,
  fresh: ClosedUpTo,
  names: readonly string[],
): readonly { readonly query: string; readonly old: EpochMs; readonly fresh: EpochMs | null }[] =>
  [...old].flatMap(([query, at]) => {
    const now = fresh.get(query) ?? null;
    return !names.includes(query) || (now !== null && now >= at) ? [] : [{ query, old: at, fresh: now }];
  });
