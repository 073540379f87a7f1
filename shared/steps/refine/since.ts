// A query that a deploy adds or removes while the pipeline runs: some entries were made without it. Rows of what began then are marked
// `partial`: what is missing is never silent (protocol, section 10).
import type { Plan, StatefulQuery } from '../../query/plan.ts';
import { readsOf } from '../../query/sides.ts';
import { type EpochMs, type Ms, minutes, START_OF_TIME } from '../../time.ts';
import type { DueRow } from '../operators/operator.ts';
import type { Manifest } from './manifest.ts';

/** Longer than an invocation of the plan before can still be at work, and than events may run ahead unless a table says more. */
const OVERLAP: Ms = minutes(15);

/** How much longer than the rows that it reads a query's own may hold what is missing: their windows one after the other. */
export const reachOf = (q: StatefulQuery, plan: Plan): Ms => {
  const read = plan.queries.filter((r) => readsOf(q).includes(r.id));
  const of = (r: Plan['queries'][number]): Ms => {
    if (r.kind === 'stateless') return 0;
    const own = r.kind === 'window' || r.kind === 'composed' ? spanOf(r.window) : 0;
    return own + reachOf(r, plan);
  };
  return Math.max(0, ...read.map(of));
};
const spanOf = (w: (StatefulQuery & { readonly kind: 'window' })['window']): Ms =>
  w.kind === 'session' ? w.gap : w.size;

/**
 * Query -> event time up to which it may have missed events; queries that every entry fed have none.
 * @param missed queries that an entry since the last decision did not feed
 * @param newest the latest instant that anybody knows: of the clock, and of all lanes
 */
export const sinceOf = (
  m: Manifest,
  queries: readonly StatefulQuery[],
  plan: Plan,
  missed: ReadonlySet<string>,
  newest: EpochMs,
): Manifest['since'] => {
  const out: Record<string, EpochMs> = {};
  const ahead = Math.max(0, ...plan.tables.map((t) => t.ahead));
  for (const q of queries) {
    const known = m.since[q.id];
    if (known !== undefined) out[q.id] = known;
    // Entries that were counted before it was there are known by the manifest, which does not name it.
    if (missed.has(q.id) || (known === undefined && m.v > 0 && m.closed[q.id] === undefined))
      out[q.id] = Math.max(newest, m.at) + Math.max(OVERLAP, ahead) + reachOf(q, plan);
  }
  return out;
};

export const isPartial = ({ query, from }: DueRow, since: Manifest['since']): boolean =>
  from !== null && from <= (since[query.id] ?? START_OF_TIME - 1);
