// Which lanes a query reads, and so waits for.
import { type Lane, shardOfLane } from '../lanes/position.ts';
import type { Plan, Query, WindowQuery } from '../query/plan.ts';

/** Lanes of `refine` begin so; all others are lanes of raw shards. */
const REFINED = 'm.';

/** @param fn function + `/` + stream of the aggregate whose windows are closed */
export const refinedLane = (fn: string, query: string, part: number, group: number): Lane =>
  `${REFINED}${fn}.${query}.${part}/${group}`;

export const isRefinedLane = (lane: Lane): boolean => lane.startsWith(REFINED);

/** The query that writes a refined lane. Neither fn nor query ids hold a dot. */
export const queryOfLane = (lane: Lane): string => shardOfLane(lane).split('.')[2] ?? '';

export const windowQueries = (plan: Plan, stream: 'enriched' | 'refined'): readonly WindowQuery[] =>
  plan.queries.filter((q): q is WindowQuery => q.kind === 'window' && q.input.stream === stream);

/** Whether a query reads a table that a stateless query writes: then the raw lanes on `refined` are its roster. */
export const readsRawLanes = (q: Query, plan: Plan): boolean =>
  q.input.stream === 'enriched' || plan.queries.some((w) => w.kind === 'stateless' && q.input.reads.includes(w.id));

export type LaneTest = (lane: Lane) => boolean;

export const laneTest = (q: Query, plan: Plan): LaneTest => {
  const raw = readsRawLanes(q, plan);
  const reads = new Set(q.input.reads);
  return (lane) => (isRefinedLane(lane) ? reads.has(queryOfLane(lane)) : raw);
};

const SOURCE = '/millrace/';
/** CloudEvents source of the rows of a query. */
export const sourceOfQuery = (id: string): string => SOURCE + id;

/** Whether an event is a row for a query: by type from producers, by table and writing query on `refined`. */
export const takesEvent = (q: Query): ((event: { type: string; source: string }) => boolean) => {
  const types = new Set(q.input.types);
  const reads = new Set(q.input.reads.map(sourceOfQuery));
  return q.input.stream === 'enriched'
    ? (e) => types.has(e.type)
    : (e) => e.type === q.input.table && reads.has(e.source);
};
