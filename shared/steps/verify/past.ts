// The past of `raw` as the archive has it, judged and enriched once more: events with their stamps, and how far each raw shard has come.
// Nothing is written: what the hops would store stays here. Claims of ids and events that were sent again are asked of the ledger table,
// so that each verdict is the one of then.
import type { Frames } from '../../framings/frames.ts';
import { unpackInner } from '../../lanes/block.ts';
import type { StampedEvent } from '../../lanes/inner.ts';
import { type Position, padSeq, shardOfLane } from '../../lanes/position.ts';
import { memoryObjects } from '../../memory/objects.ts';
import { memoryTable } from '../../memory/table.ts';
import type { CompiledPipeline } from '../../pipeline.ts';
import type { Clock, Objects, OutRecord, Shard, Stream, Table } from '../../ports.ts';
import { type EpochMs, START_OF_TIME } from '../../time.ts';
import type { StreamRecord } from '../../trigger/batch.ts';
import { LONGEST_OBJECT } from '../archive/read-shard.ts';
import { archiveDay } from '../archive.ts';
import type { Lookups } from '../enrich/apply.ts';
import { enrich } from '../enrich.ts';
import { judgeOf, longestDelay } from '../judge.ts';
import { feeder } from '../replay/feed.ts';
import { type History, history, type LiveReader } from '../replay/history.ts';
import { repairs, sameName, withRepairs } from '../replay/repairs.ts';
import { validate } from '../validate.ts';

export type PastDeps = {
  readonly raw: Stream;
  /** The bucket with the archive. */
  readonly objects: Objects;
  /** The ledger table; only read. */
  readonly table: Table;
  readonly clock: Clock;
  readonly run: string;
  readonly groups: number;
  readonly pipeline: CompiledPipeline;
  readonly lookups: Lookups;
  readonly frames?: Frames;
  /** Of a second run: the run whose past it replays. It has the archive, and what operators put right. */
  readonly first?: { readonly table: Table; readonly objects: Objects; readonly run: string } | undefined;
  /** What the stream still holds behind the archive; absent: not read. */
  readonly live?: LiveReader | undefined;
  /** Records that arrived before are not read; absent: all that is archived. */
  readonly from?: EpochMs | undefined;
};

export type PastStep = {
  readonly events: readonly StampedEvent[];
  readonly records: number;
  /** Of the last record. */
  readonly arrival: EpochMs;
};

/** How far the archive was read. */
export type Reach = {
  /** Raw shard -> its clock behind the last record that was read. */
  readonly clocks: ReadonlyMap<string, EpochMs>;
  /** Raw shard -> arrival of the first record that was read, where the shard may have held records before it. */
  readonly cutAt: ReadonlyMap<string, EpochMs>;
  /** Raw shard -> the position of the last mark behind what was read. */
  readonly ends: ReadonlyMap<string, Position>;
  /** The clock that every shard has reached: all events to come are as late as it says. */
  readonly clock: EpochMs;
  /** The shard that holds it back. */
  readonly held: string | null;
};

/** Asked of the real table: who owns an id, and what an operator let through. */
const isClaim = (pk: string): boolean => pk.startsWith('dup#') || pk.startsWith('again#') || pk.startsWith('replaced#');

/** A table whose writes go nowhere; what was claimed is claimed. */
const readThrough = (real: Table): Table => {
  const own = memoryTable('verify');
  const fetched = new Set<string>();
  const fetch = async ({ pk, sk }: { pk: string; sk: string }): Promise<void> => {
    const name = `${pk} ${sk}`;
    if (!isClaim(pk) || fetched.has(name)) return;
    fetched.add(name);
    const found = await real.get({ pk, sk });
    if (found !== undefined) await own.put(found);
  };
  return {
    ...own,
    async get(key) {
      await fetch(key);
      return own.get(key);
    },
    async put(item, when) {
      await fetch(item);
      return own.put(item, when);
    },
    async query(pk, options) {
      if (pk.startsWith('replaced#'))
        for (const item of await real.query(pk)) if (!(await own.get(item))) await own.put(item);
      return own.query(pk, options);
    },
  };
};

const WHOLE: Shard = { id: 'all', parents: [], startHash: '0', endHash: ((1n << 128n) - 1n).toString(), closed: false };

/** A stream that keeps what is put until it is taken. */
const capture = (name: string): { readonly stream: Stream; take(): StreamRecord[] } => {
  let held: StreamRecord[] = [];
  let issued = 0;
  const put = async (records: readonly OutRecord[]) =>
    records.map(({ partitionKey, data }) => {
      const seq = String(++issued);
      held.push({ seq, partitionKey, arrival: 0, data });
      return { ok: true as const, shard: WHOLE.id, seq };
    });
  return {
    stream: { name, put, shards: async () => [WHOLE], hasRecordAfter: async () => false },
    take() {
      const taken = held;
      held = [];
      return taken;
    },
  };
};

/** Whether the oldest object of the archive is not of a day before. */
const beginsAfter = async (objects: Objects, run: string, at: EpochMs): Promise<boolean> => {
  const [first] = await objects.list(`archive/${run}/dt=`, { limit: 1 });
  return first === undefined || first.key >= archiveDay(run, at);
};

const plenty = { remainingMs: () => 3_600_000 };

/**
 * In the order of arrival, each shard in its own.
 * @returns `steps` to be read to their end, or as far as is wanted; `reach` says how far that was
 */
export const pastOf = (deps: PastDeps) => {
  const { pipeline, run, groups, clock } = deps;
  const own = readThrough(deps.table);
  const archive = deps.first?.objects ?? deps.objects;
  const archivedBy = deps.first?.run ?? run;
  const both = deps.first && { first: deps.first.table, firstRun: deps.first.run, own, run };
  const table = both === undefined ? own : withRepairs(both, sameName(pipeline.plan));
  const [validated, enriched] = [capture('validated'), capture('enriched')];
  const past = history({
    clock,
    raw: deps.raw,
    live: deps.live ?? { read: async () => ({ records: [], ended: true }) },
    archive,
    archivedBy,
  });
  /** Without records that arrived before `from`; says of each shard that has such when the first one after it arrived. */
  const firsts = new Map<string, EpochMs>();
  const open: History['open'] = (shard, after) => {
    const reader = past.open(shard, after, deps.from);
    let skipped = false;
    return {
      async next() {
        for (;;) {
          const page = await reader.next();
          const records = page.records.filter((r) => deps.from === undefined || r.arrival >= deps.from);
          skipped ||= records.length < page.records.length || !(await readsAll());
          const [first] = records;
          if (skipped && first !== undefined && !firsts.has(shard)) firsts.set(shard, first.arrival);
          if (records.length > 0 || page.ended || page.records.length === 0) return { ...page, records };
        }
      },
    };
  };
  let all: Promise<boolean> | undefined;
  /** Whether no day is so old that it is not looked at. */
  const readsAll = (): Promise<boolean> => {
    const { from } = deps;
    all ??= from === undefined ? Promise.resolve(true) : beginsAfter(archive, archivedBy, from - LONGEST_OBJECT);
    return all;
  };
  const common = { table, rejected: memoryObjects('verify'), clock, run, groups };
  const head = validate({
    ...common,
    raw: past.stream,
    validated: validated.stream,
    judge: judgeOf(pipeline),
    delay: longestDelay(pipeline.plan.tables),
    sources: pipeline.sources,
    ...(deps.frames && { frames: deps.frames }),
    ...(both && { repairs: repairs(both) }),
  });
  const next = enrich({
    ...common,
    from: validated.stream,
    to: enriched.stream,
    enrichments: pipeline.enrichments,
    lookups: deps.lookups,
  });
  const feed = feeder({ history: { stream: past.stream, open }, head, table, run });
  const clocks = new Map<string, EpochMs>();
  const ends = new Map<string, Position>();

  const eventsOf = (records: readonly StreamRecord[]): readonly StampedEvent[] => {
    const events: StampedEvent[] = [];
    for (const { data } of records) {
      const unpacked = unpackInner(data);
      if (!unpacked.ok) throw new Error(unpacked.cause);
      for (const item of unpacked.items) {
        if (item.kind === 'event') events.push(item);
        if (item.kind !== 'mark') continue;
        const shard = shardOfLane(item.lane);
        clocks.set(shard, Math.max(item.clock, clocks.get(shard) ?? START_OF_TIME));
        ends.set(shard, item.pos);
      }
    }
    return events;
  };

  async function* steps(): AsyncGenerator<PastStep> {
    for (;;) {
      const told = await feed.step(plenty);
      if (told.kind !== 'fed') return;
      const records = validated.take();
      for (let at = 0; at < records.length; ) {
        const batch = { stream: 'validated', shard: WHOLE.id, records: records.slice(at) };
        at += (await next(batch, plenty)).done;
      }
      yield { events: eventsOf(enriched.take()), records: told.records, arrival: told.arrival };
    }
  }

  /** A shard is read to its end when a child has shown a record: the archive takes parents first. */
  const reach = async (): Promise<Reach> => {
    const shards = await past.stream.shards();
    const read = new Set(clocks.keys());
    const isOver = (id: string): boolean =>
      shards.some((s) => s.parents.includes(id) && (read.has(s.id) || isOver(s.id)));
    let [least, held]: [EpochMs, string | null] = [Number.POSITIVE_INFINITY, null];
    for (const { id } of shards) {
      if (isOver(id)) continue;
      const at = clocks.get(id) ?? START_OF_TIME;
      if (at < least) [least, held] = [at, id];
    }
    return { clocks, ends, cutAt: firsts, clock: held === null ? START_OF_TIME : least, held };
  };
  return { steps, reach, cutAt: firsts as ReadonlyMap<string, EpochMs> };
};

/** `shard position`, the same for every reading. */
export const placeOfEvent = (e: StampedEvent): string => `${shardOfLane(e.lane)} ${padSeq(e.seq)}.${e.index}`;
