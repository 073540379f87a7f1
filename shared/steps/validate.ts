// Head of the pipeline, raw -> validated: unpacks, stamps position and key group, checks, keeps the clock of each raw shard and
// says in every lane how far the shard has come (protocol, section 5.2).

import { type Adopted, adaptBy } from '../adapters/adapt.ts';
import type { RejectedEvent } from '../event/cloud-event.ts';
import { wholeAmong } from '../event/kpl-sum.ts';
import { positionIdOf } from '../event/position-id.ts';
import { rejectedEvent, toNdjson } from '../event/reject.ts';
import { ScannedEvent } from '../event/scan.ts';
import { type UserRecord, unpackRecord } from '../event/unpack.ts';
import type { Frames } from '../framings/frames.ts';
import type { Patience } from '../lanes/emit.ts';
import { Outbox } from '../lanes/outbox.ts';
import { endOf, type Lane, lane, padSeq, position } from '../lanes/position.ts';
import { groupOfHash, groupOfKey, hashKeyOf, holds, ownedGroups } from '../lanes/ring.ts';
import type { Source } from '../pipeline.ts';
import type { Clock, Objects, Stream, Table } from '../ports.ts';
import { days, type EpochMs, hours, type Ms } from '../time.ts';
import type { BatchStep, StreamRecord } from '../trigger/batch.ts';
import { ensureAncestorsRead } from './ancestors.ts';
import { addRecord, packPage, putHours, readPage, takeOver } from './books/raw-page.ts';
import { checkpoints } from './checkpoint.ts';
import { type Claim, claimAll } from './claims.ts';
import { growthOf } from './growth.ts';
import { homeOf } from './home.ts';
import type { Judge, Verdict } from './judge.ts';
import { takeInTime } from './prefix.ts';
import { keyAt, type Repairs } from './replay/repairs.ts';
import { authorised, claimAgain, placeOf, readEnvelope } from './resubmit.ts';
import { NEW_CLOCK, onEvent, onRecord, onTick, type ShardClock } from './shard-clock.ts';
import { keepAside, sideDoorKey } from './side-door.ts';
import { StageTally } from './stage-tally.ts';
import { ancestorsOf, shardTree, type TreeShard } from './tree.ts';

export const STAGE = 'validate';

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

/** Records whose ids are claimed together: a claim takes milliseconds, which one after the other would be the pace of a shard. */
const CLAIMED_TOGETHER = 64;

/** Added to the retention: the longest that an invocation lives on. */
const TIME_LIMIT: Ms = hours(1);
/**
 * A shard's first record may come long after the reshard, when no tick came between: it announces all ancestors whose lanes can still
 * be in an entry when the END is counted, some streams later. An END after that would bring lanes back that left the entries.
 */
const PRUNED_AFTER: Ms = days(30);
const STREAMS = 3;

type Seen = { readonly user: UserRecord; readonly verdict: Verdict; readonly from?: Source };

type Standing = Pick<StreamRecord, 'seq' | 'arrival'> & { readonly shard: string; readonly seen: readonly Seen[] };
type Refusal = { readonly rule: string; readonly cause: string; readonly field?: string; readonly value?: string };
type Opened =
  | { readonly kind: 'tick' }
  | { readonly kind: 'refused'; readonly why: Refusal }
  | { readonly kind: 'again'; readonly key: string; readonly payload: Uint8Array }
  | { readonly kind: 'events'; readonly seen: readonly Seen[] };

/** What an event says of itself; a rejected one as far as it got. */
const named = (v: Verdict): { id?: string | undefined; source?: string | undefined; type?: string | undefined } =>
  v instanceof ScannedEvent || v.kind === 'reject' ? v : v.event;

export const validate = (deps: ValidateDeps): BatchStep => {
  const { groups, run, clock } = deps;
  const fn = `${STAGE}/${deps.raw.name}`;
  const marks = checkpoints(deps.table, run, fn);
  const tree = shardTree({ table: deps.table, stream: deps.raw, clock, run });
  const announced = new Set<string>();
  const growth = growthOf({ ...deps, tree, marks });
  const home = homeOf(deps);
  const transport = Math.max(0, ...deps.sources.map((s) => s.transport));
  const ticks = deps.sources.every((s) => s.ticks);
  const sourceOf = new Map(deps.sources.flatMap((s) => s.types.map((t) => [t, s] as const)));
  const anySource = deps.sources.find((s) => s.types.length === 0);
  const sourceFor = (type: string | undefined): Source | undefined =>
    (type === undefined ? undefined : sourceOf.get(type)) ?? anySource;

  const sourceOfSeen = ({ from, verdict }: Seen): Source | undefined => from ?? sourceFor(named(verdict).type);
  const adapt = adaptBy(deps.sources);

  const announceEnds = async (shard: string, isFirst: boolean, outbox: Outbox) => {
    const once = (deps.retention ?? hours(24)) + TIME_LIMIT;
    const oldest = clock.now() - (isFirst ? Math.max(once, PRUNED_AFTER - STREAMS * once) : once);
    for (const p of await ancestorsOf(tree, shard)) {
      if (p.closedAt !== null && p.closedAt < oldest) continue;
      const children = tree.known().filter((c) => c.parents.includes(p.id));
      for (const g of ownedGroups(p, groups)) {
        const next = children.filter((c) => ownedGroups(c, groups).includes(g)).map((c) => lane(c.id, g));
        outbox.add(g, { kind: 'end', lane: lane(p.id, g), next });
      }
    }
  };

  const groupOf = (user: UserRecord, owned: readonly number[]): number => {
    const own =
      user.explicitHashKey === undefined
        ? groupOfKey(user.partitionKey, groups)
        : groupOfHash(BigInt(user.explicitHashKey), groups);
    if (owned.includes(own)) return own;
    const h = user.explicitHashKey === undefined ? hashKeyOf(user.partitionKey) : BigInt(user.explicitHashKey);
    return owned[Number(h % BigInt(owned.length))] as number;
  };

  /** KCL's filter, for sources that say their producer is the KPL: a resent copy that lies outside the shard's range. */
  const isResend = (seen: Seen, shard: TreeShard): boolean => {
    const { user } = seen;
    return (
      sourceOfSeen(seen)?.producer === 'kpl' &&
      !holds(shard, user.explicitHashKey === undefined ? hashKeyOf(user.partitionKey) : user.explicitHashKey)
    );
  };

  /**
   * Which of the seen are a producer's second copy. Ids are claimed before the verdict, so a new verdict changes no owner; and what is
   * claimed and not done in this batch is claimed by the same place when it comes again.
   */
  const secondCopies = async (all: readonly Standing[]): Promise<Set<Seen>> => {
    const wanted: Seen[] = [];
    const claims: Claim[] = [];
    for (const { shard, seq, arrival, seen } of all)
      for (const s of seen) {
        const said = named(s.verdict);
        const from = sourceOfSeen(s);
        if (!from || from.deduplicate === null) continue;
        const { id, source } = said;
        if (id === undefined) continue;
        wanted.push(s);
        claims.push({
          source: from.name,
          id: `${source}|${id}`,
          owner: `${shard}/${position(seq, s.user.index)}`,
          arrival,
          keepFor: from.deduplicate,
        });
      }
    if (claims.length === 0) return new Set();
    const owns = await claimAll(deps.table, run, claims, clock.now());
    return new Set(wanted.filter((_, i) => !owns[i]));
  };

  /** What stands in a record of a shard, and whether it may be taken as a whole. */
  const open = async (shard: string, record: StreamRecord, whole: boolean): Promise<Opened> => {
    if (record.data.length === 0) return { kind: 'tick' };
    const unpacked = unpackRecord(record.data, record.partitionKey, whole);
    if (!unpacked.ok) return { kind: 'refused', why: unpacked };
    const again = readEnvelope(unpacked.records);
    if (again !== undefined) return { kind: 'again', ...again };
    const judge = (user: UserRecord): Verdict =>
      deps.judge(user.bytes, record.arrival, () => positionIdOf(shard, record.seq, user.index));
    const adopted = adapt?.(unpacked.records, record.arrival, await deps.frames?.(unpacked.records));
    if (adopted?.ok === false) return { kind: 'refused', why: adopted };
    const seen: readonly Seen[] =
      adopted === undefined
        ? unpacked.records.map((user) => ({ user, verdict: judge(user) }))
        : adopted.events.map(({ user, from, refused }: Adopted) => {
            const verdict = refused ?? judge(user);
            return from === undefined ? { user, verdict } : { user, verdict, from };
          });
    return { kind: 'events', seen };
  };

  /** Records of a batch, opened some at a time, with their second copies told apart. */
  const opener = (shard: string, records: readonly StreamRecord[]) => {
    let from = 0;
    let opened = new Map<StreamRecord, Opened>();
    let copies = new Set<Seen>();
    return async (record: StreamRecord): Promise<{ readonly what: Opened; readonly copies: ReadonlySet<Seen> }> => {
      if (!opened.has(record)) {
        const at = records.indexOf(record, from);
        const some = records.slice(at, at + CLAIMED_TOGETHER);
        const next = new Map<StreamRecord, Opened>();
        const whole = wholeAmong(some.map((r) => r.data));
        for (const r of some) next.set(r, await open(shard, r, whole.has(r.data)));
        const standing = [...next].flatMap(([{ seq, arrival }, o]) =>
          o.kind === 'events' ? [{ shard, seq, arrival, seen: o.seen }] : [],
        );
        copies = await secondCopies(standing);
        [opened, from] = [next, at];
      }
      return { what: opened.get(record) as Opened, copies };
    };
  };

  const aside = (
    door: 'rejected' | 'duplicate',
    shard: string,
    record: StreamRecord,
    index: number,
    payload: Uint8Array,
    why: { rule: string; cause: string; field?: string; value?: string },
    again?: NonNullable<RejectedEvent['again']>,
  ) =>
    toNdjson(
      rejectedEvent({
        door,
        stage: STAGE,
        rule: why.rule,
        cause: why.cause,
        ...(why.field === undefined ? {} : { field: why.field }),
        ...(why.value === undefined ? {} : { value: why.value }),
        shard,
        position: position(record.seq, index),
        arrival: record.arrival,
        ...(again && { again }),
        payload,
      }),
    );

  const begin = (
    shard: TreeShard,
    records: readonly StreamRecord[],
    from: ShardClock,
    outbox: Outbox,
    lines: string[],
    tally: StageTally,
  ) => {
    const opened = opener(shard.id, records);
    const owned = ownedGroups(shard, groups);
    const lanes = new Map(owned.map((g) => [g, lane(shard.id, g)] as const));
    let at = from;

    /** An event that an operator sent again: judged as it would have been at its first place. It moves no clock: it is no news. */
    const takeAgain = async (record: StreamRecord, key: string, payload: Uint8Array): Promise<void> => {
      const again = await authorised(deps.table, run, key, payload);
      const leaves = (door: 'rejected' | 'duplicate', why: Parameters<typeof aside>[5]) => {
        lines.push(aside(door, shard.id, record, 0, payload, why, again && { of: key, ...placeOf(again) }));
        tally.add(1, 0, door === 'rejected' ? 1 : 0);
        if (door === 'duplicate') tally.duplicate++;
      };
      if (again === undefined)
        return leaves('rejected', { rule: 'event.not-an-event', cause: 'nobody sent this event again' });
      const user: UserRecord = { index: 0, partitionKey: record.partitionKey, bytes: payload };
      const seq = again.seq.replace(/^0+(?=.)/, '');
      const verdict = deps.judge(payload, again.arrival, () => positionIdOf(again.shard, seq, again.index));
      const first = { shard: again.shard, seq: again.seq, arrival: again.arrival };
      const copies = await secondCopies([{ ...first, seen: [{ user: { ...user, index: again.index }, verdict }] }]);
      if (copies.size > 0)
        return leaves('duplicate', { rule: 'event.duplicate', cause: `id ${named(verdict).id} came before` });
      if (verdict.kind === 'reject') return leaves('rejected', verdict);
      if ((await deps.repairs?.mayCount(key)) === false)
        return leaves('duplicate', { rule: 'event.duplicate', cause: 'the event itself passed, in its own place' });
      // After the verdict: what is rejected once more may be put right once more.
      if (!(await claimAgain(deps.table, run, key, `${shard.id}/${position(record.seq, 0)}`)))
        return leaves('duplicate', { rule: 'event.duplicate', cause: 'another copy that was sent again came before' });
      const group = groupOf(user, owned);
      tally.add(1, 0, 0);
      outbox.add(group, {
        kind: 'event',
        lane: lanes.get(group) as Lane,
        seq: padSeq(record.seq),
        index: 0,
        child: 0,
        arrival: record.arrival,
        ...(at.clock === NEW_CLOCK.clock ? {} : { clock: at.clock }),
        again,
        key: user.partitionKey,
        bytes: verdict.bytes,
      });
    };

    const take = async (record: StreamRecord) => {
      at = onRecord(at, record.arrival);
      const { what, copies } = await opened(record);
      if (what.kind === 'tick') {
        if (ticks) at = onTick(at, record.arrival, transport);
        return;
      }
      if (what.kind === 'refused') {
        await deps.repairs?.refused(keyAt(shard.id, position(record.seq, 0)));
        lines.push(aside('rejected', shard.id, record, 0, record.data, what.why));
        tally.add(1, 0, 1);
        return;
      }
      if (what.kind === 'again') return takeAgain(record, what.key, what.payload);
      const { seen } = what;
      const seq = padSeq(record.seq);
      const stood = at.clock === NEW_CLOCK.clock ? {} : { clock: at.clock };
      for (const s of seen) {
        const { user, verdict } = s;
        if (copies.has(s) || isResend(s, shard)) {
          const cause = copies.has(s)
            ? `id ${named(verdict).id} came before`
            : 'the KPL sent it again to the shard of its key';
          lines.push(aside('duplicate', shard.id, record, user.index, user.bytes, { rule: 'event.duplicate', cause }));
          tally.add(1, 0, 0);
          tally.duplicate++;
        } else if (verdict.kind === 'reject') {
          await deps.repairs?.refused(keyAt(shard.id, position(record.seq, user.index)));
          lines.push(aside('rejected', shard.id, record, user.index, user.bytes, verdict));
          tally.add(1, 0, 1);
        } else if (await deps.repairs?.isReplaced(keyAt(shard.id, position(record.seq, user.index)))) {
          const cause = 'a copy that was sent again counts in its place';
          lines.push(aside('duplicate', shard.id, record, user.index, user.bytes, { rule: 'event.duplicate', cause }));
          tally.add(1, 0, 0);
          tally.duplicate++;
        } else {
          const group = groupOf(user, owned);
          tally.add(1, 0, 0);
          at = onEvent(at, verdict.time, record.arrival, deps.delay);
          outbox.add(group, {
            kind: 'event',
            lane: lanes.get(group) as Lane,
            seq,
            index: user.index,
            child: 0,
            arrival: record.arrival,
            ...stood,
            key: user.partitionKey,
            bytes: verdict.bytes,
          });
        }
      }
    };
    return { owned, take, clock: () => at };
  };

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
    if (!announced.has(batch.shard)) await announceEnds(batch.shard, before === undefined, outbox);
    const beside = await growth.announce(shard, before);
    for (const [g, branch] of beside.branches) outbox.add(g, branch);
    const lines: string[] = [];
    const tally = new StageTally();
    const start: ShardClock = before
      ? { clock: before.clock as number, rose: (before.rose as number | undefined) ?? null }
      : NEW_CLOCK;
    const { owned, take, clock: now } = begin(shard, batch.records, start, outbox, lines, tally);
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
