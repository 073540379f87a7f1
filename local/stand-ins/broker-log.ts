// What a broker keeps of a topic here: batches in the order in which they came, each once for its producer.
import type { RecordsBatch } from '@platformatic/kafka';

export type TopicEntry = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
};
/** The name of Kafka's error, or the offset of the batch's first record; `fresh` unless the same batch was there. */
export type Appended =
  | { readonly error: string }
  | { readonly offset: number; readonly entries: readonly TopicEntry[]; readonly fresh: boolean };

/** Kafka's own for a producer and partition. */
const REMEMBERED = 5;
type Seen = { readonly first: number; readonly next: number; readonly offset: number };

export const brokerLog = () => {
  const ends = new Map<string, number>();
  const seen = new Map<string, readonly Seen[]>();
  return {
    /** @see https://kafka.apache.org/documentation/#messageset, and KIP-98 for producers' sequences */
    append(topic: string, partition: number, batch: RecordsBatch): Appended {
      const { producerId, firstSequence: first, records } = batch;
      const place = `${topic}/${partition}`;
      const of = `${producerId} ${place}`;
      const before = seen.get(of) ?? [];
      const last = before.at(-1);
      if (producerId >= 0n && last !== undefined) {
        const same = before.find((b) => b.first === first && b.next === first + records.length);
        if (same !== undefined) return { offset: same.offset, entries: [], fresh: false };
        if (first !== last.next) return { error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' };
      }
      const offset = ends.get(place) ?? 0;
      ends.set(place, offset + records.length);
      seen.set(of, [...before, { first, next: first + records.length, offset }].slice(-REMEMBERED));
      const text = (bytes: Buffer | null): string | null => bytes?.toString() ?? null;
      const entries = records.map(
        (r, i): TopicEntry => ({
          topic,
          partition,
          offset: offset + i,
          key: text(r.key),
          value: text(r.value),
          headers: Object.fromEntries(r.headers.map(([k, v]) => [text(k) ?? '', text(v) ?? ''])),
        }),
      );
      return { offset, entries, fresh: true };
    },
  };
};
