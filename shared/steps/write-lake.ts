// enriched, refined -> staged rows. The rows of a batch and the marks of their lanes become one ledger entry under the condition that
// its number is free: that put is the only moment when the batch happens (protocol, sections 5.3 and 5.6). `roll-up-lake` shows it.
import { rejectedEvent, toNdjson } from '../event/reject.ts';
import { Fault } from '../faults.ts';
import type { Inner } from '../lanes/inner.ts';
import { padSeq, position, shardOfLane } from '../lanes/position.ts';
import type { Measures } from '../metrics/list.ts';
import type { Clock, Nonce, Objects, Stream, Table } from '../ports.ts';
import type { Plan } from '../query/plan.ts';
import { days } from '../time.ts';
import type { BatchStep, StreamRecord } from '../trigger/batch.ts';
import { ensureAncestorsRead } from './ancestors.ts';
import { checkpoints } from './checkpoint.ts';
import { countable, homeOf } from './home.ts';
import { type LakeReject, stageBatch } from './lake/stage-batch.ts';
import { packStaged } from './lake/staged.ts';
import { type LakeReads, lakeName, lakeTables } from './lake/tables.ts';
import { inheritedHead } from './ledger/inherit.ts';
import type { LaneMark } from './ledger/lane-marks.ts';
import { type Head, ledger } from './ledger/ledger.ts';
import { keepAside, sideDoorKey } from './side-door.ts';
import { shardTree } from './tree.ts';

export const STAGE = 'write-lake';

export type WriteLakeDeps = {
  readonly plan: Plan;
  /** Which of the two streams `from` is. */
  readonly reads: LakeReads;
  readonly from: Stream;
  readonly table: Table;
  /** Holds staged rows, and under rejected/ what is no event. */
  readonly objects: Objects;
  readonly clock: Clock;
  readonly nonce: Nonce;
  readonly run: string;
  /** Number of key groups. */
  readonly groups: number;
};

/** A lane that ended leaves the entries when no copy of its events can come any more (protocol, section 10). */
const PRUNE_AFTER = days(30);
const TRIES = 5;

const rejectLine = ({ event: e, rule, cause }: LakeReject): string =>
  toNdjson(
    rejectedEvent({
      door: 'rejected',
      stage: STAGE,
      rule,
      cause,
      shard: shardOfLane(e.lane),
      position: position(e.seq, e.index, e.child),
      arrival: e.arrival,
      payload: e.bytes,
    }),
  );

export const writeLake = (deps: WriteLakeDeps): BatchStep => {
  const { clock, run, table, groups } = deps;
  const fn = lakeName(deps.reads);
  const tables = lakeTables(deps.plan, deps.reads);
  const book = ledger({ ...deps, fn });
  const read = checkpoints(table, run, fn);
  const tree = shardTree({ table, stream: deps.from, clock, run });
  const heads = new Map<string, Head>();
  const home = homeOf(deps);

  const headOf = async (shard: string): Promise<Head> => {
    const newest = await book.newest(shard);
    if (newest !== undefined) return newest;
    // A shard may be read for long before it has an entry, so the checkpoint says how far.
    const doneUpTo = async (s: string) => (await read.read(s))?.q as string | undefined;
    if ((await doneUpTo(shard)) === undefined) await ensureAncestorsRead(deps.from, tree, shard, doneUpTo);
    return inheritedHead(book, tree, shard, groups);
  };

  const pruned = (lanes: Map<string, LaneMark>): Map<string, LaneMark> => {
    const oldest = clock.now() - PRUNE_AFTER;
    for (const [lane, m] of lanes) if (m.endedAt > 0 && m.endedAt < oldest) lanes.delete(lane);
    return lanes;
  };

  const commit = async (
    shard: string,
    first: StreamRecord,
    last: StreamRecord,
    items: readonly Inner[],
  ): Promise<Measures> => {
    const head = heads.get(shard) ?? (await headOf(shard));
    heads.set(shard, head);
    const staged = stageBatch(tables, head.lanes, items, clock.now());
    const [passed, rejected] = [staged.rows.length, staged.rejects.length];
    const measures = { EventsIn: passed + rejected, EventsPassed: passed, EventsRejected: rejected };
    if (!staged.applied) return measures;
    const name = `${shard}/${first.seq}-${last.seq}`;
    const aside = sideDoorKey('rejected', run, `${STAGE}/${deps.reads}`, first.arrival, name);
    await keepAside(deps.objects, aside, staged.rejects.map(rejectLine));
    const through = padSeq(last.seq);
    const appended = await book.append(shard, head, {
      lanes: pruned(staged.lanes),
      through: through > head.through ? through : head.through,
      counts: {},
      body: staged.rows.length > 0 ? packStaged(staged.rows) : null,
    });
    if (!appended.ok) throw new Fault('table.unavailable', `${fn} ${shard}: entry ${head.n + 1} is taken`);
    heads.set(shard, appended.head);
    return measures;
  };

  return async (batch) => {
    const { shard, records } = batch;
    const [first, last] = [records[0], records.at(-1)];
    if (first === undefined || last === undefined) return { done: 0 };
    // Without a table only the checkpoint moves on, so that a first table can tell what was read before it.
    const { fences } = await home();
    const items = tables.size === 0 ? [] : countable(batch, fences);
    for (let tries = 1; ; tries++) {
      try {
        const measures = await commit(shard, first, last, items);
        await read.advance(shard, last.seq);
        return { done: records.length, told: { measures } };
      } catch (error) {
        // Number taken, or the put's fate unknown: read the newest entry again and filter with its marks.
        heads.delete(shard);
        if (tries === TRIES || !(error instanceof Fault) || error.code === 'order.ancestor-unread') throw error;
      }
    }
  };
};
