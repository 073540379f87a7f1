// The whole past of `raw` as one stream: from the archive what was archived, behind it what the live stream still holds. Each shard in its
// order, with the positions and arrivals that its records had.
import { Fault } from '../../faults.ts';
import type { Clock, Objects, Shard, Stream } from '../../ports.ts';
import { type EpochMs, hours, type Ms } from '../../time.ts';
import type { StreamRecord } from '../../trigger/batch.ts';
import { type KeptShard, keptShards } from '../archive/family.ts';
import { archivedAfter } from '../archive/read-shard.ts';

/** Reads a live stream by place. */
export type LiveReader = {
  /**
   * The next records behind a place, from the oldest that is kept without one.
   * @returns `ended`: the shard is closed and nothing stands behind these, or the stream has forgotten it
   */
  read(
    shard: string,
    after: string | undefined,
  ): Promise<{ readonly records: readonly StreamRecord[]; readonly ended: boolean }>;
};

/** Who reads the live stream from so far behind goes back to the archive: the stream may forget before he comes there. */
const FAR_BEHIND: Ms = hours(1);

export type HistoryDeps = {
  readonly clock: Clock;
  /** ListShards of the live stream. */
  readonly raw: Stream;
  readonly live: LiveReader;
  /** Where the archive is, and the run that wrote it. */
  readonly archive: Objects;
  readonly archivedBy: string;
  /** Shards that are known from elsewhere: of archives that began before families were kept. */
  readonly known?: () => Promise<readonly KeptShard[]>;
  /** Only records that arrived in [from, to). */
  readonly from?: EpochMs | undefined;
  readonly to?: EpochMs | undefined;
};

export type Page = {
  /** Empty: nothing more just now. */
  readonly records: readonly StreamRecord[];
  /** Nothing will ever come behind these. */
  readonly ended: boolean;
  readonly source: 'archive' | 'live';
};

/** A reader of one shard that goes on where it stands. */
export type ShardReader = { next(): Promise<Page> };

export type History = {
  /** For steps that ask `raw` for its shards; nothing is put to the past. */
  readonly stream: Stream;
  /** @param since no record behind `after` arrived before it */
  open(shard: string, after: string | undefined, since: EpochMs | undefined): ShardReader;
};

export const history = (deps: HistoryDeps): History => {
  const { raw, live, archive, archivedBy, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = deps;
  const kept = keptShards(archive, archivedBy);

  const shards = async (): Promise<readonly Shard[]> => {
    const past = [...(await kept()), ...((await deps.known?.()) ?? [])];
    const all = new Map(past.map((s): [string, Shard] => [s.id, { ...s, closed: true }]));
    for (const s of await raw.shards()) all.set(s.id, s);
    return [...all.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  };

  const open: History['open'] = (shard, after, since) => {
    let at = after;
    let past: ReturnType<typeof archivedAfter> | null = archivedAfter(archive, archivedBy, shard, {
      after,
      since: since ?? deps.from,
    });
    let over = false;
    const read = async (): Promise<Page> => {
      if (past !== null) {
        const { value, done } = await past.next();
        if (done !== true) return { records: value, ended: false, source: 'archive' };
        past = null;
      }
      const page = await live.read(shard, at);
      const last = page.records.at(-1)?.arrival;
      if (last !== undefined && last < deps.clock.now() - FAR_BEHIND)
        past = archivedAfter(archive, archivedBy, shard, { after: page.records.at(-1)?.seq, since: last });
      return { ...page, source: 'live' };
    };
    return {
      async next() {
        while (!over) {
          const page = await read();
          at = page.records.at(-1)?.seq ?? at;
          // Arrivals step back by a little: the first one that is out of time ends the shard.
          const last = page.records.findIndex((r) => r.arrival >= to);
          const inTime = last < 0 ? page.records : page.records.slice(0, last);
          const records = inTime.filter((r) => r.arrival >= from);
          over = page.ended || last >= 0;
          if (records.length > 0 || over || page.records.length === 0) return { ...page, records, ended: over };
        }
        return { records: [], ended: true, source: 'live' };
      },
    };
  };

  return {
    stream: {
      name: raw.name,
      shards,
      put: () => Promise.reject(new Fault('setting.invalid', `nothing is put to the past of ${raw.name}`)),
      async hasRecordAfter(shard, seq) {
        return (await open(shard, seq, undefined).next()).records.length > 0;
      },
    },
    open,
  };
};
