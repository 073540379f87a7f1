// The past of `raw` through `validate` into a run of its own, in the order of arrival: parents before children, of the shards that may be
// read the one that stands furthest back. Where it stands is said by the checkpoints of the run, so a feeder that dies is made anew.
import { padSeq } from '../../lanes/position.ts';
import type { Shard, Table } from '../../ports.ts';
import type { EpochMs } from '../../time.ts';
import type { BatchStep, Budget, StreamRecord } from '../../trigger/batch.ts';
import { checkpoints } from '../checkpoint.ts';
import { STAGE } from '../validate.ts';
import type { History, Page, ShardReader } from './history.ts';

export type FeedDeps = {
  readonly history: History;
  /** `validate` of the new run, whose `raw` is the stream of the history. */
  readonly head: BatchStep;
  /** Holds the checkpoints of the new run. */
  readonly table: Table;
  readonly run: string;
  /** Records of a batch, at most. */
  readonly batch?: number;
};

/** What one step did. */
export type Fed = {
  readonly kind: 'fed';
  readonly shard: string;
  readonly records: number;
  readonly bytes: number;
  /** Of the last record. */
  readonly arrival: EpochMs;
  readonly source: Page['source'];
};
/** `idle`: all that there is was fed, more may come. `ended`: nothing will come any more. */
export type FeedTold = Fed | { readonly kind: 'idle' | 'ended' };

export type Feeder = {
  /** Feeds one batch. Throws what the head or a port throws: the next step goes on from the checkpoint. */
  step(budget: Budget): Promise<FeedTold>;
};

type Cursor = {
  readonly shard: string;
  readonly reader: ShardReader;
  held: readonly StreamRecord[];
  source: Page['source'];
  /** Nothing comes behind what is held. */
  ended: boolean;
};

const BATCH = 1_000;

const firstOf = (c: Cursor): StreamRecord => c.held[0] as StreamRecord;
const isEarlier = (a: StreamRecord, b: StreamRecord): boolean =>
  a.arrival < b.arrival || (a.arrival === b.arrival && padSeq(a.seq) < padSeq(b.seq));

export const feeder = (deps: FeedDeps): Feeder => {
  const { history, head, table, run, batch = BATCH } = deps;
  const { stream } = history;
  const marks = checkpoints(table, run, `${STAGE}/${stream.name}`);
  let cursors: Map<string, Cursor> | null = null;
  /** Shards that had ended when the family was looked at last. */
  let grownAt = -1;

  const openShard = async (shard: string): Promise<Cursor> => {
    const mark = await marks.read(shard);
    const rose = mark?.rose as EpochMs | undefined;
    const reader = history.open(shard, mark?.q as string | undefined, rose);
    return { shard, reader, held: [], source: 'archive', ended: false };
  };

  const fill = async (c: Cursor): Promise<void> => {
    if (c.held.length > 0) return;
    // Small objects together make one batch.
    for (let held = 0; held < batch && !c.ended; held = c.held.length) {
      const { records, ended, source } = await c.reader.next();
      c.held = c.held.concat(records);
      c.ended = ended;
      c.source = source;
      if (records.length === 0) return;
    }
  };
  const isDone = (c: Cursor | undefined): boolean => c?.ended === true && c.held.length === 0;

  /** Every shard whose parents are fed to their end, with what stands next in it. Shards come only where one ends. */
  const look = async (known: Map<string, Cursor>): Promise<readonly Cursor[]> => {
    for (;;) {
      for (const c of known.values()) await fill(c);
      const done = [...known.values()].filter(isDone).length;
      if (done === grownAt) return [...known.values()];
      const shards = await stream.shards();
      const ids = new Set(shards.map((s) => s.id));
      const mayBegin = ({ parents }: Shard) => parents.every((p) => !ids.has(p) || isDone(known.get(p)));
      for (const s of shards) if (!known.has(s.id) && mayBegin(s)) known.set(s.id, await openShard(s.id));
      grownAt = done;
    }
  };

  const next = async (budget: Budget): Promise<FeedTold> => {
    if (cursors === null) grownAt = -1;
    cursors ??= new Map();
    const all = await look(cursors);
    let chosen: Cursor | undefined;
    for (const c of all)
      if (c.held.length > 0 && (chosen === undefined || isEarlier(firstOf(c), firstOf(chosen)))) chosen = c;
    if (chosen === undefined) return { kind: all.every(isDone) ? 'ended' : 'idle' };
    const records = chosen.held.slice(0, batch);
    const { done } = await head({ stream: stream.name, shard: chosen.shard, records }, budget);
    chosen.held = chosen.held.slice(done);
    const fed = records.slice(0, done);
    return {
      kind: 'fed',
      shard: chosen.shard,
      records: done,
      bytes: fed.reduce((sum, r) => sum + r.data.length, 0),
      arrival: fed.at(-1)?.arrival ?? firstOf(chosen).arrival,
      source: chosen.source,
    };
  };

  return {
    async step(budget) {
      try {
        return await next(budget);
      } catch (error) {
        // What was read and not stored is read again, from the checkpoints.
        cursors = null;
        throw error;
      }
    },
  };
};
