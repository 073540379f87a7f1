// From a source to the reference table: records through the adapter, stamped and batched, to `remember` — twice, in other borders, by
// two functions at once, with calls that fail — and what look-ups find then.
import type { Rng } from '../../local/generate/rng.ts';
import { adaptBy } from '../../shared/adapters/adapt.ts';
import { referenceLookup } from '../../shared/enrich/reference.ts';
import { packGroup } from '../../shared/lanes/block.ts';
import type { StampedEvent } from '../../shared/lanes/inner.ts';
import { padSeq } from '../../shared/lanes/position.ts';
import { manualClock } from '../../shared/memory/clock.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import type { Source } from '../../shared/pipeline.ts';
import type { Table } from '../../shared/ports.ts';
import { remember } from '../../shared/steps/remember.ts';
import type { StreamRecord } from '../../shared/trigger/batch.ts';
import { KEYS, type Row } from './database.ts';

export const INTO = 'customers';
/** How far what arrives may be out of the order in which the source sent it. */
export type Disorder = 'none' | 'between keys' | 'any';
export type Message = { readonly key: string; readonly value: unknown };
const ARRIVAL = Date.parse('2026-01-05T10:00:00Z');
const plenty = { remainingMs: () => 60_000 };

/** Each put may fail, before its effect or after it. */
const shaky = (table: Table, rng: Rng): Table => ({
  ...table,
  put: async (item, when) => {
    if (rng.chance(0.03)) throw new Error('not put');
    const written = await table.put(item, when);
    if (rng.chance(0.03)) throw new Error('put, and the answer was lost');
    return written;
  },
});

const shuffled = <T>(items: readonly T[], rng: Rng): T[] => {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    [out[i], out[j]] = [out[j] as T, out[i] as T];
  }
  return out;
};

/** Keys lie on shards: those of one shard keep their order, shards come in any. */
const betweenKeys = (events: readonly StampedEvent[], rng: Rng): StampedEvent[] => {
  const left = [...Map.groupBy(events, (e) => e.key).values()].map((of) => [...of]);
  const out: StampedEvent[] = [];
  while (left.length > 0) {
    const at = rng.below(left.length);
    const [next] = (left[at] as StampedEvent[]).splice(0, 1);
    if (next !== undefined) out.push(next);
    else left.splice(at, 1);
  }
  return out;
};

export const channel = (source: Source, rng: Rng, disorder: Disorder, table: Table = memoryTable(INTO)) => {
  const adapt = adaptBy([source]);
  const rejected = memoryObjects();
  const step = remember({ sources: [source], reference: shaky(table, rng), rejected, run: '1' });
  const past: StampedEvent[] = [];
  let seq = 0;

  const stamped = ({ key, value }: Message): readonly StampedEvent[] => {
    seq++;
    const bytes = Buffer.from(JSON.stringify(value));
    const adapted = adapt?.([{ bytes, partitionKey: key, index: 0 }], ARRIVAL);
    if (!adapted?.ok) throw new Error('the adapter refused a record');
    return adapted.events.map(({ user, refused }): StampedEvent => {
      if (refused !== undefined) throw new Error(JSON.stringify(refused));
      const at = { seq: padSeq(String(seq)), index: user.index, child: 0, arrival: ARRIVAL + seq };
      return { kind: 'event', lane: 'shardId-000000000000/0', ...at, key, bytes: user.bytes };
    });
  };

  const deliver = async (events: readonly StampedEvent[]): Promise<void> => {
    for (let from = 0; from < events.length; ) {
      const size = 1 + rng.below(8);
      let records: readonly StreamRecord[] = events
        .slice(from, from + size)
        .flatMap((e, i) =>
          packGroup([e], '0').map((data) => ({ seq: String(from + i), partitionKey: '0', data, arrival: ARRIVAL })),
        );
      from += size;
      for (let tries = 0; records.length > 0; tries++) {
        if (tries > 60) throw new Error('a batch does not pass');
        const batch = { stream: 'validated', shard: 'shardId-000000000000', records };
        const { done } = await step(batch, plenty).catch(() => ({ done: 0 }));
        records = records.slice(done);
      }
    }
  };

  return {
    table,
    rejected,
    async send(messages: readonly Message[]): Promise<void> {
      // Where positions tell everything, records may also arrive in any order.
      const fresh = (disorder === 'any' ? shuffled(messages, rng) : messages).flatMap(stamped);
      // What lies in the stream may be read again, from any place.
      const replayed = disorder === 'any' ? past.filter(() => rng.chance(0.2)) : [];
      past.push(...fresh);
      const all = [...replayed, ...fresh];
      const order = disorder === 'none' ? all : disorder === 'any' ? shuffled(all, rng) : betweenKeys(all, rng);
      if (rng.chance(0.3)) await Promise.all([deliver(order), deliver(order)]);
      else await deliver(order);
      if (rng.chance(0.5)) await deliver(order);
    },
    /** undefined: look-ups see the rows of the source, and no other. */
    async difference(rows: ReadonlyMap<number, Row>, columns: readonly string[]): Promise<string | undefined> {
      const lookup = referenceLookup({
        table,
        clock: manualClock(),
        columns: { [INTO]: columns },
        remembered: new Set([INTO]),
      });
      const keys = Array.from({ length: KEYS }, (_, i) => String(i));
      const found = await lookup.find(INTO, keys, 0);
      const [id = 'id'] = columns;
      const wanted = keys.map((k) => {
        const row = rows.get(Number(k));
        return row === undefined ? null : { [id]: k, name: row.name, n: String(row.n) };
      });
      const seen = keys.map((k) => found.get(k));
      return JSON.stringify(seen) === JSON.stringify(wanted)
        ? undefined
        : `look-ups see ${JSON.stringify(seen)}\nthe source has ${JSON.stringify(wanted)}`;
    },
  };
};
