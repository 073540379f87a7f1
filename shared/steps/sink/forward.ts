// refined -> a destination that takes messages. Each row is sent once, in the order of its key: one ledger entry a batch keeps how far each
// lane was sent. A crash between the sending and the entry sends that batch again, with the same ids.
import { asFault } from '../../faults.ts';
import type { Patience } from '../../lanes/emit.ts';
import type { StampedEvent } from '../../lanes/inner.ts';
import { padSeq } from '../../lanes/position.ts';
import type { Clock, Nonce, Objects, Stream, Table } from '../../ports.ts';
import { days } from '../../time.ts';
import type { BatchStep, Progress } from '../../trigger/batch.ts';
import { ensureAncestorsRead } from '../ancestors.ts';
import { checkpoints } from '../checkpoint.ts';
import { homeOf, isFenced } from '../home.ts';
import { inheritedHead } from '../ledger/inherit.ts';
import { isBeyond, type LaneMark, NEW_LANE } from '../ledger/lane-marks.ts';
import { type Head, ledger } from '../ledger/ledger.ts';
import { keepAside, nameWithLines, sideDoorKey } from '../side-door.ts';
import { shardTree } from '../tree.ts';
import { deliver } from './deliver.ts';
import type { Destination, SinkRow } from './destination.ts';
import { readBatch, refusal, toldOf, whereOf } from './read-batch.ts';
import { readSinkRow, type SinkTables } from './read-sink-row.ts';

export type ForwardDeps = {
  readonly stage: string;
  readonly tables: SinkTables;
  /** With `atOnce` 1: the order of a key. */
  readonly destination: Destination;
  readonly from: Stream;
  readonly table: Table;
  readonly rejected: Objects;
  readonly clock: Clock;
  readonly nonce: Nonce;
  readonly run: string;
  /** Number of key groups. */
  readonly groups: number;
  readonly patience?: Patience;
};

/** A lane that ended leaves the entries when no copy of its rows can come any more (protocol, section 10). */
const PRUNE_AFTER = days(30);

type Fresh = { readonly row: SinkRow; readonly event: StampedEvent; readonly record: number; readonly at: number };

export const forward = (deps: ForwardDeps): BatchStep => {
  const { stage, tables, destination, run, table, clock, groups } = deps;
  const fn = `${stage}/${deps.from.name}`;
  const book = ledger({ ...deps, fn, objects: deps.rejected });
  const read = checkpoints(table, run, fn);
  const home = homeOf(deps);
  const tree = shardTree({ table, stream: deps.from, clock, run });

  /** Read for every batch: another sandbox may have sent since this one did, and what is sent by an old head is sent again. */
  const headOf = async (shard: string): Promise<Head> => {
    const newest = await book.newest(shard);
    if (newest !== undefined) return newest;
    const doneUpTo = async (s: string) => (await read.read(s))?.q as string | undefined;
    if ((await doneUpTo(shard)) === undefined) await ensureAncestorsRead(deps.from, tree, shard, doneUpTo);
    return inheritedHead(book, tree, shard, groups);
  };

  const pruned = (lanes: Map<string, LaneMark>): Map<string, LaneMark> => {
    const oldest = clock.now() - PRUNE_AFTER;
    for (const [lane, m] of lanes) if (m.endedAt > 0 && m.endedAt < oldest) lanes.delete(lane);
    return lanes;
  };

  /** Of the items before `until`, those that are new, and the marks behind them. */
  const walk = (
    items: ReturnType<typeof readBatch>['items'],
    before: Head['lanes'],
    until: number,
  ): {
    readonly lanes: Map<string, LaneMark>;
    readonly fresh: readonly Fresh[];
    readonly lines: readonly string[];
    readonly moved: boolean;
  } => {
    const lanes = new Map(before);
    const fresh: Fresh[] = [];
    const lines: string[] = [];
    let moved = false;
    items.slice(0, until).forEach(({ item, record }, at) => {
      const mark = lanes.get(item.lane);
      if (item.kind === 'end' && mark !== undefined && mark.endedAt === 0) {
        lanes.set(item.lane, { ...mark, endedAt: clock.now() });
        moved = true;
      }
      if (item.kind !== 'event') return;
      const found = readSinkRow(item, tables);
      if (found.kind === 'other' || !isBeyond(mark ?? NEW_LANE, item.seq, item.index, item.child)) return;
      lanes.set(item.lane, { ...NEW_LANE, seq: item.seq, index: item.index, child: item.child });
      moved = true;
      if (found.kind === 'row') fresh.push({ row: found.row, event: item, record, at });
      else lines.push(refusal(stage, found.rule, found.cause, whereOf(item)));
    });
    return { lanes, fresh, lines, moved };
  };

  return async (batch, budget): Promise<Progress> => {
    const { shard, records } = batch;
    const [first, last] = [records[0], records.at(-1)];
    if (first === undefined || last === undefined) return { done: 0 };
    if (tables.size === 0) {
      // Only the checkpoint moves on, so that a first table can tell what was read before it.
      await read.advance(shard, last.seq);
      return { done: records.length };
    }
    const { fences } = await home();
    const { items: found, aside } = readBatch(batch, stage);
    const items = found.filter(({ item }) => !isFenced(item, fences));
    const head = await headOf(shard);
    const all = walk(items, head.lanes, items.length);
    const { undone, refused, fault } = await deliver(destination, all.fresh, budget, deps.patience);
    // Rows go in their order, so what is before the first one undone is done.
    const stop = undone.reduce((least, f) => Math.min(least, f.at), items.length);
    const done = undone.reduce((least, f) => Math.min(least, f.record), records.length);
    const sent = stop === items.length ? all : walk(items, head.lanes, stop);
    const lines = [
      ...aside,
      ...sent.lines,
      ...refused.map(({ of, rule, cause }) => refusal(stage, rule, cause, whereOf(of.event))),
    ];
    const name = nameWithLines(`${shard}/${first.seq}-${last.seq}`, lines);
    await keepAside(deps.rejected, sideDoorKey('rejected', run, stage, first.arrival, name), lines);
    const through = done === 0 ? head.through : padSeq((records[done - 1] ?? last).seq);
    if (sent.moved) {
      const appended = await book.append(shard, head, {
        lanes: pruned(sent.lanes),
        through: through > head.through ? through : head.through,
        counts: {},
        body: null,
      });
      // Number taken: another run sent these rows too. The batch comes again and is filtered with the marks that stand there.
      if (!appended.ok)
        return {
          done: 0,
          fault: asFault('table.unavailable', new Error(`${fn} ${shard}: entry ${head.n + 1} is taken`)),
        };
    }
    if (done > 0) await read.advance(shard, through);
    const rejected = refused.length + sent.lines.length;
    const told = toldOf(all.fresh.length + all.lines.length, undone.length, rejected);
    return { done, ...(fault && { fault }), told };
  };
};
