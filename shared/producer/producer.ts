// put(event): gathered by time and size, sent in order of each key, sent again until stored. See docs/producer.md for what is promised.
import { MAX_EVENT_BYTES } from '../event/limits.ts';
import { fits } from '../steps/ingest/parcels.ts';
import type { Ms } from '../time.ts';
import { type Counts, counter, type Told } from './counts.ts';
import { Dispatch } from './dispatch.ts';
import type { Outcome } from './lane.ts';
import { NotPut, type NotPutFacts } from './not-put.ts';
import { type NewEvent, type Outgoing, outgoing } from './outgoing.ts';
import { Pending } from './pending.ts';
import { realTiming, type Timing } from './timing.ts';
import type { Transport } from './transport.ts';

export type ProducerOptions = {
  readonly to: Transport;
  /** The attribute `source` of events that bring none: a URI reference such as `/shop/till-7`. */
  readonly source?: string;
  /** The partition key of an event; goes along as its attribute `partitionkey`. */
  readonly key?: (event: NewEvent) => string | undefined;
  /** How long an event waits for others; 100 ms. */
  readonly linger?: Ms;
  /** Events in the buffer, under way included, before `put` waits; 10,000. */
  readonly room?: number;
  /** Bytes of them; 32 MiB. */
  readonly roomBytes?: number;
  /** How long an event is tried; without it until it is stored. */
  readonly patience?: Ms;
  /** Calls under way at a time; 4. */
  readonly calls?: number;
  /** Told after each call, for metrics. */
  readonly tell?: (told: Told) => void;
  readonly timing?: Timing;
  readonly random?: () => number;
};

export type Ack = {
  readonly id: string;
  /** Where it is, when the way out says so. */
  readonly shard?: string;
  readonly seq?: string;
  readonly tries: number;
  /** An answer was lost on the way: a second copy with this id may be stored. `deduplicate` in sources.yml removes it. */
  readonly maybeTwice: boolean;
};

export type Producer = {
  /** Resolves when the event is stored. @throws NotPut */
  put(event: NewEvent): Promise<Ack>;
  /** The same for bytes that are an event already, or that an adapter of sources.yml reads. @throws NotPut */
  putBytes(event: Outgoing): Promise<Ack>;
  /** Puts them all and waits for the last, taking more only while there is room. What is not stored is told by `failed`. */
  putAll(
    events: Iterable<NewEvent> | AsyncIterable<NewEvent>,
    failed?: (error: NotPut, event: NewEvent) => void,
  ): Promise<{ readonly stored: number; readonly failed: number }>;
  /** Resolves as soon as a put would not have to wait: ask before each put of a loop that does not await them. */
  room(): Promise<void>;
  /** Sends what is waiting now, and resolves when all of it is stored or has failed. */
  flush(): Promise<void>;
  /** Takes no more, flushes. What is not stored `within` this time fails; without it waits to the end. */
  close(options?: { readonly within?: Ms }): Promise<void>;
  counts(): Counts;
};

const MEGABYTES = 1024 * 1024;

export const createProducer = (options: ProducerOptions): Producer => {
  const { to, linger = 100, room = 10_000, roomBytes = 32 * MEGABYTES, calls = 4 } = options;
  const { patience = Number.POSITIVE_INFINITY, timing = realTiming, random = Math.random } = options;
  const making = { source: options.source ?? '/producer', now: timing.now, ...(options.key && { key: options.key }) };
  const tally = counter();
  const pending = new Pending({ events: room, bytes: roomBytes }, (entry) => dispatch.add(entry));
  const dispatch = new Dispatch({
    to,
    linger,
    calls,
    patience,
    timing,
    random,
    settle: (entry, outcome) => pending.settle(entry, outcome),
    has: (entry) => pending.has(entry),
    all: () => pending.inside(),
    called: (told) => {
      if (told !== null) {
        tally.called(told);
        options.tell?.(told);
      }
      pending.settled();
    },
  });
  let n = 0;
  let closed = false;

  const failure = (facts: NotPutFacts): NotPut => {
    tally.failed(facts.kind);
    return new NotPut(facts);
  };

  const putBytes = (event: Outgoing): Promise<Ack> =>
    new Promise((resolve, reject) => {
      const { id } = event;
      tally.put();
      if (closed) return reject(failure({ kind: 'refused', rule: 'producer.closed', reason: 'it takes no more', id }));
      if (!fits(event)) {
        const reason = `${event.bytes.length} bytes; an event and its key may have ${MAX_EVENT_BYTES}`;
        return reject(failure({ kind: 'refused', rule: 'body.too-large', reason, id }));
      }
      const entry = {
        event,
        n: n++,
        weight: to.weigh(event),
        since: timing.now(),
        tries: 0,
        unknown: false,
        settle: (outcome: Outcome) => {
          if (!outcome.ok) return reject(failure({ ...outcome, id }));
          tally.stored();
          const { ok: _, ...where } = outcome;
          // A later answer says nothing about an earlier one that was lost.
          resolve({ id, ...where, tries: entry.tries, maybeTwice: entry.unknown });
        },
      };
      pending.add(entry);
    });

  const put = async (event: NewEvent): Promise<Ack> => {
    let ready: Outgoing;
    try {
      ready = outgoing(event, making);
    } catch (error) {
      tally.put();
      tally.failed('refused');
      throw error;
    }
    return putBytes(ready);
  };

  const flush = (): Promise<void> => {
    const flushed = pending.flushed(n - 1);
    dispatch.flush(n - 1);
    return flushed;
  };

  const giveUp = (within: Ms): void => {
    const idle = dispatch.clear();
    pending.drop((entry) => ({
      ok: false,
      // What is under way may still arrive.
      kind: entry.unknown || (pending.has(entry) && !idle.has(entry)) ? 'unknown' : 'not-stored',
      rule: 'producer.closed',
      reason: `not stored within ${within} ms`,
    }));
  };

  return {
    put,
    putBytes,
    async putAll(events, failed = () => {}) {
      const answers = { stored: 0, failed: 0 };
      const under = new Set<Promise<void>>();
      for await (const event of events) {
        await pending.room();
        const done: Promise<void> = put(event)
          .then(
            () => {
              answers.stored += 1;
            },
            (error: unknown) => {
              answers.failed += 1;
              failed(error as NotPut, event);
            },
          )
          .finally(() => under.delete(done));
        under.add(done);
      }
      await flush();
      await Promise.all(under);
      return answers;
    },
    room: () => pending.room(),
    flush,
    async close({ within } = {}) {
      closed = true;
      const cancel = within === undefined ? () => {} : timing.after(within, () => giveUp(within));
      await flush();
      cancel();
      dispatch.stop();
    },
    counts: () => tally.counts(pending.size),
  };
};
