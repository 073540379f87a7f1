// Counts, for each query, the events it takes off the stream it reads; for one without a window, also those that gave no row, because
// WHERE, a look-up or an empty UNNEST left them out, and those that gave rows.
import type { CloudEvent } from '../../shared/event/cloud-event.ts';
import { parseRfc3339 } from '../../shared/event/instant.ts';
import { parseJson } from '../../shared/event/json.ts';
import { getOrMake } from '../../shared/get-or-make.ts';
import type { StampedEvent } from '../../shared/lanes/inner.ts';
import type { Plan, Query } from '../../shared/query/plan.ts';
import { type SideDeps, type SideReader, sideReader, type TimedEvent } from '../../shared/query/side-rows.ts';
import { streamOf } from '../../shared/query/sides.ts';
import { membersOf, textUnder } from '../../shared/steps/enrich/members.ts';
import { type EventTest, sourceOfQuery, takesEvent } from '../../shared/steps/roster.ts';

/** `sent`: events that gave a row or more. */
export type QueryCount = { taken: number; filtered: number; sent: number };

type Stamped = Pick<StampedEvent, 'lane' | 'seq' | 'index' | 'bytes' | 'again'>;
type Tested = Parameters<EventTest>[0];

const parsedOf = (stream: string, { bytes }: Stamped): CloudEvent => {
  const parsed = parseJson(bytes);
  if (!parsed.ok) throw new Error(`${stream} holds an event that is no JSON: ${parsed.cause}`);
  return parsed.value as CloudEvent;
};

type Reader = {
  readonly query: Query;
  readonly stream: 'enriched' | 'refined';
  readonly takes: EventTest;
  /** Reads the event again, so that what was filtered is not read off what passed; null for queries that the ledger counts. */
  readonly side: SideReader | null;
  readonly looksUp: boolean;
  readonly count: QueryCount;
  /** Where the last row of each lane came from: the rows of one event follow each other and count once. */
  readonly last: Map<string, string>;
};

/** An event that throws is no filtered one: it must stand among the rejected. */
const leavesOut = (side: SideReader, { event, time }: TimedEvent): boolean => {
  try {
    return side.rows(event, time).length === 0;
  } catch {
    return false;
  }
};

export class QueryCounter {
  readonly #readers: readonly Reader[];
  /** Events whose look-ups are to be asked. */
  #waiting = new Map<Reader, TimedEvent[]>();

  constructor(plan: Plan, deps: SideDeps = {}) {
    this.#readers = plan.queries.map((query) => ({
      query,
      stream: streamOf(query),
      takes: takesEvent(query),
      side: query.kind === 'stateless' ? sideReader(query, deps) : null,
      looksUp: query.kind === 'stateless' && (query.lookups?.length ?? 0) > 0,
      count: { taken: 0, filtered: 0, sent: 0 },
      last: new Map(),
    }));
  }

  /** By query id. */
  get counts(): ReadonlyMap<string, QueryCount> {
    return new Map(this.#readers.map((r) => [r.query.id, r.count]));
  }

  /** An event that `enriched` shows for the first time. It is parsed where a query must read it again; the others need its type. */
  seeEvent(stamped: Stamped): void {
    const type = textUnder(stamped.bytes, membersOf(stamped.bytes)?.get('type'));
    const event = type === undefined ? parsedOf('enriched', stamped) : { type, source: '' };
    this.#take('enriched', event, stamped, () => parsedOf('enriched', stamped));
  }

  /** A row that `refined` shows for the first time. @returns it as an event */
  seeRow(stamped: Stamped): CloudEvent {
    const event = parsedOf('refined', stamped);
    for (const r of this.#readers) {
      if (event.source !== sourceOfQuery(r.query.id)) continue;
      const from = `${stamped.seq}.${stamped.index}`;
      if (r.last.get(stamped.lane) !== from) r.count.sent++;
      r.last.set(stamped.lane, from);
    }
    this.#take('refined', event, stamped, () => event);
    return event;
  }

  #take(stream: 'enriched' | 'refined', tested: Tested, { again }: Stamped, whole: () => CloudEvent): void {
    for (const r of this.#readers) {
      if (r.stream !== stream || !r.takes(tested)) continue;
      if (again?.only !== undefined && again.only !== r.query.id) continue;
      r.count.taken++;
      if (r.side === null) continue;
      const event = whole();
      const timed = { event, time: parseRfc3339(event.time) ?? 0 };
      if (r.looksUp) getOrMake(this.#waiting, r, (): TimedEvent[] => []).push(timed);
      else if (leavesOut(r.side, timed)) r.count.filtered++;
    }
  }

  /** Asks what the look-ups of the events seen so far need, and counts these too. */
  async settle(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = new Map();
    for (const [r, events] of waiting) {
      if (r.side === null) continue;
      await r.side.prepare(events);
      for (const e of events) if (leavesOut(r.side, e)) r.count.filtered++;
    }
  }
}
