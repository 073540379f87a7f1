// What stands in the ledgers of a stage, and what holds its windows open. Reads only: newest entries, entries not yet counted, manifests,
// the snapshot, checkpoints.
import { unpackJson } from '../../shared/fold/pack.ts';
import { shardOfLane } from '../../shared/lanes/position.ts';
import type { Plan, StatefulQuery } from '../../shared/query/plan.ts';
import type { EntryBody } from '../../shared/steps/aggregate/entry-body.ts';
import { aggregateName, type Reads } from '../../shared/steps/aggregate/name.ts';
import { watermarkOf } from '../../shared/steps/aggregate/watermark.ts';
import { mustUnderstand } from '../../shared/steps/ledger/format.ts';
import { type LaneMark, laterMark, NEW_LANE } from '../../shared/steps/ledger/lane-marks.ts';
import { ledger } from '../../shared/steps/ledger/ledger.ts';
import type { PackedPartials } from '../../shared/steps/ledger/partials.ts';
import { type Manifest, manifests } from '../../shared/steps/refine/manifest.ts';
import type { Snapshot } from '../../shared/steps/refine/open-state.ts';
import { laneTest, readsRawLanes, statefulQueries } from '../../shared/steps/roster.ts';
import { type EpochMs, START_OF_TIME } from '../../shared/time.ts';
import { type Pause, readPause } from '../pause/state.ts';
import type { StageHere } from '../stage/stage-here.ts';
import { type Holder, holderOf } from './holder.ts';
import { type OpenWindows, openWindows } from './open-windows.ts';

export type LedgerShard = {
  readonly shard: string;
  /** Number of the newest entry. */
  readonly head: number;
  /** Entries that no decision counts yet, and the bytes of their partials. */
  readonly waiting: number;
  readonly bytes: number;
};

export type LedgerState = {
  readonly function: string;
  readonly decision: { readonly number: number; readonly at: EpochMs } | null;
  /** Rows that were decided and not all sent. */
  readonly outboxPending: number;
  readonly snapshot: EpochMs | null;
  readonly shards: readonly LedgerShard[];
  readonly lanes: { readonly open: number; readonly ended: number; readonly most: number };
};

export type QueryState = {
  readonly query: string;
  /** null: no window could close yet. */
  readonly watermark: EpochMs | null;
  /** Of its last decision. */
  readonly closed: EpochMs | null;
  readonly holder: Holder | null;
  readonly open: OpenWindows;
};

export type Inspected = {
  readonly stage: string;
  readonly at: EpochMs;
  /** What is held by `millrace pause` or `millrace drain`; null: nothing. */
  readonly paused: Pause | null;
  readonly ledgers: readonly LedgerState[];
  readonly queries: readonly QueryState[];
};

const nobody = (): string => {
  throw new Error('inspect decides nothing');
};
/** Entries of a shard that are read for their partials, at most: a backlog beyond it is told as a number. */
const MOST_ENTRIES = 1_000;

type Read = {
  readonly m: Manifest;
  readonly lanes: ReadonlyMap<string, LaneMark>;
  readonly shards: readonly LedgerShard[];
  readonly partials: ReadonlyMap<string, readonly PackedPartials[]>;
};

const readLedger = async (stage: StageHere, reads: Reads): Promise<Read> => {
  const fn = aggregateName(reads);
  const deps = { table: stage.ledger, objects: stage.objects, clock: stage.clock, run: stage.run, fn, nonce: nobody };
  const m = await manifests({ ...deps, part: 0 }).read();
  const book = ledger(deps);
  const partials = new Map<string, PackedPartials[]>();
  const add = (p: Readonly<Record<string, PackedPartials>>): void => {
    for (const [id, packed] of Object.entries(p)) partials.set(id, [...(partials.get(id) ?? []), packed]);
  };
  const lanes = new Map<string, LaneMark>();
  let counted: Readonly<Record<string, number>> = {};
  const bytes = m.snap === null ? undefined : await stage.objects.get(m.snap.name);
  if (bytes !== undefined) {
    const snapshot = mustUnderstand('snapshot of refine', unpackJson(bytes) as Snapshot, m.snap?.name ?? '');
    add(snapshot.p);
    counted = snapshot.cur;
    for (const [lane, clock, endedAt] of snapshot.lanes) lanes.set(lane, { ...NEW_LANE, clock, endedAt });
  }
  const ids = new Set([...(await stage.streams[reads].shards()).map((s) => s.id), ...Object.keys(m.cur)]);
  const shards: LedgerShard[] = [];
  for (const shard of [...ids].sort()) {
    const head = await book.newest(shard);
    if (head === undefined) continue;
    for (const [lane, mark] of head.lanes) lanes.set(lane, laterMark(lanes.get(lane) ?? mark, mark));
    const cur = m.cur[shard] ?? 0;
    let waiting = 0;
    for (const entry of await book.after(shard, counted[shard] ?? 0, MOST_ENTRIES)) {
      if (entry.n > cur) waiting += entry.size;
      const body = (await entry.body()) as EntryBody | null;
      if (body !== null) add(body.p);
    }
    shards.push({ shard, head: head.n, waiting: Math.max(0, head.n - cur), bytes: waiting });
  }
  return { m, lanes, shards, partials };
};

/** The lanes of raw shards that nobody has heard of yet hold everything: they are in the roster from the start. */
const unheard = async (stage: StageHere, lanes: ReadonlyMap<string, LaneMark>): Promise<readonly string[]> => {
  const heard = new Set([...lanes.keys()].map(shardOfLane));
  const shards = await stage.streams.raw.shards();
  const ids = new Set(shards.map((s) => s.id));
  return shards.filter((s) => !heard.has(s.id) && !s.parents.some((p) => ids.has(p))).map((s) => s.id);
};

const known = (at: EpochMs | undefined): EpochMs | null =>
  at === undefined || at <= START_OF_TIME + 86_400_000 ? null : at;

/** @param closedAt of the last decision */
export const heldBack = async (
  stage: StageHere,
  plan: Plan,
  q: StatefulQuery,
  lanes: ReadonlyMap<string, LaneMark>,
  closedAt: EpochMs | undefined,
): Promise<Pick<QueryState, 'watermark' | 'closed' | 'holder'>> => {
  const isMine = laneTest(q, plan);
  let least: { lane: string; clock: EpochMs } | null = null;
  for (const [lane, mark] of lanes)
    if (mark.endedAt === 0 && isMine(lane) && (least === null || mark.clock < least.clock))
      least = { lane, clock: mark.clock };
  const missing = readsRawLanes(q, plan) ? await unheard(stage, lanes) : [];
  const first = missing[0];
  if (first !== undefined) least = { lane: `${first}/0`, clock: START_OF_TIME };
  const closed = known(closedAt);
  const watermark = least === null ? closed : known(watermarkOf(q, least.clock));
  return {
    watermark: watermark === null ? closed : Math.max(watermark, closed ?? watermark),
    closed,
    holder: least === null ? null : await holderOf(stage, plan, q, least.lane, least.clock),
  };
};

const stateOf = async (
  stage: StageHere,
  plan: Plan,
  q: StatefulQuery,
  { m, lanes, partials }: Read,
): Promise<QueryState> => ({
  query: q.name,
  ...(await heldBack(stage, plan, q, lanes, m.closed[q.id])),
  open: openWindows(q, partials.get(q.id) ?? [], m.closed[q.id] ?? START_OF_TIME),
});

export const inspect = async (stage: StageHere, plan: Plan): Promise<Inspected> => {
  const rawShards = (await stage.streams.raw.shards()).length;
  const ledgers: LedgerState[] = [];
  const queries: QueryState[] = [];
  for (const reads of ['enriched', 'refined'] as const) {
    const mine = statefulQueries(plan, reads);
    if (mine.length === 0) continue;
    const read = await readLedger(stage, reads);
    const { m, lanes } = read;
    const ended = [...lanes.values()].filter((l) => l.endedAt > 0).length;
    const refined = reads === 'refined' ? new Set(mine.flatMap((q) => q.id)).size * stage.groups : 0;
    ledgers.push({
      function: aggregateName(reads),
      decision: m.v === 0 ? null : { number: m.v, at: m.at },
      outboxPending: m.sent || m.out === null ? 0 : m.out.rows.length,
      snapshot: m.snap?.at ?? null,
      shards: read.shards,
      lanes: { open: lanes.size - ended, ended, most: rawShards * stage.groups + refined },
    });
    for (const q of mine) queries.push(await stateOf(stage, plan, q, read));
  }
  const { pause } = await readPause(stage.ledger);
  return { stage: stage.name, at: stage.clock.now(), paused: pause, ledgers, queries };
};
