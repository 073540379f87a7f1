// Why a query's watermark stands where it stands, in words: the lane that is furthest back, and what that lane waits for.
import { shardOfLane } from '../../shared/lanes/position.ts';
import type { Stream } from '../../shared/ports.ts';
import type { Plan, StatefulQuery } from '../../shared/query/plan.ts';
import { checkpoints } from '../../shared/steps/checkpoint.ts';
import { isRefinedLane, queryOfLane } from '../../shared/steps/roster.ts';
import { type EpochMs, type Ms, minutes, START_OF_TIME, seconds } from '../../shared/time.ts';
import { instant } from '../failed/show.ts';
import type { StageHere } from '../stage/stage-here.ts';

export type Holder = {
  readonly lane: string;
  /** Its clock; null: it has shown none. */
  readonly clock: EpochMs | null;
  /** How far the clock is behind the present. */
  readonly behind: Ms | null;
  readonly says: string;
};

/** `12 minutes`, `3 seconds`, `2 days`. */
export const showSpan = (ms: Ms): string => {
  const of = (n: number, unit: string) => `${n} ${unit}${n === 1 ? '' : 's'}`;
  const s = Math.max(0, Math.round(ms / 1_000));
  if (s < 120) return of(s, 'second');
  if (s < 7_200) return of(Math.round(s / 60), 'minute');
  return s < 172_800 ? of(Math.round(s / 3_600), 'hour') : of(Math.round(s / 86_400), 'day');
};

/** So far behind is on its way. */
const FRESH: Ms = seconds(15);
/** Sequence numbers differ in their last digits. */
const shortSeq = (seq: string): string => `…${seq.slice(-8)}`;

/** A hop whose stream holds records behind its checkpoint, and where it stands. */
const stuckIn = async (stage: StageHere, fn: string, stream: Stream): Promise<string | null> => {
  const marks = checkpoints(stage.ledger, stage.run, `${fn}/${stream.name}`);
  for (const { id } of await stream.shards()) {
    const at = (await marks.read(id))?.q as string | undefined;
    if (await stream.hasRecordAfter(id, at?.replace(/^0+(?=.)/, '')))
      return `hop ${fn} stands in ${stream.name} ${id} ${at === undefined ? 'at its beginning' : `at ${shortSeq(at)}`}, with records before it`;
  }
  return null;
};

const ofRawLane = async (stage: StageHere, lane: string, clock: EpochMs): Promise<string> => {
  const { raw, validated } = stage.streams;
  const shard = shardOfLane(lane);
  const now = stage.clock.now();
  const shards = await raw.shards();
  const listed = shards.find((s) => s.id === shard);
  const mark = await checkpoints(stage.ledger, stage.run, `validate/${raw.name}`).read(shard);
  const behind = clock <= START_OF_TIME ? 'has shown no event yet' : `is ${showSpan(now - clock)} behind`;
  const head = `raw shard ${shard} ${behind}`;
  if (now - clock < FRESH) return head;
  const [read, said, rose] = [
    mark?.q as string | undefined,
    mark?.clock as EpochMs | undefined,
    mark?.rose as EpochMs | undefined,
  ];
  if (mark === undefined)
    return listed === undefined
      ? `${head}: the stream lists it no more, and validate never read it`
      : (await raw.hasRecordAfter(shard))
        ? `${head}: validate has not read it`
        : `${head}: no record came, no tick either`;
  if (said !== undefined && said > clock) {
    const stuck = await stuckIn(stage, 'enrich', validated);
    return `${head}: validate has come to ${instant(said)}${stuck === null ? '; its marks are on their way through the hops' : `; ${stuck}`}`;
  }
  if (listed?.closed !== false && shards.some((s) => s.parents.includes(shard)))
    return `${head}: it is closed, and its end has not come: the first record or tick of ${shards
      .filter((s) => s.parents.includes(shard))
      .map((s) => s.id)
      .join(' and ')} brings it`;
  if (await raw.hasRecordAfter(shard, read?.replace(/^0+(?=.)/, ''))) return `${head}: validate has records before it`;
  const since = rose === undefined ? '' : `; its last event that was news arrived ${instant(rose)}`;
  return now - (rose ?? now) > minutes(2)
    ? `${head}: no tick has moved it${since}. Does the function tick run?`
    : `${head}: events of it come late, or a tick is due${since}`;
};

/** @param clock of the lane */
export const holderOf = async (
  stage: StageHere,
  plan: Plan,
  q: StatefulQuery,
  lane: string,
  clock: EpochMs,
): Promise<Holder> => {
  const isKnown = clock > START_OF_TIME;
  const behind = isKnown ? stage.clock.now() - clock : null;
  const base = { lane, clock: isKnown ? clock : null, behind };
  if (!isRefinedLane(lane)) return { ...base, says: await ofRawLane(stage, lane, clock) };
  const id = queryOfLane(lane);
  const name = plan.queries.find((r) => r.id === id)?.name ?? id;
  const says = `${q.name} waits for ${name}, which ${behind === null ? 'has closed nothing yet' : `is ${showSpan(behind)} behind`}`;
  return { ...base, says };
};
