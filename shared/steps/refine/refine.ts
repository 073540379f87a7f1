// ledger -> refined, late, rejected. Merges partials, closes windows on event time, decides by one conditional put, and only then
// sends (protocol, section 5.4). Any number of runs at the same time is safe.
import { packJson } from '../../fold/pack.ts';
import type { Patience } from '../../lanes/emit.ts';
import type { Told } from '../../metrics/told.ts';
import type { Clock, Nonce, Objects, Stream, Table } from '../../ports.ts';
import type { Plan } from '../../query/plan.ts';
import type { SideDeps } from '../../query/side-rows.ts';
import { readsOf } from '../../query/sides.ts';
import { type EpochMs, minutes, START_OF_TIME } from '../../time.ts';
import type { WakeStep } from '../../trigger/queue.ts';
import type { EntryBody } from '../aggregate/entry-body.ts';
import { aggregateName, type Reads } from '../aggregate/name.ts';
import { PRUNE_AFTER } from '../aggregate/prune-after.ts';
import { mayClose, rowsBehind, watermarkOf } from '../aggregate/watermark.ts';
import { checkpoints } from '../checkpoint.ts';
import { type Fence, homeOf } from '../home.ts';
import { type Entry, ledger } from '../ledger/ledger.ts';
import { type Due, type DueRow, NEW } from '../operators/operator.ts';
import { operatorsOf } from '../operators/operator-of.ts';
import { laneTest, readsRawLanes, statefulQueries } from '../roster.ts';
import { shardTree } from '../tree.ts';
import { type Cursors, type Manifest, manifests, type Outgoing, type OutRow, outboxNumber } from './manifest.ts';
import { dropDead, foldEntry, NEVER, type OpenState, settle, snapshotOf } from './open-state.ts';
import { stateAt } from './rebuild.ts';
import { refusedResult } from './refused-result.ts';
import { eventId, type RowWriter, rowEventWriter } from './row-event.ts';
import { send } from './send.ts';
import { isPartial, sinceOf } from './since.ts';
import { lostRows, mayLeaveRows, type TakenBack, takenBack } from './take-back.ts';

export type RefineDeps = Pick<SideDeps, 'functions'> & {
  readonly plan: Plan;
  readonly reads: Reads;
  /** The stream whose ledger this is: its shards name the entries. */
  readonly from: Stream;
  readonly raw: Stream;
  readonly to: Stream;
  readonly table: Table;
  readonly objects: Objects;
  readonly clock: Clock;
  readonly nonce: Nonce;
  readonly run: string;
  readonly groups: number;
  readonly patience?: Patience;
};

/** After every event time that a date can hold: no lane holds the query back any more. */
const NEVER_HELD: EpochMs = 8_640_000_000_000_000;
const DECIDE_AFTER = minutes(1);
const DECIDE_BYTES = 8 * 1_048_576;
const SNAPSHOT_AFTER = minutes(5);
const SNAPSHOT_BYTES = 16 * 1_048_576;
/** ListShards at most this often, unless asked to settle. */
const LOOK_AFTER = minutes(1);
const PART = 0;

/** A message that asks to decide whatever was folded, with or without rows: at the end of a run, before a pause. */
export const SETTLE = 'settle';

/** The clock that is furthest on: a function's own may stand back. */
const newestOf = (state: OpenState, now: EpochMs): EpochMs => {
  let newest = now;
  for (const { clock } of state.lanes.values()) newest = Math.max(newest, clock);
  return newest;
};

export const refine = (deps: RefineDeps): WakeStep => {
  const { plan, run, groups, clock, objects } = deps;
  const fn = aggregateName(deps.reads);
  const operators = operatorsOf(plan, deps.reads, deps);
  const queries = operators.map((o) => o.query);
  const book = ledger({ ...deps, fn });
  const store = manifests({ ...deps, fn, part: PART });
  const home = homeOf(deps);
  const shards = shardTree({ table: deps.table, stream: deps.from, clock, run });
  const raw = shardTree({ table: deps.table, stream: deps.raw, clock, run });
  const idle = checkpoints(deps.table, run, fn);
  const ranIdle = async (): Promise<boolean> => {
    const read = await Promise.all((await shards.refresh()).map((s) => idle.read(s.id)));
    return read.some((item) => item !== undefined);
  };
  const rebuild = { plan, operators, book, objects, raw, groups, ranIdle };
  const reads = new Map(queries.map((q) => [q.id, laneTest(q, plan)]));
  const holdsRaw = queries.some((q) => readsRawLanes(q, plan));
  const writers = new Map(queries.map((q) => [q.id, rowEventWriter(plan, q.into)]));
  /** Only lanes that a query waits for carry marks, and only a mark that may close a window there is worth a decision. */
  const awaited = queries.flatMap((q) => {
    const readers = statefulQueries(plan, 'refined').filter((r) => readsOf(r).includes(q.id));
    return readers.length === 0 ? [] : [{ id: q.id, readers, behind: rowsBehind(q) }];
  });
  /** Queries with early rows -> how often they may be sent. */
  const periods = queries.flatMap((q) => ('early' in q && q.early !== undefined ? [[q.id, q.early] as const] : []));
  const sending = { ...deps, fn, part: PART };
  const leaving = new Set(queries.filter(mayLeaveRows).map((q) => q.id));

  /** A state that was folded beyond its manifest is used again only while that manifest stands. */
  let memory: { state: OpenState; v: number; ahead: boolean } | null = null;
  let looked: EpochMs = START_OF_TIME;
  /** When no snapshot was made yet: the oldest decision that this sandbox saw. */
  let firstDecision: EpochMs | undefined;

  const recall = async (m: Manifest): Promise<OpenState> => {
    const mine = memory;
    // A crash from here on loses the memory, never the truth.
    memory = null;
    if (mine !== null && mine.v === m.v) return mine.state;
    return stateAt(m, mine !== null && !mine.ahead && mine.v < m.v ? mine.state : null, rebuild);
  };

  const assertAlive = (entry: Entry, body: EntryBody | null, closed: Manifest['closed'], state: OpenState): void => {
    for (const [id, packed] of Object.entries(body?.p ?? {})) {
      const w = closed[id];
      const dead = w === undefined ? null : (state.queries.get(id)?.deadIn(packed, w) ?? null);
      if (dead !== null)
        throw new Error(`${fn}: entry ${entry.n} of ${entry.shard} brings a partial of ${id} for ${dead}`);
    }
  };

  /** Folds what the ledgers hold beyond the state. A shard that goes on from parents waits for what they had. */
  const fold = async (state: OpenState, m: Manifest, eager: boolean): Promise<void> => {
    if (eager || clock.now() - looked >= LOOK_AFTER || shards.known().length === 0) {
      await shards.refresh();
      // A raw shard that ends without a record is heard of by nobody else, and ListShards forgets it.
      if (holdsRaw) await raw.refresh();
      looked = clock.now();
    }
    const ids = shards
      .known()
      .map((s) => s.id)
      .sort();
    for (let moved = true; moved; ) {
      moved = false;
      for (const shard of ids)
        for (const entry of await book.after(shard, state.cur[shard] ?? 0)) {
          if (Object.entries(entry.par ?? {}).some(([p, n]) => (state.cur[p] ?? 0) < n)) break;
          const body = (await entry.body()) as EntryBody | null;
          assertAlive(entry, body, m.closed, state);
          foldEntry(state, entry, body, () => NEW);
          moved = true;
        }
    }
    const oldest = clock.now() - PRUNE_AFTER;
    for (const [lane, c] of state.lanes) if (c.endedAt > 0 && c.endedAt < oldest) state.lanes.delete(lane);
  };

  const watermarks = (state: OpenState, m: Manifest): Record<string, EpochMs> => {
    const out: Record<string, EpochMs> = {};
    for (const q of queries) {
      const isMine = reads.get(q.id) as (lane: string) => boolean;
      let least = Number.POSITIVE_INFINITY;
      for (const [lane, c] of state.lanes) if (c.endedAt === 0 && c.clock < least && isMine(lane)) least = c.clock;
      const w = least === Number.POSITIVE_INFINITY ? NEVER_HELD : watermarkOf(q, least);
      out[q.id] = Math.max(m.closed[q.id] ?? START_OF_TIME, w);
    }
    return out;
  };

  const wantsSnapshot = (state: OpenState, m: Manifest, now: EpochMs): boolean => {
    firstDecision ??= m.v === 0 ? now : m.at;
    return now - (m.snap?.at ?? firstDecision) >= SNAPSHOT_AFTER || state.snapBytes >= SNAPSHOT_BYTES;
  };

  const snapshot = async (state: OpenState, m: Manifest, now: EpochMs): Promise<Manifest['snap']> => {
    if (!wantsSnapshot(state, m, now)) return m.snap;
    // Floors first: a snapshot that is decided stands for entries that may expire, and a floor says only what an entry says.
    for (const tip of state.tips.values()) await book.putFloor(tip);
    const name = `${run}/${fn}/snap/${PART}/${deps.nonce()}`;
    await objects.put(name, packJson(snapshotOf(state)));
    return { name, at: now };
  };
  const outgoing = (
    state: OpenState,
    m: Manifest,
    { rows, refused }: Due,
    w: Manifest['closed'],
    since: Manifest['since'],
    back: readonly TakenBack[],
  ): Outgoing => ({
    rows: [
      ...back.map(({ query, key, event }, i): OutRow => {
        const no = m.next + i;
        return { query, no, key, event: event(outboxNumber(m.epoch, no)) };
      }),
      ...rows.map((row, i): OutRow => {
        const no = m.next + back.length + i;
        const { query } = row;
        const write = writers.get(query.id) as RowWriter;
        const event = write(row, outboxNumber(m.epoch, no), isPartial(row, since));
        return { query: query.id, no, key: row.key, event };
      }),
    ],
    markNo: m.next + back.length + rows.length,
    // A mark without a rise says nothing, and queries that follow each other would answer each other's for ever.
    marks: awaited
      .filter((q) => (w[q.id] as EpochMs) > (m.closed[q.id] ?? START_OF_TIME))
      .map((q) => ({ query: q.id, watermark: (w[q.id] as EpochMs) - q.behind })),
    side: state.side,
    ...(refused.length > 0 && { refused: refused.map(refusedResult) }),
  });

  /** Early rows of the queries whose last ones are old enough. The time of a manifest decides, so that any sandbox goes on from it. */
  const earlyRows = (
    state: OpenState,
    m: Manifest,
    w: Manifest['closed'],
    now: EpochMs,
  ): Map<string, readonly DueRow[]> => {
    const out = new Map<string, readonly DueRow[]>();
    for (const [id, period] of periods) {
      if (now - (m.early[id]?.at ?? NEVER) < period) continue;
      const rows = state.queries.get(id)?.early(w[id] as EpochMs) ?? [];
      if (rows.length > 0) out.set(id, rows);
    }
    return out;
  };

  /** Of a query that left the plan nothing is kept. */
  const earlySent = (m: Manifest, sent: ReadonlyMap<string, unknown>, at: EpochMs, cur: Cursors): Manifest['early'] => {
    const all = periods.map(([id]) => [id, sent.has(id) ? { at, cur } : m.early[id]] as const);
    return Object.fromEntries(all.flatMap(([id, e]) => (e === undefined ? [] : [[id, e]])));
  };

  /** Rows that a table before this one sent: which of them must go, and what is sent in their place. */
  const putRight = async (
    state: OpenState,
    m: Manifest,
    fences: readonly Fence[],
  ): Promise<{ readonly back: readonly TakenBack[]; readonly again: readonly DueRow[] }> => {
    const lost = (await lostRows(m, fn, fences, objects)).filter(({ query }) => leaving.has(query));
    const again = [...Map.groupBy(lost, ({ query }) => query)].flatMap(([query, rows]) => {
      const keys = new Set(rows.map(({ key }) => key));
      return state.queries.get(query)?.standing?.(keys) ?? [];
    });
    return { back: takenBack(lost, new Set(again.map((r) => eventId(r)))), again };
  };

  const toldOf = (rows: number, w: Manifest['closed']): Told => {
    const known = Object.values(w).filter((time) => time > START_OF_TIME && time < NEVER_HELD);
    const delay = known.length === 0 ? undefined : Math.max(0, clock.now() - Math.min(...known));
    return { measures: { EventsPassed: rows, ...(delay !== undefined && { WatermarkDelay: delay }) } };
  };

  /** One decision, unless there is nothing to decide. */
  const decide = async (eager: boolean): Promise<Told> => {
    const { epoch, fences } = await home();
    const read = await store.read();
    const m = read.v === 0 ? { ...read, epoch } : read;
    const state = await recall(m);
    if (m.out !== null && !m.sent) {
      await send(sending, m, m.out);
      await store.markSent(m);
    }
    await fold(state, m, eager);
    const w = watermarks(state, m);
    const now = clock.now();
    const all = [...state.queries].map(([id, q]) => q.due(m.closed[id] ?? START_OF_TIME, w[id] as EpochMs));
    const early = earlyRows(state, m, w, now);
    const { back, again } = await putRight(state, m, fences);
    const due: Due = {
      rows: [...again, ...all.flatMap((d) => d.rows), ...[...early.values()].flat()],
      refused: all.flatMap((d) => d.refused),
    };
    // Entries beyond the snapshot expire some day, even when no more come.
    const stale = state.tips.size > 0 && wantsSnapshot(state, m, now);
    const must =
      stale || (state.fresh > 0 && (eager || now - m.at >= DECIDE_AFTER || state.freshBytes >= DECIDE_BYTES));
    const news = awaited.some((q) =>
      q.readers.some((r) => mayClose(r, (m.closed[q.id] ?? START_OF_TIME) - q.behind, (w[q.id] as EpochMs) - q.behind)),
    );
    if (back.length + due.rows.length + due.refused.length === 0 && !must && !news) {
      memory = { state, v: m.v, ahead: true };
      return toldOf(0, w);
    }
    const since = sinceOf(m, queries, plan, state.missed, newestOf(state, now));
    const out = outgoing(state, m, due, w, since, back);
    dropDead(state, w);
    const snap = await snapshot(state, m, now);
    const cur = { ...state.cur };
    const next: Manifest = {
      v: m.v + 1,
      at: now,
      cur,
      closed: w,
      early: earlySent(m, early, now, cur),
      since,
      next: out.markNo + 1,
      epoch: m.epoch,
      outEpoch: m.epoch,
      out,
      sent: false,
      snap,
    };
    if (!(await store.decide(m, next))) return toldOf(0, w);
    settle(state, new Set(early.keys()));
    for (const id of early.keys()) state.early.set(id, now);
    memory = { state, v: next.v, ahead: false };
    await send(sending, next, out);
    await store.markSent(next);
    if (snap?.name !== m.snap?.name) {
      state.tips.clear();
      state.snapBytes = 0;
    }
    return toldOf(due.rows.length, w);
  };

  return async (bodies) => {
    if (queries.length > 0) return decide(bodies.some((b) => b === SETTLE));
  };
};
