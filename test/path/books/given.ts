// The real steps from raw to the ledger on ports in memory, driven by hand, and the check of their books.

import type { MemoryLog } from '../../../shared/memory/log.ts';
import { memoryStream } from '../../../shared/memory/stream.ts';
import type { Enrichment, Source } from '../../../shared/pipeline.ts';
import { checkBooks } from '../../../shared/steps/check-books.ts';
import { enrich } from '../../../shared/steps/enrich.ts';
import { hours } from '../../../shared/time.ts';
import type { BatchStep } from '../../../shared/trigger/batch.ts';
import { GROUPS, given, plenty, RUN } from '../directed/given.ts';

const COUNT = `CREATE TABLE tens (s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO tens SELECT window_start, SUM(100 / n) FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND))
WHERE n < 50 GROUP BY window_start, window_end;`;

const SOURCE: Source = {
  name: 'web',
  adapter: 'http',
  types: ['click.v1'],
  deduplicate: hours(1),
  transport: 0,
  ticks: true,
  producer: 'any',
};
/** Throws on what says so. */
const STRICT: Enrichment = {
  kind: 'pure',
  name: 'strict',
  on: ['click.v1'],
  as: 'ok',
  apply: (data) => {
    if (data.x === 'no') throw new Error('not this one');
    return 1;
  },
};

/** A morning in hours and minutes: `9:30`. */
export const at = (text: string): number => {
  const [h = '0', m = '0'] = text.split(':');
  return Date.parse(`2026-01-05T${h.padStart(2, '0')}:${m.padStart(2, '0')}:00Z`);
};

export type Found = {
  readonly outOfBalance: number;
  readonly faults: readonly string[];
  readonly hours?: number;
  readonly waiting?: string;
};

export const booksGiven = () => {
  const g = given(COUNT);
  const head = g.head([SOURCE]);
  const hop = enrich({
    ...g.common((port) => port),
    from: memoryStream(g.validated),
    to: memoryStream(g.enriched),
    enrichments: [STRICT],
    lookups: { geo: undefined, agent: () => ({}) as never, reference: async () => new Map() } as never,
    groups: GROUPS,
  });
  const fold = g.aggregate();
  const refine = g.refine();
  let lists = 0;
  const check = checkBooks({
    plan: g.plan,
    raw: memoryStream(g.raw),
    table: g.table,
    objects: {
      ...g.objects,
      list: (...args) => {
        lists++;
        return g.objects.list(...args);
      },
    },
    clock: g.clock,
    run: RUN,
  });
  let events = 0;
  const done = new Map<BatchStep, Map<string, number>>();

  /** Hands on what is new, `most` records at a time; with `again` each batch begins two records before what is done, and comes twice. */
  const deliver = async (step: BatchStep, log: MemoryLog, most: number, again: boolean): Promise<void> => {
    const from = done.get(step) ?? new Map<string, number>();
    done.set(step, from);
    for (const { id } of log.shards()) {
      const { records } = log.read(id, null);
      for (let at = from.get(id) ?? 0; at < records.length; at += most) {
        const batch = (start: number) => ({ stream: log.name, shard: id, records: records.slice(start, at + most) });
        await step(batch(again ? Math.max(0, at - 2) : at), plenty);
        if (again) await step(batch(at), plenty);
        from.set(id, Math.min(records.length, at + most));
      }
    }
  };

  return {
    ...g,
    steps: { head, hop, fold },
    lists: () => lists,
    /** An event that arrives at a time, by its own time `late` minutes before. */
    come: (arrival: string, data: object = {}, { late = 0, id = `e${events}` } = {}) => {
      events++;
      const t = new Date(at(arrival) - late * 60_000).toISOString();
      const event = {
        specversion: '1.0',
        id,
        source: '/web',
        type: 'click.v1',
        time: t,
        data: { k: `k${events % 7}`, n: 1, t, ...data },
      };
      g.clock.set(at(arrival));
      g.raw.put({ partitionKey: `k${events % 7}`, data: Buffer.from(JSON.stringify(event)) });
    },
    /** A tick for every open shard. */
    tick: (arrival: string) => {
      g.clock.set(at(arrival));
      for (const s of g.raw.shards().filter((s) => !s.closed))
        g.raw.put({ partitionKey: 'tick', hashKey: s.startHash, data: new Uint8Array() });
    },
    /** Everything goes on as far as it can. */
    flow: async ({
      most = 100,
      again = false,
      to = 'refine',
    }: {
      most?: number;
      again?: boolean;
      to?: 'head' | 'fold' | 'refine';
    } = {}) => {
      await deliver(head, g.raw, most, again);
      if (to === 'head') return;
      await deliver(hop, g.validated, most, again);
      await deliver(fold, g.enriched, most, again);
      if (to === 'fold') return;
      await refine.settle();
    },
    check: async (now: string): Promise<Found> => {
      g.clock.set(at(now));
      const told = await check(at(now), plenty);
      const fields = (told?.fields ?? {}) as Partial<Found>;
      return { ...fields, faults: fields.faults ?? [], outOfBalance: told?.measures.BooksOutOfBalance ?? -1 };
    },
  };
};
export type BooksGiven = ReturnType<typeof booksGiven>;

/** The first run at 8:30, then an hour from 9:00 in which an event leaves by every door. */
export const hourWithEveryDoor = async (how: { most?: number; again?: boolean } = {}): Promise<BooksGiven> => {
  const g = booksGiven();
  g.come('8:29');
  await g.flow(how);
  await g.check('8:30');
  g.come('9:01');
  g.come('9:02', { n: 2 });
  g.come('9:03', { bad: true });
  g.come('9:04', { x: 'no' });
  g.come('9:05', {}, { id: 'twice' });
  g.come('9:06', {}, { id: 'twice' });
  g.come('9:07', { n: 77 });
  await g.flow(how);
  g.come('9:08', {}, { late: 6 });
  g.come('9:09', { n: 0 });
  await g.flow(how);
  g.tick('10:02');
  g.come('10:03');
  await g.flow(how);
  return g;
};
