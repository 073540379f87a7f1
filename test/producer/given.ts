import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import type { OutRecord, PutOutcome, Stream } from '../../shared/ports.ts';
import { createProducer, type ProducerOptions, type StreamOptions, toStream } from '../../shared/producer/index.ts';
import { onStream } from '../ingest/given.ts';
import { type ManualTiming, manualTiming } from '../local/manual-timing.ts';

/** What a put meets: nothing; an error before anything is stored; the same after all is stored (the answer is lost); refused entries. */
export type Weather =
  /** Takes so many ms, then is stored. */
  number | 'fine' | 'down' | 'lost' | 'throttled' | { readonly refuse: (record: OutRecord, i: number) => boolean };

export type World = {
  readonly log: MemoryLog;
  readonly timing: ManualTiming;
  readonly stream: Stream;
  /** The next puts meet these, then all is fine. */
  readonly weather: Weather[];
  /** The records of each put that was tried. */
  readonly puts: (readonly OutRecord[])[];
  /** How long listing the shards takes, in ms. */
  listing: number;
  make(options?: Partial<ProducerOptions> & StreamOptions): ReturnType<typeof createProducer>;
  /** The events on the stream: id, key and number of each, in the order of their sequence numbers. */
  stored(): readonly { readonly id: string; readonly key: string; readonly n: unknown; readonly shard: string }[];
};

export const world = ({ shards = 1 } = {}): World => {
  const log = new MemoryLog('raw', { shards });
  const timing = manualTiming();
  const inner = memoryStream(log);
  const weather: Weather[] = [];
  const puts: (readonly OutRecord[])[] = [];
  const stream: Stream = {
    ...inner,
    async shards() {
      if (made.listing > 0) await new Promise<void>((resolve) => timing.after(made.listing, resolve));
      return inner.shards();
    },
    async put(records): Promise<readonly PutOutcome[]> {
      puts.push(records);
      const now = weather.shift() ?? 'fine';
      if (typeof now === 'number') await new Promise<void>((resolve) => timing.after(now, resolve));
      if (now === 'down') throw new Error('connect ECONNREFUSED');
      if (now === 'lost') {
        await inner.put(records);
        throw new Error('socket hang up');
      }
      const refused = (r: OutRecord, i: number): boolean =>
        now === 'throttled' || (typeof now === 'object' && now.refuse(r, i));
      const kept = records.filter((r, i) => !refused(r, i));
      const outcomes = kept.length === 0 ? [] : [...(await inner.put(kept))];
      return records.map((r, i) =>
        refused(r, i)
          ? { ok: false, code: 'ProvisionedThroughputExceededException', message: 'Rate exceeded' }
          : (outcomes.shift() as PutOutcome),
      );
    },
  };
  const made: World = {
    listing: 0,
    log,
    timing,
    stream,
    weather,
    puts,
    make: ({ aggregate, aggregateBytes, ...options } = {}) =>
      createProducer({
        to: toStream(stream, {
          ...(aggregate !== undefined && { aggregate }),
          ...(aggregateBytes !== undefined && { aggregateBytes }),
        }),
        source: '/test',
        timing,
        random: () => 0.5,
        ...options,
      }),
    stored: () =>
      onStream(log)
        .toSorted((a, b) => (a.seq < b.seq ? -1 : a.seq > b.seq ? 1 : a.index - b.index))
        .map(({ text, key, shard }) => {
          const event = JSON.parse(text) as { id: string; data: { n?: unknown } };
          return { id: event.id, key, n: event.data.n, shard };
        }),
  };
  return made;
};

export const event = (n: number, key = `k${n}`, more: object = {}) => ({
  type: 'reading.v1',
  partitionkey: key,
  data: { n, ...more },
});
