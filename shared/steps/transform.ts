// enriched -> refined. Stateless queries, event by event: filter, project, route. An event that several queries read is fanned out:
// its rows have its position and a child number each, which follows from the query's id alone.
import type { CloudEvent } from '../event/cloud-event.ts';
import { parseRfc3339 } from '../event/instant.ts';
import { parseJson } from '../event/json.ts';
import { MAX_EVENT_BYTES } from '../event/limits.ts';
import { Fault } from '../faults.ts';
import type { StampedEvent } from '../lanes/inner.ts';
import { keyHash } from '../lanes/key-hash.ts';
import { position, shardOfLane } from '../lanes/position.ts';
import type { Plan, Query, StatelessQuery } from '../query/plan.ts';
import type { BatchStep, StreamRecord } from '../trigger/batch.ts';
import { checkpoints } from './checkpoint.ts';
import { membersOf, textUnder } from './enrich/members.ts';
import { type HopDeps, type HopReject, type HopResult, hop } from './hop.ts';
import { readsRawLanes } from './roster.ts';
import { type Projection, projection } from './transform/projection.ts';

export const STAGE = 'transform';

export type TransformDeps = Omit<HopDeps, 'stage' | 'passMarks' | 'prepare' | 'transform'> & { readonly plan: Plan };

const NOTHING: HopResult = { out: [], rejects: [] };

const isStateless = (q: Query): q is StatelessQuery => q.kind === 'stateless';
const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

type ReadEvent = { readonly event: CloudEvent; readonly time: number };

/** Undefined when its bytes are no event: no function of ours writes such. */
const readEvent = (bytes: Uint8Array): ReadEvent | undefined => {
  const parsed = parseJson(bytes);
  if (!parsed.ok) return undefined;
  const event = parsed.value as unknown as CloudEvent;
  const time = typeof event.time === 'string' ? parseRfc3339(event.time) : undefined;
  return time === undefined ? undefined : { event, time };
};

/** Below the child number of marks and ends. */
const CHILDREN = 99_999;

/**
 * The child number of a query's rows. It hangs on no other query: an event that comes again after a deploy which added or removed
 * one has its rows at the places where they stood before, so that readers know them again.
 */
export const childOf = (queryId: string): number => keyHash(queryId) % CHILDREN;

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

/** All rows of one event. A query that throws rejects the event for itself only. */
const rowsOf = (e: StampedEvent, queries: readonly Numbered[]): HopResult => {
  const read = readEvent(e.bytes);
  if (read === undefined)
    return {
      out: [],
      rejects: [{ rule: 'event.not-an-event', cause: 'no CloudEvent with a time, as `enrich` writes them' }],
    };
  const at = `${shardOfLane(e.lane)}|${position(e.seq, e.index, e.child)}`;
  const out: StampedEvent[] = [];
  const rejects: HopReject[] = [];
  for (const { query, apply, child } of queries) {
    try {
      const text = apply(read.event, read.time, at);
      if (text === null) continue;
      const bytes = Buffer.from(text);
      if (bytes.length <= MAX_EVENT_BYTES) out.push({ ...e, child, bytes });
      else rejects.push({ rule: 'body.too-large', query: query.name, cause: `a row of ${bytes.length} bytes` });
    } catch (thrown) {
      rejects.push({ rule: 'query.threw', query: query.name, cause: messageOf(thrown) });
    }
  }
  return { out, rejects };
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

export const transform = ({ plan, ...ports }: TransformDeps): BatchStep => {
  const stateless = plan.queries.filter(isStateless);
  const chained = stateless.find((q) => q.input.stream === 'refined');
  if (chained !== undefined)
    throw new Fault(
      'setting.invalid',
      `query ${chained.name} reads a query's rows without a window; transform reads events only`,
    );
  if (stateless.length === 0) return passBy({ plan, ...ports });
  const byType = new Map<string, Numbered[]>();
  for (const q of numbered(stateless.map((q) => projection(plan, q))))
    for (const type of new Set(q.query.input.types)) byType.set(type, [...(byType.get(type) ?? []), q]);
  const typeOf = (e: StampedEvent): string | undefined => {
    const members = membersOf(e.bytes);
    return members === undefined ? readEvent(e.bytes)?.event.type : textUnder(e.bytes, members.get('type'));
  };
  return hop({
    ...ports,
    stage: STAGE,
    passMarks: plan.queries.some((q) => q.kind === 'window' && q.input.stream === 'refined' && readsRawLanes(q, plan)),
    transform: (e) => {
      const queries = byType.get(typeOf(e) ?? '');
      return queries === undefined ? NOTHING : rowsOf(e, queries);
    },
  });
};
