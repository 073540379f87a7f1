// What lies in the streams, read once from beginning to end: nothing here is shared with the steps but the decoding of records.
import { unpackRecord } from '../../shared/event/unpack.ts';
import { unpackInner } from '../../shared/lanes/block.ts';
import type { StampedEvent } from '../../shared/lanes/inner.ts';
import { type Lane, type Position, position, shardOfLane } from '../../shared/lanes/position.ts';
import { type Fence, isFenced } from '../../shared/steps/home.ts';
import type { Journal } from './journal.ts';
import { DELAY } from './scenario.ts';
import type { Scene } from './world/scene.ts';

export const NEVER = Number.NEGATIVE_INFINITY;
const MINUTE = 60_000;
const TRANSPORT = 5_000;

/** An event where it first stands in a stream, with the clock of its lane at that place. */
export type Seen = {
  readonly e: StampedEvent;
  readonly pos: Position;
  readonly clock: number;
  /** Sequence number of the record. */
  readonly record: string;
};

/**
 * Each position of a stream once. Parents come before children.
 * @param fences numbers that count for nobody
 * @param begun  told the lanes of added shards, and the clock that they begin at
 */
export const firstTimes = (
  log: Journal,
  problems: string[],
  fences: readonly Fence[] = [],
  begun: (lane: Lane, clock: number) => void = () => undefined,
): readonly Seen[] => {
  const lanes = new Map<string, { pos: string; clock: number; ended: boolean }>();
  const out: Seen[] = [];
  for (const shard of log.family())
    for (const record of log.all(shard.id)) {
      const unpacked = unpackInner(record.data);
      if (!unpacked.ok) {
        problems.push(`${log.name}: ${unpacked.cause}`);
        continue;
      }
      for (const item of unpacked.items) {
        if (isFenced(item, fences)) continue;
        const lane = lanes.get(item.lane) ?? { pos: '', clock: NEVER, ended: false };
        if (lane.ended) continue;
        if (item.kind === 'end') {
          lanes.set(item.lane, { ...lane, ended: true });
          for (const next of item.next)
            if (!lanes.has(next)) lanes.set(next, { pos: '', clock: lane.clock, ended: false });
          continue;
        }
        if (item.kind === 'branch') {
          for (const next of item.next)
            if (!lanes.has(next)) {
              lanes.set(next, { pos: '', clock: lane.clock, ended: false });
              begun(next, lane.clock);
            }
          continue;
        }
        const pos = item.kind === 'mark' ? item.pos : position(item.seq, item.index, item.child);
        if (pos <= lane.pos) continue;
        const clock = Math.max(lane.clock, item.clock ?? NEVER);
        if (item.kind === 'event') out.push({ e: item, pos, clock, record: record.seq });
        lanes.set(item.lane, { pos, clock, ended: false });
      }
    }
  return out;
};

/**
 * For each event, the greatest clock that its raw shard may have shown before it: later than that minus the delay is on time.
 * @returns by `<raw shard> <position>`
 */
export const rawClocks = (world: Scene): ReadonlyMap<string, number> => {
  const out = new Map<string, number>();
  const ends = new Map<string, number>();
  // An added shard begins where the lanes beside it stood when it was announced.
  const begun = new Map<string, number>();
  if (world.raw.grows)
    firstTimes(world.validated, [], [], (lane, clock) => {
      begun.set(shardOfLane(lane), Math.max(clock, begun.get(shardOfLane(lane)) ?? NEVER));
    });
  for (const shard of world.raw.family()) {
    let clock = Math.max(begun.get(shard.id) ?? NEVER, ...shard.parents.map((p) => ends.get(p) ?? NEVER));
    let rose: number | null = null;
    for (const record of world.raw.all(shard.id)) {
      const { arrival } = record;
      rose ??= arrival;
      if (record.data.length === 0) {
        if (arrival - rose >= MINUTE) clock = Math.max(clock, arrival - TRANSPORT);
        continue;
      }
      const unpacked = unpackRecord(record.data, record.partitionKey);
      const users = unpacked.ok ? unpacked.records : [];
      for (const { index } of users) {
        const at = `${shard.id} ${position(record.seq, index)}`;
        const sent = world.sent.get(at);
        if (sent?.kind !== 'click') continue;
        out.set(at, clock);
        const capped = Math.min(sent.time, arrival);
        // Of two copies only one may count: the other must not keep a tick away.
        if (capped > clock - DELAY && !(sent.copied && world.shape.deduplicate)) rose = Math.max(rose, arrival);
        clock = Math.max(clock, capped);
      }
    }
    ends.set(shard.id, clock);
  }
  return out;
};
