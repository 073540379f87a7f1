// What refine holds in memory: all that was counted and is not closed for good. Partials are monoids, so the order of folding
// does not matter.
import type { QueryFold, States } from '../../fold/query-fold.ts';
import { getOrMake } from '../../get-or-make.ts';
import type { Lane } from '../../lanes/position.ts';
import type { EpochMs } from '../../time.ts';
import { joinSessions, type Session } from '../../window/session.ts';
import type { Slicing } from '../../window/window.ts';
import type { EntryBody } from '../aggregate/entry-body.ts';
import type { SideEvent } from '../aggregate/side-event.ts';
import type { LaneMark } from '../ledger/lane-marks.ts';
import type { Entry } from '../ledger/ledger.ts';
import {
  eachSessionPartial,
  eachSlicePartial,
  type PackedPartials,
  packPartials,
  type SessionPartials,
  type SlicePartials,
} from '../ledger/partials.ts';

export type LaneClock = { readonly clock: EpochMs; readonly endedAt: EpochMs };

export type OpenQuery = {
  readonly fold: QueryFold;
  readonly slicing: Slicing | null;
  slices: SlicePartials;
  sessions: SessionPartials;
  /** Keys that changed since the last decision, by slice. */
  dirty: Map<EpochMs, Set<string>>;
};

export type Tip = {
  readonly shard: string;
  readonly n: number;
  readonly lanes: ReadonlyMap<Lane, LaneMark>;
  readonly through: string;
};

export type OpenState = {
  readonly cur: Record<string, number>;
  readonly queries: ReadonlyMap<string, OpenQuery>;
  readonly lanes: Map<Lane, LaneClock>;
  /** Late and failed events since the last decision. */
  side: SideEvent[];
  /** Entries and packed bytes folded since the last decision, bytes since the last snapshot. */
  fresh: number;
  freshBytes: number;
  snapBytes: number;
  /** The newest entry folded of each shard, for floors. */
  readonly tips: Map<string, Tip>;
};

const mergeSlice = (q: OpenQuery, j: number, slice: EpochMs, key: string, states: States): void => {
  const slices = getOrMake(q.slices, j, () => new Map<EpochMs, Map<string, States>>());
  const keys = getOrMake(slices, slice, () => new Map<string, States>());
  const mine = keys.get(key);
  keys.set(key, mine === undefined ? states : q.fold.merge(mine, states));
};

const mergeSessions = (q: OpenQuery, key: string, sessions: readonly Session<States>[]): void => {
  q.sessions.set(key, joinSessions(q.sessions.get(key) ?? [], sessions, q.fold.merge));
};

export const foldPartials = (q: OpenQuery, packed: PackedPartials, touched: boolean): void => {
  if (packed.t === 'i') {
    eachSessionPartial(packed.p, (key, sessions) => mergeSessions(q, key, sessions));
    return;
  }
  eachSlicePartial(packed.p, (j, slice, key, states) => {
    mergeSlice(q, j, slice, key, states);
    if (!touched || q.fold.query.lateness === 0) return;
    const keys = q.dirty.get(slice);
    if (keys) keys.add(key);
    else q.dirty.set(slice, new Set([key]));
  });
};

const foldLanes = (state: OpenState, lanes: ReadonlyMap<Lane, LaneMark>): void => {
  for (const [lane, m] of lanes) {
    const mine = state.lanes.get(lane);
    if (mine !== undefined && mine.endedAt > 0) continue;
    if (m.endedAt > 0) state.lanes.set(lane, { clock: Math.max(m.clock, mine?.clock ?? m.clock), endedAt: m.endedAt });
    else if (mine === undefined || m.clock > mine.clock) state.lanes.set(lane, { clock: m.clock, endedAt: 0 });
  }
};

/** Counts one entry; changes the state. The body is fetched before, so that a failure leaves the state whole. */
export const foldEntry = (state: OpenState, entry: Entry, body: EntryBody | null): void => {
  for (const [id, packed] of Object.entries(body?.p ?? {})) {
    const q = state.queries.get(id);
    // A query that left the plan: its partials are nobody's any more.
    if (q !== undefined) foldPartials(q, packed, true);
  }
  foldLanes(state, entry.lanes);
  if (body) state.side.push(...body.side);
  state.cur[entry.shard] = entry.n;
  state.fresh++;
  state.freshBytes += entry.size;
  state.snapBytes += entry.size;
  state.tips.set(entry.shard, { shard: entry.shard, n: entry.n, lanes: entry.lanes, through: entry.through });
};

/** Drops what no window can need any more: the last window of a slice, and its lateness, lie behind the watermark. */
export const dropDead = (state: OpenState, closed: Readonly<Record<string, EpochMs>>): void => {
  for (const q of state.queries.values()) {
    const w = closed[q.fold.query.id];
    if (w === undefined) continue;
    if (q.slicing !== null) {
      const { size } = q.slicing;
      for (const slices of q.slices.values())
        for (const slice of slices.keys()) if (slice + size - 1 + q.fold.query.lateness <= w) slices.delete(slice);
      continue;
    }
    for (const [key, sessions] of q.sessions) {
      const open = sessions.filter((s) => s.end - 1 > w);
      if (open.length === 0) q.sessions.delete(key);
      else if (open.length < sessions.length) q.sessions.set(key, open);
    }
  }
};

/** After a decision: what was new has been told. */
export const settle = (state: OpenState): void => {
  for (const q of state.queries.values()) q.dirty = new Map();
  state.side = [];
  state.fresh = 0;
  state.freshBytes = 0;
};

type Snapshot = {
  readonly cur: Readonly<Record<string, number>>;
  readonly lanes: readonly [Lane, EpochMs, EpochMs][];
  readonly p: Readonly<Record<string, PackedPartials>>;
};

export const snapshotOf = (state: OpenState): Snapshot => ({
  cur: { ...state.cur },
  lanes: [...state.lanes].map(([lane, c]) => [lane, c.clock, c.endedAt]),
  p: Object.fromEntries(
    [...state.queries].map(([id, q]) => [
      id,
      packPartials(q.slicing === null ? { kind: 'sessions', of: q.sessions } : { kind: 'slices', of: q.slices }),
    ]),
  ),
});

export const restoreSnapshot = (state: OpenState, snapshot: Snapshot): void => {
  Object.assign(state.cur, snapshot.cur);
  for (const [lane, clock, endedAt] of snapshot.lanes) state.lanes.set(lane, { clock, endedAt });
  for (const [id, packed] of Object.entries(snapshot.p)) {
    const q = state.queries.get(id);
    if (q !== undefined) foldPartials(q, packed, false);
  }
};
export type { Snapshot };
