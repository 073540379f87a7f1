// What refine holds in memory: all that was counted and is not closed for good. Partials are monoids, so the order of folding
// does not matter.
import type { Lane } from '../../lanes/position.ts';
import { type EpochMs, START_OF_TIME } from '../../time.ts';
import type { EntryBody } from '../aggregate/entry-body.ts';
import type { SideEvent } from '../aggregate/side-event.ts';
import type { LaneMark } from '../ledger/lane-marks.ts';
import type { Entry } from '../ledger/ledger.ts';
import type { PackedPartials } from '../ledger/partials.ts';
import { type Fresh, type OpenQuery, TOLD } from '../operators/operator.ts';

export type LaneClock = { readonly clock: EpochMs; readonly endedAt: EpochMs };

/** Before the first decision that sends early rows. */
export const NEVER: EpochMs = START_OF_TIME;

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
  /** Query -> time of the decision that sent its early rows last; what changed since is held by the query. */
  readonly early: Map<string, EpochMs>;
  /** Lists of queries that entries fed, by name. */
  readonly fed: Map<string, readonly string[]>;
  /** Queries that some entry since the last decision did not feed. */
  readonly missed: Set<string>;
  /** Late and failed events since the last decision. */
  side: SideEvent[];
  /** Entries and packed bytes folded since the last decision, bytes since the last snapshot. */
  fresh: number;
  freshBytes: number;
  snapBytes: number;
  /** The newest entry folded of each shard, for floors. */
  readonly tips: Map<string, Tip>;
};

const foldLanes = (state: OpenState, lanes: ReadonlyMap<Lane, LaneMark>): void => {
  for (const [lane, m] of lanes) {
    const mine = state.lanes.get(lane);
    if (mine !== undefined && mine.endedAt > 0) continue;
    if (m.endedAt > 0) state.lanes.set(lane, { clock: Math.max(m.clock, mine?.clock ?? m.clock), endedAt: m.endedAt });
    else if (mine === undefined || m.clock > mine.clock) state.lanes.set(lane, { clock: m.clock, endedAt: 0 });
  }
};

const noteMissed = (state: OpenState, { fed }: Entry): void => {
  if (fed === null) return; // of an older version
  if (fed.ids !== undefined) state.fed.set(fed.name, fed.ids);
  const ids = state.fed.get(fed.name);
  if (ids === undefined) return;
  for (const id of state.queries.keys()) if (!ids.includes(id)) state.missed.add(id);
};

/** Counts one entry; changes the state. The body is fetched before, so that a failure leaves the state whole. */
export const foldEntry = (
  state: OpenState,
  entry: Entry,
  body: EntryBody | null,
  freshOf: (query: string) => Fresh,
): void => {
  for (const [id, packed] of Object.entries(body?.p ?? {})) {
    const q = state.queries.get(id);
    // A query that left the plan: its partials are nobody's any more.
    if (q !== undefined) q.fold(packed, freshOf(id));
  }
  foldLanes(state, entry.lanes);
  noteMissed(state, entry);
  if (body) state.side.push(...body.side);
  state.cur[entry.shard] = entry.n;
  state.fresh++;
  state.freshBytes += entry.size;
  state.snapBytes += entry.size;
  state.tips.set(entry.shard, { shard: entry.shard, n: entry.n, lanes: entry.lanes, through: entry.through });
};

/** Drops what no row to come and no revision can need any more. */
export const dropDead = (state: OpenState, closed: Readonly<Record<string, EpochMs>>): void => {
  for (const [id, q] of state.queries) {
    const w = closed[id];
    if (w !== undefined) q.drop(w);
  }
};

/** After a decision: what was new has been told. @param early queries whose early rows it sent */
export const settle = (state: OpenState, early: ReadonlySet<string>): void => {
  for (const [id, q] of state.queries) q.settle(early.has(id));
  state.missed.clear();
  state.side = [];
  state.fresh = 0;
  state.freshBytes = 0;
};

type Snapshot = {
  readonly cur: Readonly<Record<string, number>>;
  readonly lanes: readonly [Lane, EpochMs, EpochMs][];
  readonly p: Readonly<Record<string, PackedPartials>>;
  /** What changed since early rows were sent last, and when that was. */
  readonly e: Readonly<Record<string, readonly [at: EpochMs, changed: unknown]>>;
  readonly fed?: readonly (readonly [name: string, ids: readonly string[]])[];
};

export const snapshotOf = (state: OpenState): Snapshot => ({
  cur: { ...state.cur },
  lanes: [...state.lanes].map(([lane, c]) => [lane, c.clock, c.endedAt]),
  p: Object.fromEntries([...state.queries].map(([id, q]) => [id, q.pack()])),
  e: Object.fromEntries([...state.queries].map(([id, q]) => [id, [state.early.get(id) ?? NEVER, q.packEarly()]])),
  fed: [...state.fed],
});

export const restoreSnapshot = (state: OpenState, snapshot: Snapshot): void => {
  Object.assign(state.cur, snapshot.cur);
  for (const [name, ids] of snapshot.fed ?? []) state.fed.set(name, ids);
  for (const [lane, clock, endedAt] of snapshot.lanes) state.lanes.set(lane, { clock, endedAt });
  for (const [id, packed] of Object.entries(snapshot.p)) {
    const q = state.queries.get(id);
    if (q !== undefined) q.fold(packed, TOLD);
  }
  // Snapshots of older versions have none.
  for (const [id, [at, changed]] of Object.entries(snapshot.e ?? {})) {
    state.early.set(id, at);
    if (changed !== null) state.queries.get(id)?.restoreEarly(changed);
  }
};
export type { Snapshot };
