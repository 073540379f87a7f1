// Folds what is new in a batch into partials, pure: the same lanes and items give the same entry.
import type { CloudEvent } from '../../event/cloud-event.ts';
import { parseRfc3339 } from '../../event/instant.ts';
import { parseJson } from '../../event/json.ts';
import type { QueryFold, States } from '../../fold/query-fold.ts';
import { getOrMake } from '../../get-or-make.ts';
import type { Inner, StampedEvent } from '../../lanes/inner.ts';
import { type Lane, position, shardOfLane } from '../../lanes/position.ts';
import type { Value } from '../../query/types.ts';
import type { EpochMs, Ms } from '../../time.ts';
import { joinSessions } from '../../window/session.ts';
import { endsOf, isDue, type Slicing, sliceOf, slicing, windowOf } from '../../window/window.ts';
import { isBeyond, type LaneMark, NEW_LANE, parsePosition } from '../ledger/lane-marks.ts';
import type { Counts } from '../ledger/ledger.ts';
import type { Partials, SessionPartials, SlicePartials } from '../ledger/partials.ts';
import type { LaneTest } from '../roster.ts';
import type { SideEvent } from './side-event.ts';
import { mayClose, watermarkOf } from './watermark.ts';

/** A query with what the fold needs to know of it. */
export type Folder = {
  readonly fold: QueryFold;
  readonly slicing: Slicing | null;
  readonly takes: (event: { type: string; source: string }) => boolean;
  readonly reads: LaneTest;
};

export const folderOf = (fold: QueryFold, takes: Folder['takes'], reads: LaneTest): Folder => ({
  fold,
  slicing: fold.query.window.kind === 'session' ? null : slicing(fold.query.window),
  takes,
  reads,
});

export type Folded = {
  readonly lanes: Map<Lane, LaneMark>;
  readonly counts: Record<string, Counts>;
  readonly partials: ReadonlyMap<string, Partials>;
  readonly side: readonly SideEvent[];
  /** Whether anything was new. */
  readonly applied: boolean;
  /** Whether some lane's clock went over a boundary at which a window may close. */
  readonly due: boolean;
};

type Tally = [number, number, number, number, number];
type QueryState = {
  readonly folder: Folder;
  readonly tally: Tally;
  readonly slices: SlicePartials;
  readonly sessions: SessionPartials;
};

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Adds a row to slice and key; `j` windows of the slice were closed for it. */
const addToSlice = (
  s: SlicePartials,
  j: number,
  slice: EpochMs,
  key: string,
  fold: QueryFold,
  row: readonly Value[],
) => {
  const slices = getOrMake(s, j, () => new Map<EpochMs, Map<string, States>>());
  const keys = getOrMake(slices, slice, () => new Map<string, States>());
  const states = keys.get(key);
  if (states === undefined) keys.set(key, fold.one(row));
  else fold.add(states, row);
};

const addToSessions = (
  s: SessionPartials,
  key: string,
  time: EpochMs,
  gap: Ms,
  fold: QueryFold,
  row: readonly Value[],
) => {
  const one = [{ start: time, end: time + gap, state: fold.one(row) }];
  const before = s.get(key);
  s.set(key, before === undefined ? one : joinSessions<States>(before, one, fold.merge));
};

const foldEvent = (
  q: QueryState,
  e: StampedEvent,
  event: CloudEvent,
  time: EpochMs,
  clock: EpochMs,
  side: SideEvent[],
) => {
  const { fold, slicing: slices } = q.folder;
  const { query } = fold;
  const w = watermarkOf(query, clock);
  const aside = (door: 'late' | 'rejected', window: SideEvent['window'], cause: string) =>
    side.push({
      door,
      query: query.id,
      shard: shardOfLane(e.lane),
      position: position(e.seq, e.index, e.child),
      arrival: e.arrival,
      time,
      watermark: w,
      window,
      cause,
      event: Buffer.from(e.bytes.buffer, e.bytes.byteOffset, e.bytes.byteLength).toString(),
    });
  q.tally[0]++;
  try {
    const row = fold.read(event, time);
    if (!fold.keeps(row)) {
      q.tally[2]++;
      return;
    }
    if (slices === null) {
      if (time <= w + 1) {
        aside('late', null, '');
        q.tally[3]++;
        return;
      }
      addToSessions(q.sessions, fold.keyOf(row), time, (query.window as { gap: Ms }).gap, fold, row);
    } else {
      const slice = sliceOf(time, slices);
      const ends = endsOf(slice, slices);
      let j = 0;
      while (j < ends.length && isDue((ends[j] as number) + query.lateness, w)) j++;
      if (j === ends.length) {
        const { start, end } = windowOf(ends[j - 1] as number, slices);
        aside('late', [start, end], '');
        q.tally[3]++;
        return;
      }
      addToSlice(q.slices, j, slice, fold.keyOf(row), fold, row);
    }
    q.tally[1]++;
  } catch (error) {
    aside('rejected', null, message(error));
    q.tally[4]++;
  }
};

const readEvent = (e: StampedEvent): { event: CloudEvent; time: EpochMs } => {
  const parsed = parseJson(e.bytes);
  // Head wrote these bytes or let them pass after reading them: a failure here is a bug of ours, never bad data.
  if (!parsed.ok) throw new Error(`${e.lane} ${position(e.seq, e.index)}: ${parsed.cause}`);
  const event = parsed.value as unknown as CloudEvent;
  const time = parseRfc3339(event.time);
  if (time === undefined) throw new Error(`${e.lane} ${position(e.seq, e.index)}: no event time, but ${event.time}`);
  return { event, time };
};

/**
 * @param before marks of the newest entry; not changed
 * @param items  of the batch, in order
 * @param now    stamped on lanes that end
 */
export const foldBatch = (
  folders: readonly Folder[],
  before: ReadonlyMap<Lane, LaneMark>,
  items: readonly Inner[],
  now: EpochMs,
): Folded => {
  const lanes = new Map(before);
  const states: QueryState[] = folders.map((folder) => ({
    folder,
    tally: [0, 0, 0, 0, 0],
    slices: new Map(),
    sessions: new Map(),
  }));
  const side: SideEvent[] = [];
  const read = new Map<Lane, readonly QueryState[]>();
  const readersOf = (lane: Lane): readonly QueryState[] =>
    getOrMake(read, lane, () => states.filter((s) => s.folder.reads(lane)));
  let applied = false;
  let due = false;

  for (const item of items) {
    const readers = readersOf(item.lane);
    if (readers.length === 0) continue;
    const mark = lanes.get(item.lane) ?? NEW_LANE;
    if (item.kind === 'end') {
      if (mark.endedAt > 0) continue;
      lanes.set(item.lane, { ...mark, endedAt: now });
      for (const next of item.next) if (!lanes.has(next)) lanes.set(next, { ...NEW_LANE, clock: mark.clock });
      applied = true;
      due = true;
      continue;
    }
    if (item.kind === 'mark') {
      const p = parsePosition(item.pos);
      if (!isBeyond(mark, p.seq, p.index, p.child)) continue;
      const clock = Math.max(mark.clock, item.clock);
      lanes.set(item.lane, { ...p, clock, endedAt: 0 });
      applied = true;
      due ||= clock > mark.clock && readers.some((s) => mayClose(s.folder.fold.query, mark.clock, clock));
      continue;
    }
    if (!isBeyond(mark, item.seq, item.index, item.child)) continue;
    // What stood before the event in its raw shard decides whether it is late; all before it in the lane came before it here too.
    const clock = Math.max(mark.clock, item.clock ?? mark.clock);
    lanes.set(item.lane, { seq: item.seq, index: item.index, child: item.child, clock, endedAt: 0 });
    applied = true;
    due ||= clock > mark.clock && readers.some((s) => mayClose(s.folder.fold.query, mark.clock, clock));
    const { event, time } = readEvent(item);
    for (const s of readers) if (s.folder.takes(event)) foldEvent(s, item, event, time, clock, side);
  }

  const counts: Record<string, Counts> = {};
  const partials = new Map<string, Partials>();
  for (const s of states) {
    const { id } = s.folder.fold.query;
    if (s.tally[0] > 0) counts[id] = s.tally;
    if (s.slices.size > 0) partials.set(id, { kind: 'slices', of: s.slices });
    if (s.sessions.size > 0) partials.set(id, { kind: 'sessions', of: s.sessions });
  }
  return { lanes, counts, partials, side, applied, due };
};
