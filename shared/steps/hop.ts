// A hop behind the head: events one by one, marks and ends unchanged and in place; emit, then checkpoint (protocol, section 5.2).
import { rejectedEvent, toNdjson } from '../event/reject.ts';
import type { RejectRule } from '../faults.ts';
import { innerReader } from '../lanes/block.ts';
import type { Patience } from '../lanes/emit.ts';
import type { Inner, StampedEvent } from '../lanes/inner.ts';
import { Outbox } from '../lanes/outbox.ts';
import { groupOfLane, position, shardOfLane } from '../lanes/position.ts';
import type { Clock, Objects, Stream, Table } from '../ports.ts';
import type { BatchStep, StreamRecord } from '../trigger/batch.ts';
import { ensureAncestorsRead } from './ancestors.ts';
import { checkpoints } from './checkpoint.ts';
import { takeInTime } from './prefix.ts';
import { placeOf } from './resubmit.ts';
import { keepAside, sideDoorKey } from './side-door.ts';
import { StageTally } from './stage-tally.ts';
import { shardTree } from './tree.ts';

export type HopReject = {
  readonly rule: RejectRule;
  readonly cause: string;
  readonly query?: string;
  readonly field?: string;
};

/** What a hop makes of one event: the events that go on, in order, and what it refuses. */
export type HopResult = {
  readonly out: readonly StampedEvent[];
  readonly rejects: readonly HopReject[];
  /** How often the event was taken in, for metrics: once for each query that reads it. 1 without it. */
  readonly taken?: number;
  /** How many of these left it out. 0 without it. */
  readonly filtered?: number;
};

export type HopDeps = {
  /** Name of the stage, as in the books and the rejected events. */
  readonly stage: string;
  readonly from: Stream;
  readonly to: Stream;
  readonly table: Table;
  readonly rejected: Objects;
  readonly clock: Clock;
  readonly run: string;
  /** Number of key groups. */
  readonly groups: number;
  /** Whether marks and ends are passed on; false when nobody reads lanes there. */
  readonly passMarks: boolean;
  readonly patience?: Patience;
  /** Called once with all events of a record before they are transformed: look-ups in one go. It may add, never refuse. */
  readonly prepare?: (events: readonly StampedEvent[]) => Promise<void>;
  readonly transform: (event: StampedEvent) => HopResult;
};

const rejectLine = (stage: string, e: StampedEvent, r: HopReject): string =>
  toNdjson(
    rejectedEvent({
      door: 'rejected',
      stage,
      ...r,
      shard: shardOfLane(e.lane),
      position: position(e.seq, e.index, e.child),
      arrival: e.arrival,
      ...(e.again && { again: placeOf(e.again) }),
      payload: e.bytes,
    }),
  );

const foreignLine = (stage: string, shard: string, r: StreamRecord, cause: string): string =>
  toNdjson(
    rejectedEvent({
      door: 'rejected',
      stage,
      rule: 'aggregate.corrupt',
      cause: `not written by a function of this pipeline: ${cause}`,
      shard,
      position: position(r.seq, 0),
      arrival: r.arrival,
      payload: r.data,
    }),
  );

export const hop = (deps: HopDeps): BatchStep => {
  const fn = `${deps.stage}/${deps.from.name}`;
  const marks = checkpoints(deps.table, deps.run, fn);
  const tree = shardTree({ table: deps.table, stream: deps.from, clock: deps.clock, run: deps.run });
  const started = new Set<string>();

  const start = async (shard: string) => {
    if (started.has(shard)) return;
    const done = async (s: string) => (await marks.read(s))?.q as string | undefined;
    if ((await done(shard)) === undefined) await ensureAncestorsRead(deps.from, tree, shard, done);
    started.add(shard);
  };

  return async (batch, budget) => {
    const first = batch.records[0];
    if (first === undefined) return { done: 0 };
    await start(batch.shard);
    const unpack = innerReader(batch.records);
    const outbox = new Outbox(deps.to, deps.groups, deps.patience);
    const aside: string[] = [];
    const tally = new StageTally();
    const pass = (item: Inner) => {
      if (item.kind !== 'event') {
        if (item.kind === 'mark') tally.clock = item.clock;
        if (deps.passMarks) outbox.add(groupOfLane(item.lane), item);
        return;
      }
      const { out, rejects, taken = 1, filtered = 0 } = deps.transform(item);
      tally.add(taken, filtered, rejects.length);
      for (const e of out) outbox.add(groupOfLane(e.lane), e);
      for (const r of rejects) aside.push(rejectLine(deps.stage, item, r));
    };
    const done = await takeInTime(batch, budget, outbox, async (record) => {
      const unpacked = unpack(record);
      if (!unpacked.ok) {
        aside.push(foreignLine(deps.stage, batch.shard, record, unpacked.cause));
        tally.add(1, 0, 1);
        return;
      }
      if (deps.prepare) await deps.prepare(unpacked.items.filter((i) => i.kind === 'event'));
      for (const item of unpacked.items) pass(item);
    });
    await outbox.flush();
    const last = batch.records[done - 1] as StreamRecord;
    const name = `${batch.shard}/${first.seq}-${last.seq}`;
    await keepAside(deps.rejected, sideDoorKey('rejected', deps.run, deps.stage, first.arrival, name), aside);
    await marks.advance(batch.shard, last.seq);
    return { done, told: tally.told(deps.clock.now()) };
  };
};
