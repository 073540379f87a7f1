// The clock of one raw shard, as head keeps it (protocol, section 2): decided by arrivals in the shard alone, so that a
// redelivery in other batches comes to the same clock at the same record.
import { type EpochMs, type Ms, minutes, START_OF_TIME } from '../time.ts';

/**
 * `rose`: the latest arrival of a record with an event newer than clock - delay; null before the first record of the shard. Arrivals
 * are approximate and may step back a little; `rose` does not.
 */
export type ShardClock = { readonly clock: EpochMs; readonly rose: EpochMs | null };

export const NEW_CLOCK: ShardClock = { clock: START_OF_TIME, rose: null };

/** A shard is silent when no event kept up for this long, by arrivals. */
const SILENCE: Ms = minutes(1);

/** A record arrived: the first one of a shard, tick or not, sets `rose`. */
export const onRecord = (c: ShardClock, arrival: EpochMs): ShardClock =>
  c.rose === null ? { ...c, rose: arrival } : c;

/** @param delay the longest watermark delay of the stream's tables */
export const onEvent = (c: ShardClock, time: EpochMs, arrival: EpochMs, delay: Ms): ShardClock => {
  const capped = Math.min(time, arrival);
  if (capped <= c.clock - delay) return c;
  if (capped <= c.clock && c.rose !== null && arrival <= c.rose) return c;
  return { clock: Math.max(c.clock, capped), rose: Math.max(c.rose ?? arrival, arrival) };
};

/** A tick moves the clock only in a shard that was silent; it never moves it back. */
export const onTick = (c: ShardClock, arrival: EpochMs, transport: Ms): ShardClock =>
  c.rose !== null && arrival - c.rose >= SILENCE ? { ...c, clock: Math.max(c.clock, arrival - transport) } : c;
