// Head of the pipeline, raw -> validated: unpacks, stamps position and key group, checks, keeps the clock of each raw shard and
// says in every lane how far the shard has come (protocol, section 5.2).
import type { Frames } from '../framings/frames.ts';
import type { Patience } from '../lanes/emit.ts';
import { Outbox } from '../lanes/outbox.ts';
import { endOf, lane, padSeq } from '../lanes/position.ts';
import type { Source } from '../pipeline.ts';
import type { Clock, Objects, Stream, Table } from '../ports.ts';
import type { EpochMs, Ms } from '../time.ts';
import type { BatchStep, StreamRecord } from '../trigger/batch.ts';
import { ensureAncestorsRead } from './ancestors.ts';
import { addRecord, packPage, putHours, readPage, takeOver } from './books/raw-page.ts';
import { checkpoints } from './checkpoint.ts';
import { growthOf } from './growth.ts';
import { homeOf } from './home.ts';
import type { Judge } from './judge.ts';
import { takeInTime } from './prefix.ts';
import type { Repairs } from './replay/repairs.ts';
import { NEW_CLOCK, type ShardClock } from './shard-clock.ts';
import { keepAside, sideDoorKey } from './side-door.ts';
import { StageTally } from './stage-tally.ts';
import { shardTree } from './tree.ts';
import { announceEnds } from './validate/announce-ends.ts';
import { STAGE } from './validate/aside.ts';
import { deskOf } from './validate/desk.ts';
import { taking } from './validate/take.ts';

export { STAGE } from './validate/aside.ts';

export type ValidateDeps = {
  readonly raw: Stream;
  readonly validated: Stream;
  readonly table: Table;
  readonly rejected: Objects;
  readonly clock: Clock;
  readonly run: string;
  /** Number of key groups. */
  readonly groups: number;
  /** The longest watermark delay of the tables that read the stream. */
  readonly delay: Ms;
  readonly sources: readonly Source[];
  /** Opens framed values; absent: no source has a framing. */
  readonly frames?: Frames;
  readonly judge: Judge;
  /** Retention of `raw`: how long after a reshard the ends of its ancestors are announced. */
  readonly retention?: Ms;
  readonly patience?: Patience;
  /** In a replay: what was put right in the run whose past it is. */
  readonly repairs?: Repairs;
};

export const validate = (deps: ValidateDeps): BatchStep => {
  const { groups, run, clock } = deps;
  const fn = `${STAGE}/${deps.raw.name}`;
  const marks = checkpoints(deps.table, run, fn);
  const tree = shardTree({ table: deps.table, stream: deps.raw, clock, run });
  const announced = new Set<string>();
  const growth = growthOf({ ...deps, tree, marks });
  const home = homeOf(deps);
  const takes = taking(deps);

  return async (batch, budget) => {
    const first = batch.records[0];
    if (first === undefined) return { done: 0 };
    await home();
    const shard = await tree.find(batch.shard);
    if (shard === undefined) throw new Error(`${deps.raw.name} lists no shard ${batch.shard}`);
    const before = await marks.read(batch.shard);
    const doneUpTo = async (s: string) => (await marks.read(s))?.q as string | undefined;
    if (before === undefined) {
      await ensureAncestorsRead(deps.raw, tree, batch.shard, doneUpTo);
      await growth.mustBeAnnounced(shard);
    }

    const outbox = new Outbox(deps.validated, groups, deps.patience);
    if (!announced.has(batch.shard)) await announceEnds({ ...deps, tree }, batch.shard, before === undefined, outbox);
    const beside = await growth.announce(shard, before);
    for (const [g, branch] of beside.branches) outbox.add(g, branch);
    const lines: string[] = [];
    const tally = new StageTally();
    const start: ShardClock = before
      ? { clock: before.clock as number, rose: (before.rose as number | undefined) ?? null }
      : NEW_CLOCK;
    const desk = deskOf(shard, groups, { outbox, lines, tally });
    const { owned } = desk;
    const { take, clock: now } = takes(desk, batch.records, start);
    let page = readPage(before?.bk as string | undefined);
    const booked = (before?.q as string | undefined) ?? '';
    const done = await takeInTime(batch, budget, outbox, async (record) => {
      const was = tally.doors();
      await take(record);
      const seq = padSeq(record.seq);
      if (seq > booked) page = addRecord(page, record.arrival, clock.now(), seq, tally.doorsSince(was));
    });
    const last = batch.records[done - 1] as StreamRecord;
    for (const g of owned)
      outbox.add(g, { kind: 'mark', lane: lane(shard.id, g), pos: endOf(last.seq), clock: now().clock });
    await outbox.flush();
    const name = `${batch.shard}/${first.seq}-${last.seq}`;
    await keepAside(deps.rejected, sideDoorKey('rejected', run, STAGE, first.arrival, name), lines);
    const { page: open, over } = takeOver(page);
    await putHours(deps.table, run, fn, batch.shard, over);
    const at = { clock: now().clock, rose: now().rose as EpochMs, bk: packPage(open), ...beside.announced };
    await marks.advance(batch.shard, last.seq, at);
    announced.add(batch.shard);
    if (now().clock !== NEW_CLOCK.clock) tally.clock = now().clock;
    return { done, told: tally.told(clock.now()) };
  };
};
