// Folds what is new in a batch into partials, pure: the same lanes and items give the same entry.
import type { JsonBytes } from '../../fold/json-bytes.ts';
import { getOrMake } from '../../get-or-make.ts';
import type { Inner, StampedEvent } from '../../lanes/inner.ts';
import { type Lane, position, shardOfLane } from '../../lanes/position.ts';
import type { StatefulQuery } from '../../query/plan.ts';
import type { EpochMs } from '../../time.ts';
import { hourOf, isBooked } from '../books/hour.ts';
import { isBeyond, type LaneMark, NEW_LANE, parsePosition } from '../ledger/lane-marks.ts';
import type { Counts } from '../ledger/ledger.ts';
import type { PackedPartials } from '../ledger/partials.ts';
import type { BatchFold } from '../operators/operator.ts';
import { placeOf } from '../resubmit.ts';
import { isRefinedLane } from '../roster.ts';
import type { BatchFolds } from './columns/batch-folds.ts';
import type { NewPartials } from './entry-body.ts';
import type { Folder } from './folder.ts';
import { type EventReader, type ReadEvent, readWhole } from './read-event.ts';
import type { SideEvent } from './side-event.ts';
import { mayClose, showsAtOnce, watermarkOf } from './watermark.ts';

export type Folded = {
  readonly lanes: Map<Lane, LaneMark>;
  readonly counts: Record<string, Counts>;
  readonly partials: NewPartials;
  readonly side: readonly SideEvent[];
  /** Events that were new, by the hour of their arrival, for the books; those of queries are not among them. */
  readonly arrived: Record<string, number>;
  /** Whether anything was new. */
  readonly applied: boolean;
  /** Whether some lane's clock went over a boundary at which a window may close, or rows came that are shown at once. */
  readonly due: boolean;
};

type Tally = [number, number, number, number, number];
/** `order`: place among the queries. */
type QueryState = {
  readonly folder: Folder;
  readonly order: number;
  readonly tally: Tally;
  /** null: folded by columns. */
  readonly fold: BatchFold | null;
};
/** Events before events, then queries before queries. */
type Aside = { readonly row: number; readonly order: number; readonly side: SideEvent };

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const sideEvent = (
  query: StatefulQuery,
  e: StampedEvent,
  time: EpochMs,
  watermark: EpochMs,
  found: Pick<SideEvent, 'door' | 'window' | 'cause'>,
): SideEvent => ({
  door: found.door,
  query: query.id,
  shard: shardOfLane(e.lane),
  position: position(e.seq, e.index, e.child),
  arrival: e.arrival,
  ...(e.again && { again: placeOf(e.again) }),
  time,
  watermark,
  window: found.window,
  cause: found.cause,
  event: Buffer.from(e.bytes.buffer, e.bytes.byteOffset, e.bytes.byteLength).toString(),
});

const foldEvent = (
  q: QueryState & { readonly fold: BatchFold },
  e: StampedEvent,
  { event, time }: ReadEvent,
  row: number,
  clock: EpochMs,
  asides: Aside[],
) => {
  const { query } = q.folder.operator;
  const w = watermarkOf(query, clock);
  const aside = (door: 'late' | 'rejected', window: SideEvent['window'], cause: string) =>
    asides.push({ row, order: q.order, side: sideEvent(query, e, time, w, { door, window, cause }) });
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

/** Counts arrivals by the hour that they are booked under; events of a record have one arrival. */
const bookOf = (now: EpochMs) => {
  const booked: Record<string, number> = {};
  let arrival = Number.NaN;
  let n = 0;
  const settle = (): void => {
    if (n > 0 && isBooked(arrival, now)) booked[hourOf(arrival)] = (booked[hourOf(arrival)] ?? 0) + n;
    n = 0;
  };
  return {
    count(at: EpochMs): void {
      if (at !== arrival) settle();
      arrival = at;
      n++;
    },
    total(): Record<string, number> {
      settle();
      return booked;
    },
  };
};

/** The mark of a lane whose events are being counted; no reader has it yet. */
type Moving = { -readonly [field in keyof LaneMark]: LaneMark[field] };

/** What becomes of a lane's events. */
type Readers = {
  readonly mine: readonly QueryState[];
  readonly plain: readonly (QueryState & { readonly fold: BatchFold })[];
  readonly byColumns: boolean;
  /** Whether they are booked by their arrival: events of producers are. */
  readonly booked: boolean;
};
const NOBODY: Readers = { mine: [], plain: [], byColumns: false, booked: false };

const readersOf = (states: readonly QueryState[], lane: Lane): Readers => {
  const mine = states.filter((s) => s.folder.reads(lane));
  return {
    mine,
    plain: mine.filter((s): s is QueryState & { readonly fold: BatchFold } => s.fold !== null),
    byColumns: mine.some((s) => s.fold === null),
    booked: !isRefinedLane(lane),
  };
};

/** @param rows place among the new events of each event that `columns` holds */
const foldColumns = (
  { folder, order, tally }: QueryState,
  columns: BatchFolds,
  rows: readonly number[],
  asides: Aside[],
): JsonBytes | null => {
  const { query } = folder.operator;
  const { taken, folded, filtered, late, packed } = columns.fold(query);
  tally[0] = taken;
  tally[1] = folded;
  tally[2] = filtered;
  tally[3] = late.length;
  for (const { row, window } of late) {
    const { event, time, clock } = columns.at(row);
    const side = sideEvent(query, event, time, watermarkOf(query, clock), { door: 'late', window, cause: '' });
    asides.push({ row: rows[row] as number, order, side });
  }
  return packed;
};

/**
 * @param before  marks of the newest entry; not changed
 * @param items   of the batch, in order
 * @param now     stamped on lanes that end
 * @param known   events that were read before, for look-ups
 * @param read    reads an event for these folders
 * @param columns folds what fits by columns; without it all queries go event by event, to the same entry
 */
export const foldBatch = (
  folders: readonly Folder[],
  before: ReadonlyMap<Lane, LaneMark>,
  items: readonly Inner[],
  now: EpochMs,
  known?: ReadonlyMap<StampedEvent, ReadEvent>,
  read: EventReader = readWhole,
  columns?: BatchFolds,
): Folded => {
  const lanes = new Map(before);
  const states: QueryState[] = folders.map((folder, order) => ({
    folder,
    order,
    tally: [0, 0, 0, 0, 0],
    fold: columns?.folds.has(folder.operator.query) ? null : folder.operator.batch(),
  }));
  columns?.begin();
  const rows: number[] = [];
  const asides: Aside[] = [];
  const readers = new Map<Lane, Readers>();
  const book = bookOf(now);
  let applied = false;
  let due = false;
  let row = 0;

  const moves = (mine: readonly QueryState[], from: EpochMs, to: EpochMs): boolean =>
    to > from && mine.some((s) => mayClose(s.folder.operator.query, from, to));

  const control = (item: Exclude<Inner, StampedEvent>, mine: readonly QueryState[]): void => {
    const mark = lanes.get(item.lane) ?? NEW_LANE;
    if (item.kind === 'end') {
      if (mark.endedAt > 0) return;
      lanes.set(item.lane, { ...mark, endedAt: now });
      for (const next of item.next) if (!lanes.has(next)) lanes.set(next, { ...NEW_LANE, clock: mark.clock });
      applied = true;
      due = true;
    } else if (item.kind === 'branch') {
      // Known lanes are beyond it: it came again, or another partition of the group announced them first.
      for (const next of item.next)
        if (!lanes.has(next)) {
          lanes.set(next, { ...NEW_LANE, clock: mark.clock });
          applied = true;
        }
    } else {
      const p = parsePosition(item.pos);
      if (!isBeyond(mark, p.seq, p.index, p.child)) return;
      const clock = Math.max(mark.clock, item.clock);
      lanes.set(item.lane, { ...p, clock, endedAt: 0 });
      applied = true;
      due ||= moves(mine, mark.clock, clock);
    }
  };

  let lane: Lane | null = null;
  let here = NOBODY;
  /** Of `lane`, when its events moved it; put back before anything else looks at the lanes. */
  let moved: Moving | null = null;
  const settle = (): void => {
    if (moved !== null && lane !== null) lanes.set(lane, moved);
    moved = null;
  };
  for (const item of items) {
    if (item.lane !== lane) {
      settle();
      lane = item.lane;
      here = getOrMake(readers, lane, () => readersOf(states, item.lane));
    }
    if (here.mine.length === 0) continue;
    if (item.kind !== 'event') {
      settle();
      control(item, here.mine);
      continue;
    }
    const mark: LaneMark = moved ?? lanes.get(item.lane) ?? NEW_LANE;
    if (!isBeyond(mark, item.seq, item.index, item.child)) continue;
    // What stood before the event in its raw shard decides whether it is late; all before it in the lane came before it here too.
    const clock = Math.max(mark.clock, item.clock ?? mark.clock);
    applied = true;
    due ||= moves(here.mine, mark.clock, clock);
    if (moved === null) moved = { ...NEW_LANE };
    moved.seq = item.seq;
    moved.index = item.index;
    moved.child = item.child;
    moved.clock = clock;
    if (here.booked) book.count(item.arrival);
    if (here.byColumns && columns !== undefined) rows[columns.add(item, clock)] = row;
    if (here.plain.length > 0) {
      const event = known?.get(item) ?? read(item);
      const only = item.again?.only;
      for (const s of here.plain)
        if ((only === undefined || s.folder.operator.query.id === only) && s.folder.takes(event.event))
          foldEvent(s, item, event, row, clock, asides);
    }
    row++;
  }
  settle();

  const counts: Record<string, Counts> = {};
  const partials = new Map<string, PackedPartials | JsonBytes>();
  for (const s of states) {
    const { query } = s.folder.operator;
    const packed = s.fold !== null ? s.fold.packed() : columns ? foldColumns(s, columns, rows, asides) : null;
    if (s.tally[0] > 0) counts[query.id] = s.tally;
    due ||= s.tally[1] > 0 && showsAtOnce(query);
    if (packed !== null) partials.set(query.id, packed);
  }
  columns?.end();
  const side = asides.sort((a, b) => a.row - b.row || a.order - b.order).map((a) => a.side);
  return { lanes, counts, partials, side, arrived: book.total(), applied, due };
};
