// Counts, for each query, the events it takes off the stream it reads; for one without a window, also what its WHERE leaves out and
// what it sent.
import type { CloudEvent, JsonObject } from '../../shared/event/cloud-event.ts';
import { parseRfc3339 } from '../../shared/event/instant.ts';
import { parseJson } from '../../shared/event/json.ts';
import { predicate } from '../../shared/query/evaluate.ts';
import type { Plan, Query, StatelessQuery } from '../../shared/query/plan.ts';
import { rowReader } from '../../shared/query/row.ts';
import { streamOf } from '../../shared/query/sides.ts';
import { sourceOfQuery, takesEvent } from '../../shared/steps/roster.ts';

export type QueryCount = { taken: number; filtered: number; sent: number };

/**
 * The WHERE asked again, so that what was filtered is not read off what passed. An event whose WHERE throws is no filtered one: it
 * must stand among the rejected.
 */
const leavesOut = (q: StatelessQuery): ((event: CloudEvent) => boolean) => {
  const read = rowReader(q.columns);
  const keeps = predicate(q.where);
  return (event) => {
    try {
      const data = (event.data ?? {}) as JsonObject;
      return !keeps(read({ data, attributes: event, time: parseRfc3339(event.time) ?? 0 }));
    } catch {
      return false;
    }
  };
};

type Reader = {
  readonly query: Query;
  readonly takes: (event: CloudEvent) => boolean;
  readonly leavesOut: ((event: CloudEvent) => boolean) | null;
  readonly count: QueryCount;
};

export class QueryCounter {
  readonly #readers: readonly Reader[];

  constructor(plan: Plan) {
    this.#readers = plan.queries.map((query) => ({
      query,
      takes: takesEvent(query),
      leavesOut: query.kind === 'stateless' ? leavesOut(query) : null,
      count: { taken: 0, filtered: 0, sent: 0 },
    }));
  }

  /** By query id. */
  get counts(): ReadonlyMap<string, QueryCount> {
    return new Map(this.#readers.map((r) => [r.query.id, r.count]));
  }

  /** An event that `enriched` or `refined` shows for the first time. @returns the event */
  see(stream: 'enriched' | 'refined', bytes: Uint8Array): CloudEvent {
    const parsed = parseJson(bytes);
    if (!parsed.ok) throw new Error(`${stream} holds an event that is no JSON: ${parsed.cause}`);
    const event = parsed.value as CloudEvent;
    for (const r of this.#readers) {
      if (stream === 'refined' && event.source === sourceOfQuery(r.query.id)) r.count.sent++;
      if (streamOf(r.query) !== stream || !r.takes(event)) continue;
      r.count.taken++;
      if (r.leavesOut?.(event)) r.count.filtered++;
    }
    return event;
  }
}
