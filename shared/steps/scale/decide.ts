// Whether a stream gets another number of shards: pure, from its load of the last minutes and what was changed before.
import { type EpochMs, hours, type Ms } from '../../time.ts';

/** What a stream took in one minute. */
export type MinuteLoad = { readonly bytes: number; readonly records: number };

export type ScaleSettings = {
  readonly min: number;
  /** Never above the number of key groups: a group goes to one shard. */
  readonly max: number;
  readonly coolDown: Ms;
};

export type StreamNow = {
  readonly open: number;
  /** A stream that is being changed, or on demand, is left alone. */
  readonly steady: boolean;
  /** Minute by minute, oldest first; a minute without a value took nothing. */
  readonly minutes: readonly MinuteLoad[];
  /** When it was changed before, by anybody who told the table. */
  readonly changes: readonly EpochMs[];
};

export type Decision =
  | { readonly kind: 'stay'; readonly why: string }
  | { readonly kind: 'change'; readonly to: number; readonly why: string };

/** What a shard takes in a minute. */
export const SHARD_MINUTE: MinuteLoad = { bytes: 60 * 1_000_000, records: 60 * 1_000 };
/** Above this share of its shards for 3 minutes a stream grows, to half full: a peak or a backlog finds room. */
export const GROW_ABOVE = 0.7;
const GROW_TO = 0.5;
const GROW_MINUTES = 3;
/** Below this share of the shards it would have, for 15 minutes, it shrinks. Far from GROW_ABOVE, so that it does not swing. */
const SHRINK_BELOW = 0.35;
export const SHRINK_MINUTES = 15;
/** UpdateShardCount: at most double, at least half, ten times in 24 hours. One is left for a person. */
const MOST_CHANGES = 9;
const CHANGES_WITHIN = hours(24);

/** How many shards a minute's load fills. */
export const shardsFull = ({ bytes, records }: MinuteLoad): number =>
  Math.max(bytes / SHARD_MINUTE.bytes, records / SHARD_MINUTE.records);

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const stay = (why: string): Decision => ({ kind: 'stay', why });

export const decide = (now: EpochMs, stream: StreamNow, settings: ScaleSettings): Decision => {
  const { open, minutes, changes } = stream;
  const { min, max, coolDown } = settings;
  if (!stream.steady) return stay('the stream is being changed, or is on demand');
  const last = Math.max(Number.NEGATIVE_INFINITY, ...changes);
  if (now - last < coolDown) return stay(`changed less than ${Math.round(coolDown / 60_000)} minutes ago`);
  if (changes.filter((at) => now - at < CHANGES_WITHIN).length >= MOST_CHANGES)
    return stay(`changed ${MOST_CHANGES} times in 24 hours; AWS allows ten`);
  const change = (to: number, why: string): Decision =>
    to === open
      ? stay(`${why}, at its bound of ${open}`)
      : { kind: 'change', to, why: `${why}: ${open} -> ${to} shards` };

  const full = minutes.map(shardsFull);
  // Bounds that somebody set differently are kept, step by step.
  if (open < min) return change(Math.min(open * 2, min, max), `fewer than ${min} shards`);
  if (open > max) return change(Math.max(Math.ceil(open / 2), max), `more than ${max} shards`);

  const recent = full.slice(-GROW_MINUTES);
  const least = Math.min(...recent) / open;
  if (recent.length === GROW_MINUTES && least >= GROW_ABOVE) {
    const wanted = Math.ceil(Math.max(...recent) / GROW_TO);
    return change(
      Math.max(open, Math.min(wanted, open * 2, max)),
      `${percent(least)} full for ${GROW_MINUTES} minutes`,
    );
  }
  const quiet = full.slice(-SHRINK_MINUTES);
  if (quiet.length === SHRINK_MINUTES) {
    const most = Math.max(...quiet);
    const to = Math.max(Math.ceil(open / 2), Math.ceil(most / SHRINK_BELOW), min, 1);
    if (to < open) return change(to, `${percent(most / open)} full at most for ${SHRINK_MINUTES} minutes`);
  }
  return stay(`${percent((full.at(-1) ?? 0) / open)} full`);
};
