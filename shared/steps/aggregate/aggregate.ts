// enriched or refined -> ledger. Drops what is at or below its lane's mark, folds the rest in memory, and commits it with one
// conditional put (protocol, section 5.3).

import { Fault } from '../../faults.ts';
import type { Inner } from '../../lanes/inner.ts';
import { padSeq } from '../../lanes/position.ts';
import type { Clock, Nonce, Objects, Stream, Table, Wake } from '../../ports.ts';
import type { Plan } from '../../query/plan.ts';
import type { SideDeps } from '../../query/side-rows.ts';
import type { Batch, BatchStep } from '../../trigger/batch.ts';
import { ensureAncestorsRead } from '../ancestors.ts';
import { checkpoints } from '../checkpoint.ts';
import { countable, homeOf } from '../home.ts';
import { inheritedHead } from '../ledger/inherit.ts';
import type { LaneMark } from '../ledger/lane-marks.ts';
import { type Head, ledger } from '../ledger/ledger.ts';
import { shardTree } from '../tree.ts';
import { batchFolds } from './columns/batch-folds.ts';
import { entryBody } from './entry-body.ts';
import { type Folded, foldBatch } from './fold-batch.ts';
import { foldersOf } from './folder.ts';
import { lookUp } from './look-up.ts';
import { aggregateName, type Reads } from './name.ts';
import { PRUNE_AFTER } from './prune-after.ts';
import { readerOf } from './read-event.ts';
import { toldOf } from './told.ts';

export type AggregateDeps = SideDeps & {
  readonly plan: Plan;
  /** Which of the two streams this one reads. */
  readonly reads: Reads;
  readonly from: Stream;
  readonly table: Table;
  readonly objects: Objects;
  readonly wake: Wake;
  readonly clock: Clock;
  readonly nonce: Nonce;
  readonly run: string;
  readonly groups: number;
};

const TRIES = 5;

export const aggregate = (deps: AggregateDeps): BatchStep => {
  const { plan, run, groups, clock } = deps;
  const fn = aggregateName(deps.reads);
  const book = ledger({ ...deps, fn });
  const tree = shardTree({ table: deps.table, stream: deps.from, clock, run });
  const folders = foldersOf(plan, deps.reads, deps);
  const columns = batchFolds(folders.map((f) => f.operator.query));
  const read = readerOf(folders.filter((f) => !columns?.folds.has(f.operator.query)));
  const fed = folders.map((f) => f.operator.query.id);
  const heads = new Map<string, Head>();
  const home = homeOf(deps);
  /** How far a shard was read by batches that held nothing to count: no entry says it, and its children must know. */
  const idle = checkpoints(deps.table, run, fn);

  const headOf = async (shard: string): Promise<Head> => {
    const newest = await book.newest(shard);
    if (newest !== undefined) return newest;
    const doneUpTo = async (s: string): Promise<string | undefined> => {
      const [counted, read] = [(await book.newest(s))?.through, (await idle.read(s))?.q as string | undefined];
      return counted === undefined || (read !== undefined && read > counted) ? read : counted;
    };
    await ensureAncestorsRead(deps.from, tree, shard, doneUpTo);
    return inheritedHead(book, tree, shard, groups);
  };

  const pruned = (lanes: Map<string, LaneMark>): Map<string, LaneMark> => {
    const oldest = clock.now() - PRUNE_AFTER;
    for (const [lane, m] of lanes) if (m.endedAt > 0 && m.endedAt < oldest) lanes.delete(lane);
    return lanes;
  };

  const commit = async (batch: Batch, items: readonly Inner[]): Promise<Folded> => {
    const { shard } = batch;
    const head = heads.get(shard) ?? (await headOf(shard));
    const known = await lookUp(folders, head.lanes, items, read);
    const folded = foldBatch(folders, head.lanes, items, clock.now(), known, read, columns);
    const last = batch.records[batch.records.length - 1];
    const through = padSeq(last?.seq ?? '');
    if (!folded.applied) {
      if (through > head.through) await idle.advance(shard, through);
      heads.set(shard, head);
      return folded;
    }
    const appended = await book.append(shard, head, {
      lanes: pruned(folded.lanes),
      through: through > head.through ? through : head.through,
      counts: folded.counts,
      arrived: folded.arrived,
      body: entryBody(folded.partials, folded.side),
      fed,
    });
    if (!appended.ok) throw new Fault('table.unavailable', `${fn} ${shard}: entry ${head.n + 1} is taken`);
    heads.set(shard, appended.head);
    return folded;
  };

  return async (batch) => {
    if (batch.records.length === 0) return { done: 0 };
    const items = countable(batch, (await home()).fences);
    for (let tries = 1; ; tries++) {
      try {
        const folded = await commit(batch, items);
        // A lost wake-up is made good by the schedule.
        if (folded.due) await deps.wake.send(JSON.stringify({ fn })).catch(() => undefined);
        return { done: batch.records.length, told: toldOf(folded, clock.now()) };
      } catch (error) {
        // Number taken, or the put's fate unknown: read the newest entry again and filter with its marks.
        heads.delete(batch.shard);
        if (tries === TRIES || !(error instanceof Fault) || error.code === 'order.ancestor-unread') throw error;
      }
    }
  };
};
