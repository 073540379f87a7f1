// Folds what is new in a batch into partials, pure: the same lanes and items give the same entry.
import type { CloudEvent } from '../../event/cloud-event.ts';
import { getOrMake } from '../../get-or-make.ts';
import type { Inner, StampedEvent } from '../../lanes/inner.ts';
import { type Lane, position, shardOfLane } from '../../lanes/position.ts';
import type { EpochMs } from '../../time.ts';
import { hourOf, isBooked } from '../books/hour.ts';
import { isBeyond, type LaneMark, NEW_LANE, parsePosition } from '../ledger/lane-marks.ts';
import type { Counts } from '../ledger/ledger.ts';
import type { PackedPartials } from '../ledger/partials.ts';
import type { BatchFold } from '../operators/operator.ts';
import { placeOf } from '../resubmit.ts';
import { isRefinedLane } from '../roster.ts';
import type { Folder } from './folder.ts';
import { type EventReader, type ReadEvent, readWhole } from './read-event.ts';
import type { SideEvent } from './side-event.ts';
import { mayClose, showsAtOnce, watermarkOf } from './watermark.ts';

export type Folded = {
  readonly lanes: Map<Lane, LaneMark>;
  readonly counts: Record<string, Counts>;
  readonly partials: ReadonlyMap<string, PackedPartials>;
  readonly side: readonly SideEvent[];
  /** Events that were new, by the hour of their arrival, for the books; those of queries are not among them. */
  readonly arrived: Record<string, number>;
  /** Whether anything was new. */
  readonly applied: boolean;
  /** Whether some lane's clock went over a boundary at which a window may close, or rows came that are shown at once. */
  readonly due: boolean;
};

type Tally = [number, number, number, number, number];
type QueryState = { readonly folder: Folder; readonly tally: Tally; readonly fold: BatchFold };

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const foldEvent = (
  q: QueryState,
  e: StampedEvent,
  event: CloudEvent,
  time: EpochMs,
  clock: EpochMs,
  side: SideEvent[],
) => {
  const { query } = q.folder.operator;
  const w = watermarkOf(query, clock);
  const aside = (door: 'late' | 'rejected', window: SideEvent['window'], cause: string) =>
    side.push({
      door,
      query: query.id,
      shard: shardOfLane(e.lane),
      position: position(e.seq, e.index, e.child),
      arrival: e.arrival,
      ...(e.again && { again: placeOf(e.again) }),
      time,
      watermark: w,
      window,
      cause,
      event: Buffer.from(e.bytes.buffer, e.bytes.byteOffset, e.bytes.byteLength).toString(),
    });
  q.tally[0]++;
  try {
    const verdict = q.fold.add(e, event, time, w);
    if (verdict === 'folded') q.tally[1]++;
    else if (verdict === 'filtered') q.tally[2]++;
    else {
      aside('late', verdict.late, '');
      q.tally[3]++;
    }
  } catch (error) {
    aside('rejected', null, message(error));
    q.tally[4]++;
  }
};

/**
 * @param before marks of the newest entry; not changed
 * @param items  of the batch, in order
 * @param now    stamped on lanes that end
 * @param known  events that were read before, for look-ups
 * @param read   reads an event for these folders
 */
export const foldBatch = (
  folders: readonly Folder[],
  before: ReadonlyMap<Lane, LaneMark>,
  items: readonly Inner[],
  now: EpochMs,
  known?: ReadonlyMap<StampedEvent, ReadEvent>,
  read: EventReader = readWhole,
): Folded => {
  const lanes = new Map(before);
  const states: QueryState[] = folders.map((folder) => ({
    folder,
    tally: [0, 0, 0, 0, 0],
    fold: folder.operator.batch(),
  }));
  const side: SideEvent[] = [];
  const readers = new Map<Lane, readonly QueryState[]>();
  const readersOf = (lane: Lane): readonly QueryState[] =>
    getOrMake(readers, lane, () => states.filter((s) => s.folder.reads(lane)));
  const arrived: Record<string, number> = {};
  let applied = false;
  let due = false;

  for (const item of items) {
    const mine = readersOf(item.lane);
    if (mine.length === 0) continue;
    const mark = lanes.get(item.lane) ?? NEW_LANE;
    if (item.kind === 'end') {
      if (mark.endedAt > 0) continue;
      lanes.set(item.lane, { ...mark, endedAt: now });
      for (const next of item.next) if (!lanes.has(next)) lanes.set(next, { ...NEW_LANE, clock: mark.clock });
      applied = true;
      due = true;
      continue;
    }
    if (item.kind === 'branch') {
      // Known lanes are beyond it: it came again, or another partition of the group announced them first.
      for (const next of item.next)
        if (!lanes.has(next)) {
          lanes.set(next, { ...NEW_LANE, clock: mark.clock });
          applied = true;
        }
      continue;
    }
    if (item.kind === 'mark') {
      const p = parsePosition(item.pos);
      if (!isBeyond(mark, p.seq, p.index, p.child)) continue;
      const clock = Math.max(mark.clock, item.clock);
      lanes.set(item.lane, { ...p, clock, endedAt: 0 });
      applied = true;
      due ||= clock > mark.clock && mine.some((s) => mayClose(s.folder.operator.query, mark.clock, clock));
      continue;
    }
    if (!isBeyond(mark, item.seq, item.index, item.child)) continue;
    // What stood before the event in its raw shard decides whether it is late; all before it in the lane came before it here too.
    const clock = Math.max(mark.clock, item.clock ?? mark.clock);
    lanes.set(item.lane, { seq: item.seq, index: item.index, child: item.child, clock, endedAt: 0 });
    applied = true;
    due ||= clock > mark.clock && mine.some((s) => mayClose(s.folder.operator.query, mark.clock, clock));
    if (isBooked(item.arrival, now) && !isRefinedLane(item.lane)) {
      const hour = hourOf(item.arrival);
      arrived[hour] = (arrived[hour] ?? 0) + 1;
    }
    const { event, time } = known?.get(item) ?? read(item);
    const only = item.again?.only;
    for (const s of mine)
      if ((only === undefined || s.folder.operator.query.id === only) && s.folder.takes(event))
        foldEvent(s, item, event, time, clock, side);
  }

  const counts: Record<string, Counts> = {};
  const partials = new Map<string, PackedPartials>();
  for (const s of states) {
    const { id } = s.folder.operator.query;
    if (s.tally[0] > 0) counts[id] = s.tally;
    due ||= s.tally[1] > 0 && showsAtOnce(s.folder.operator.query);
    const packed = s.fold.packed();
    if (packed !== null) partials.set(id, packed);
  }
  return { lanes, counts, partials, side, arrived, applied, due };
};
