// Which lanes a query reads, and so waits for.
import { type Lane, shardOfLane } from '../lanes/position.ts';
import type { Input, Plan, Query, StatefulQuery } from '../query/plan.ts';
import { inputsOf, isStateful, readsOf, streamOf } from '../query/sides.ts';

/** Lanes of `refine` begin so; all others are lanes of raw shards. */
const REFINED = 'm.';

/** @param fn function + `/` + stream of the aggregate whose windows are closed */
export const refinedLane = (fn: string, query: string, part: number, group: number): Lane =>
  `${REFINED}${fn}.${query}.${part}/${group}`;

/** Whether a lane is one of those that close the windows of an aggregate. */
export const refinedLanesOf = (fn: string, lane: Lane): boolean => lane.startsWith(`${REFINED}${fn}.`);

export const isRefinedLane = (lane: Lane): boolean => lane.startsWith(REFINED);

/** The query that writes a refined lane. Neither fn nor query ids hold a dot. */
export const queryOfLane = (lane: Lane): string => shardOfLane(lane).split('.')[2] ?? '';

/** The queries that the aggregate on a stream folds, of all kinds. */
export const statefulQueries = (plan: Plan, stream: 'enriched' | 'refined'): readonly StatefulQuery[] =>
  plan.queries.filter(isStateful).filter((q) => streamOf(q) === stream);

/** Whether a query reads a table that a stateless query writes: then the raw lanes on `refined` are its roster. */
export const readsRawLanes = (q: Query, plan: Plan): boolean =>
  streamOf(q) === 'enriched' || plan.queries.some((w) => w.kind === 'stateless' && readsOf(q).includes(w.id));

export type LaneTest = (lane: Lane) => boolean;

export const laneTest = (q: Query, plan: Plan): LaneTest => {
  const raw = readsRawLanes(q, plan);
  const reads = new Set(readsOf(q));
  return (lane) => (isRefinedLane(lane) ? reads.has(queryOfLane(lane)) : raw);
};

const SOURCE = '/millrace/';
/** CloudEvents source of the rows of a query. */
export const sourceOfQuery = (id: string): string => SOURCE + id;

/** What a test of an event sees of it. Rows of `refine` may be early, or take a row back. */
type Tested = { type: string; source: string; early?: unknown; deleted?: unknown };
export type EventTest = (event: Tested) => boolean;

/**
 * Whether an event is a row of an input: by type from producers, by table and writing query on `refined`. Rows that are sent before
 * their window closes, and those that take such rows back, are for destinations alone: a query counts finals.
 */
export const takesInput = (input: Input): EventTest => {
  const types = new Set(input.types);
  const reads = new Set(input.reads.map(sourceOfQuery));
  if (input.stream === 'enriched') return (e) => types.has(e.type);
  return (e) => e.type === input.table && reads.has(e.source) && e.early !== true && e.deleted !== true;
};

/** Whether an event is a row of any input of a query. */
export const takesEvent = (q: Query): EventTest => {
  const [first, ...more] = inputsOf(q).map(takesInput);
  if (first === undefined) return () => false;
  return more.length === 0 ? first : (e) => first(e) || more.some((takes) => takes(e));
};
