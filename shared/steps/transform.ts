// enriched -> refined. Stateless queries, event by event: filter, project, look up, unnest, route. An event that several queries read is
// fanned out: its rows have its position and a child number each, which follows from the query's id and the element of UNNEST alone.
import type { CloudEvent } from '../event/cloud-event.ts';
import { parseRfc3339 } from '../event/instant.ts';
import { parseJson } from '../event/json.ts';
import { MAX_EVENT_BYTES } from '../event/limits.ts';
import { Fault } from '../faults.ts';
import { getOrMake } from '../get-or-make.ts';
import type { Again, StampedEvent } from '../lanes/inner.ts';
import { keyHash } from '../lanes/key-hash.ts';
import { arrivalPlace, CHILD_DIGITS, position, shardOfLane } from '../lanes/position.ts';
import type { Plan, Query, StatelessQuery } from '../query/plan.ts';
import type { SideDeps, TimedEvent } from '../query/side-rows.ts';
import { isStateful, streamOf } from '../query/sides.ts';
import { MAX_ELEMENTS } from '../query/unnest.ts';
import type { BatchStep, StreamRecord } from '../trigger/batch.ts';
import { checkpoints } from './checkpoint.ts';
import { membersOf, textUnder } from './enrich/members.ts';
import { type HopDeps, type HopReject, type HopResult, hop } from './hop.ts';
import { readsRawLanes } from './roster.ts';
import { type Projection, projection } from './transform/projection.ts';

export const STAGE = 'transform';

export type TransformDeps = Omit<HopDeps, 'stage' | 'passMarks' | 'prepare' | 'transform'> &
  SideDeps & { readonly plan: Plan };

const NOTHING: HopResult = { out: [], rejects: [], taken: 0 };

const isStateless = (q: Query): q is StatelessQuery => q.kind === 'stateless';
const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** Undefined when its bytes are no event: no function of ours writes such. */
const readEvent = (bytes: Uint8Array): TimedEvent | undefined => {
  const parsed = parseJson(bytes);
  if (!parsed.ok) return undefined;
  const event = parsed.value as unknown as CloudEvent;
  const time = typeof event.time === 'string' ? parseRfc3339(event.time) : undefined;
  return time === undefined ? undefined : { event, time };
};

/** Times the elements of an event, below the child number of marks and ends. */
const NUMBERS = 10 ** CHILD_DIGITS / MAX_ELEMENTS - 1;

/**
 * The child number of a query's row. It hangs on no other query, nor on what WHERE and look-ups say of other elements: an event that
 * comes again after a deploy or after a reference row changed has its rows at the places where they stood before, so that readers
 * know them again.
 */
export const childOf = (queryId: string, element = 0): number => (keyHash(queryId) % NUMBERS) * MAX_ELEMENTS + element;

type Numbered = Projection & { readonly child: number };

/** In the order of their numbers, as readers expect the positions of a lane. @throws Fault setting.invalid when two have one number */
const numbered = (queries: readonly Projection[]): readonly Numbered[] => {
  const out = queries.map((q) => ({ ...q, child: childOf(q.query.id) })).sort((a, b) => a.child - b.child);
  out.forEach((q, i) => {
    const next = out[i + 1];
    if (next?.child === q.child)
      throw new Fault(
        'setting.invalid',
        `queries ${q.query.name} and ${next.query.name} fall on one number; rename one of them`,
      );
  });
  return out;
};

const forAll = ({ only: _, ...again }: Again): Again => again;

/** All rows of one event. A query that throws rejects the event for itself only. */
const rowsOf = (e: StampedEvent, read: TimedEvent | undefined, queries: readonly Numbered[]): HopResult => {
  if (read === undefined)
    return {
      out: [],
      rejects: [{ rule: 'event.not-an-event', cause: 'no CloudEvent with a time, as `enrich` writes them' }],
    };
  const first = arrivalPlace(e);
  const at = `${shardOfLane(first.lane)}|${position(first.seq, first.index, first.child)}`;
  // A row of the one query that takes the event is a row for all who read it.
  const from = e.again?.only === undefined ? e : { ...e, again: forAll(e.again) };
  const out: StampedEvent[] = [];
  const rejects: HopReject[] = [];
  let filtered = 0;
  for (const { query, apply, child } of queries) {
    try {
      const rows = apply(read.event, read.time, at).map(({ element, text }) => ({
        child: child + element,
        bytes: Buffer.from(text),
      }));
      if (rows.length === 0) filtered++;
      const large = rows.find((row) => row.bytes.length > MAX_EVENT_BYTES);
      // All of an event's rows or none: an event that is rejected has no row of that query.
      if (large === undefined) for (const { child, bytes } of rows) out.push({ ...from, child, bytes });
      else rejects.push({ rule: 'body.too-large', query: query.name, cause: `a row of ${large.bytes.length} bytes` });
    } catch (thrown) {
      rejects.push({ rule: 'query.threw', query: query.name, cause: messageOf(thrown) });
    }
  }
  return { out, rejects, taken: queries.length, filtered };
};

/** Without stateless queries only the checkpoint moves on, so that a first query begins with the events after its deploy. */
const passBy = (deps: TransformDeps): BatchStep => {
  const marks = checkpoints(deps.table, deps.run, `${STAGE}/${deps.from.name}`);
  return async ({ shard, records }) => {
    const last: StreamRecord | undefined = records.at(-1);
    if (last !== undefined) await marks.advance(shard, last.seq);
    return { done: records.length };
  };
};

export const transform = ({ plan, functions, lookup, ...ports }: TransformDeps): BatchStep => {
  const stateless = plan.queries.filter(isStateless);
  const chained = stateless.find((q) => q.input.stream === 'refined');
  if (chained !== undefined)
    throw new Fault(
      'setting.invalid',
      `query ${chained.name} reads a query's rows without a window; transform reads events only`,
    );
  if (stateless.length === 0) return passBy({ plan, ...ports });
  const byType = new Map<string, Numbered[]>();
  const deps = { ...(functions && { functions }), ...(lookup && { lookup }) };
  for (const q of numbered(stateless.map((q) => projection(plan, q, deps))))
    for (const type of new Set(q.query.input.types)) byType.set(type, [...(byType.get(type) ?? []), q]);
  const typeOf = (e: StampedEvent): string | undefined => {
    const members = membersOf(e.bytes);
    return members === undefined ? readEvent(e.bytes)?.event.type : textUnder(e.bytes, members.get('type'));
  };
  const readersOf = (e: StampedEvent): readonly Numbered[] => {
    const all = byType.get(typeOf(e) ?? '') ?? [];
    const only = e.again?.only;
    return only === undefined ? all : all.filter((q) => q.query.id === only);
  };
  /** Events that wait for look-ups, as they were prepared. */
  const read = new WeakMap<StampedEvent, TimedEvent>();
  const looksUp = new Set(stateless.filter((q) => (q.lookups?.length ?? 0) > 0));

  const prepare = async (events: readonly StampedEvent[]): Promise<void> => {
    const waiting = new Map<Numbered, TimedEvent[]>();
    for (const e of events) {
      const asking = readersOf(e).filter((q) => looksUp.has(q.query));
      const timed = asking.length === 0 ? undefined : readEvent(e.bytes);
      if (timed === undefined) continue;
      read.set(e, timed);
      for (const q of asking) getOrMake(waiting, q, (): TimedEvent[] => []).push(timed);
    }
    for (const [q, timed] of waiting) await q.prepare(timed);
  };

  return hop({
    ...ports,
    stage: STAGE,
    passMarks: plan.queries.some((q) => isStateful(q) && streamOf(q) === 'refined' && readsRawLanes(q, plan)),
    ...(looksUp.size > 0 && { prepare }),
    transform: (e) => {
      const queries = readersOf(e);
      return queries.length === 0 ? NOTHING : rowsOf(e, read.get(e) ?? readEvent(e.bytes), queries);
    },
  });
};
