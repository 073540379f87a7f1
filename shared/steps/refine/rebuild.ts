// The open state, from memory, a snapshot, or the ledger's beginning (protocol, section 5.4).

import { Fault } from '../../faults.ts';
import { unpackJson } from '../../fold/pack.ts';
import { lane } from '../../lanes/position.ts';
import { ownedGroups } from '../../lanes/ring.ts';
import type { Objects } from '../../ports.ts';
import type { Plan } from '../../query/plan.ts';
import { isStateful, readsOf, streamOf } from '../../query/sides.ts';
import { START_OF_TIME } from '../../time.ts';
import type { EntryBody } from '../aggregate/entry-body.ts';
import { aggregateName } from '../aggregate/name.ts';
import { mustUnderstand } from '../ledger/format.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { reading } from '../ledger/reading.ts';
import type { Operator } from '../operators/operator.ts';
import { isRefinedLane, readsRawLanes, refinedLane } from '../roster.ts';
import type { Tree } from '../tree.ts';
import type { Cursors, Manifest } from './manifest.ts';
import { dropDead, foldEntry, NEVER, type OpenState, restoreSnapshot, type Snapshot, settle } from './open-state.ts';

const emptyState = (operators: readonly Operator[]): OpenState => ({
  cur: {},
  queries: new Map(operators.map((o) => [o.query.id, o.open()])),
  lanes: new Map(),
  early: new Map(),
  fed: new Map(),
  missed: new Set(),
  side: [],
  fresh: 0,
  freshBytes: 0,
  snapBytes: 0,
  tips: new Map(),
});

export type RebuildDeps = {
  readonly plan: Plan;
  readonly operators: readonly Operator[];
  readonly book: Ledger;
  readonly objects: Objects;
  /** Tree of `raw`: its roots are the first lanes. */
  readonly raw: Tree;
  readonly groups: number;
  /** Whether `aggregate` read the stream before, for no query. */
  readonly ranIdle: () => Promise<boolean>;
};

const START = { clock: START_OF_TIME, endedAt: 0 };

/** Lanes of the queries that ours read: known from the plan, there from the start. */
const addRefinedLanes = (state: OpenState, deps: RebuildDeps): void => {
  const reads = new Set(deps.operators.flatMap((o) => readsOf(o.query)));
  for (const w of deps.plan.queries) {
    if (!isStateful(w) || !reads.has(w.id)) continue;
    for (let g = 0; g < deps.groups; g++) {
      const l = refinedLane(aggregateName(streamOf(w)), w.id, 0, g);
      if (!state.lanes.has(l)) state.lanes.set(l, START);
    }
  }
};

/**
 * Lanes of the raw shards that had no parent when the run began; their children come by END.
 * @param listed only these shards: the ENDs of others were told when nobody listened, and are not told again
 */
const addRootLanes = async (state: OpenState, deps: RebuildDeps, listed?: ReadonlySet<string>): Promise<void> => {
  if (!deps.operators.some((o) => readsRawLanes(o.query, deps.plan))) return;
  const all = await deps.raw.refresh();
  // One that was added is announced in the lanes beside it.
  const shards = all.filter((s) => (listed === undefined ? s.added !== true : listed.has(s.id)));
  const known = new Set(shards.map((s) => s.id));
  for (const s of shards)
    if (!s.parents.some((p) => known.has(p)))
      for (const g of ownedGroups(s, deps.groups)) state.lanes.set(lane(s.id, g), START);
};

const startState = async (m: Manifest, deps: RebuildDeps): Promise<OpenState> => {
  const state = emptyState(deps.operators);
  // A stream that was read for no query has raw shards whose ENDs are long past.
  if (m.snap === null) await addRootLanes(state, deps, (await deps.ranIdle()) ? await deps.raw.listed() : undefined);
  else {
    const bytes = await deps.objects.get(m.snap.name);
    if (bytes === undefined) throw new Fault('ledger.gap', `the snapshot ${m.snap.name} is gone`);
    const where = `${deps.objects.name}/${m.snap.name}`;
    reading(where, () => {
      const snapshot = mustUnderstand('snapshot of refine', unpackJson(bytes) as Snapshot, where);
      restoreSnapshot(state, snapshot);
    });
    // Made when no query read raw lanes on this stream: a deploy added the first one, which must wait for those that there are.
    if (![...state.lanes.keys()].some((l) => !isRefinedLane(l)))
      await addRootLanes(state, deps, await deps.raw.listed());
  }
  addRefinedLanes(state, deps);
  return state;
};

/** Folds the entries in (state's cursors, cur]; false when one is missing. */
const catchUp = async (state: OpenState, cur: Cursors, m: Manifest, book: Ledger): Promise<boolean> => {
  for (const [shard, to] of Object.entries(cur))
    while ((state.cur[shard] ?? 0) < to) {
      const from = state.cur[shard] ?? 0;
      const entries = await book.after(shard, from, to - from);
      if (entries.length === 0) return false;
      for (const entry of entries) {
        // All that the manifest counts was decided; early rows may be behind.
        const freshOf = (id: string) => ({ decision: false, early: entry.n > (m.early[id]?.cur[shard] ?? 0) });
        foldEntry(state, entry, (await entry.body()) as EntryBody | null, freshOf);
      }
    }
  return true;
};

/** What was kept for early rows that were sent since is not needed any more. */
const forgetEarly = (state: OpenState, m: Manifest): void => {
  for (const [id, q] of state.queries) {
    const at = m.early[id]?.at ?? NEVER;
    if ((state.early.get(id) ?? NEVER) !== at) q.settle(true);
    state.early.set(id, at);
  }
};

/**
 * Folds up to the manifest, in the order of the decisions that sent early rows: what stood when a query's were sent last must be whole
 * before anything that came after it is added.
 */
const foldTo = async (state: OpenState, m: Manifest, book: Ledger): Promise<boolean> => {
  forgetEarly(state, m);
  const steps = Object.values(m.early).sort((a, b) => a.at - b.at);
  for (const { cur } of [...steps, m]) if (!(await catchUp(state, cur, m, book))) return false;
  return true;
};

/**
 * The state exactly at a manifest.
 * @param base a state that is not ahead of the manifest, or null
 * @throws Fault ledger.gap when a counted entry is gone and no snapshot holds it: the line stops, never guesses
 */
export const stateAt = async (m: Manifest, base: OpenState | null, deps: RebuildDeps): Promise<OpenState> => {
  let state = base ?? (await startState(m, deps));
  if (!(await foldTo(state, m, deps.book))) {
    state = await startState(m, deps);
    if (!(await foldTo(state, m, deps.book)))
      throw new Fault('ledger.gap', 'a counted entry is missing from the ledger and from the snapshot');
  }
  dropDead(state, m.closed);
  settle(state, new Set());
  return state;
};
