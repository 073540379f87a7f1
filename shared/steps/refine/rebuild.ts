// The open state, from memory, a snapshot, or the ledger's beginning (protocol, section 5.4).

import { Fault } from '../../faults.ts';
import { unpackJson } from '../../fold/pack.ts';
import { lane } from '../../lanes/position.ts';
import { ownedGroups } from '../../lanes/ring.ts';
import type { Objects } from '../../ports.ts';
import type { Plan } from '../../query/plan.ts';
import { isStateful, readsOf, streamOf } from '../../query/sides.ts';
import { START_OF_TIME } from '../../time.ts';
import { aggregateName } from '../aggregate/aggregate.ts';
import type { EntryBody } from '../aggregate/entry-body.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { reading } from '../ledger/reading.ts';
import type { Operator } from '../operators/operator.ts';
import { readsRawLanes, refinedLane } from '../roster.ts';
import type { Tree } from '../tree.ts';
import type { Manifest } from './manifest.ts';
import { dropDead, foldEntry, type OpenState, restoreSnapshot, type Snapshot, settle } from './open-state.ts';

const emptyState = (operators: readonly Operator[]): OpenState => ({
  cur: {},
  queries: new Map(operators.map((o) => [o.query.id, o.open()])),
  lanes: new Map(),
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

/** Lanes of the raw shards that had no parent when the run began; their children come by END. */
const addRootLanes = async (state: OpenState, deps: RebuildDeps): Promise<void> => {
  if (!deps.operators.some((o) => readsRawLanes(o.query, deps.plan))) return;
  const shards = await deps.raw.refresh();
  const known = new Set(shards.map((s) => s.id));
  for (const s of shards)
    if (!s.parents.some((p) => known.has(p)))
      for (const g of ownedGroups(s, deps.groups)) state.lanes.set(lane(s.id, g), START);
};

const startState = async (m: Manifest, deps: RebuildDeps): Promise<OpenState> => {
  const state = emptyState(deps.operators);
  if (m.snap === null) await addRootLanes(state, deps);
  else {
    const bytes = await deps.objects.get(m.snap.name);
    if (bytes === undefined) throw new Fault('ledger.gap', `the snapshot ${m.snap.name} is gone`);
    reading(`${deps.objects.name}/${m.snap.name}`, () => {
      restoreSnapshot(state, unpackJson(bytes) as Snapshot);
    });
  }
  addRefinedLanes(state, deps);
  return state;
};

/** Folds the entries in (state's cursors, m.cur]; false when one is missing. */
const catchUp = async (state: OpenState, m: Manifest, book: Ledger): Promise<boolean> => {
  for (const [shard, to] of Object.entries(m.cur))
    while ((state.cur[shard] ?? 0) < to) {
      const from = state.cur[shard] ?? 0;
      const entries = await book.after(shard, from, to - from);
      if (entries.length === 0) return false;
      for (const entry of entries) foldEntry(state, entry, (await entry.body()) as EntryBody | null);
    }
  return true;
};

/**
 * The state exactly at a manifest.
 * @param base a state that is not ahead of the manifest, or null
 * @throws Fault ledger.gap when a counted entry is gone and no snapshot holds it: the line stops, never guesses
 */
export const stateAt = async (m: Manifest, base: OpenState | null, deps: RebuildDeps): Promise<OpenState> => {
  let state = base ?? (await startState(m, deps));
  if (!(await catchUp(state, m, deps.book))) {
    state = await startState(m, deps);
    if (!(await catchUp(state, m, deps.book)))
      throw new Fault('ledger.gap', 'a counted entry is missing from the ledger and from the snapshot');
  }
  dropDead(state, m.closed);
  settle(state);
  return state;
};
