// An event that left by the door rejected or late, as the operator's commands see it.
import { createHash } from 'node:crypto';
import type { RejectedEvent } from '../../shared/event/cloud-event.ts';
import { againKey } from '../../shared/steps/resubmit.ts';
import type { EpochMs } from '../../shared/time.ts';

export type Entry = {
  readonly door: 'rejected' | 'late';
  /** Of stage, query and position: what a person types. */
  readonly id: string;
  /** The same in full: names its state, and what a copy that is sent again claims. */
  readonly key: string;
  readonly stage: string;
  /** A rule of shared/faults.ts; `late`. */
  readonly rule: string;
  /** Name or id of the query that failed on it, or that it was late for. */
  readonly query?: string;
  readonly field?: string;
  readonly value?: string;
  readonly cause: string;
  readonly shard: string;
  readonly position: string;
  readonly arrival: EpochMs;
  readonly again?: NonNullable<RejectedEvent['again']>;
  readonly payload: Uint8Array;
  /** Of a late event: event time, the watermark that decided, the window that it missed. */
  readonly late?: {
    readonly time: EpochMs;
    readonly watermark: EpochMs;
    readonly window: readonly [start: EpochMs, end: EpochMs] | null;
  };
  /** What the event says of itself, as far as it can be read. */
  readonly type?: string;
  readonly source?: string;
};

const ID_DIGITS = 8;

/** Eight of 32 letters: two of a million events share one with a chance of 0.4, so a command that gets an id shared by two says so. */
const shortOf = (key: string): string => {
  const digits = createHash('sha256').update(key).digest();
  let out = '';
  for (let i = 0; i < ID_DIGITS; i++) out += 'abcdefghijkmnpqrstuvwxyz23456789'[(digits[i] as number) & 31];
  return out;
};

/** Type and source, wherever they stand in an event or a plain event's wrapper. */
const saysOf = (payload: Uint8Array): { type?: string; source?: string } => {
  try {
    const { type, source } = JSON.parse(Buffer.from(payload).toString()) as { type?: unknown; source?: unknown };
    return {
      ...(typeof type === 'string' && { type }),
      ...(typeof source === 'string' && { source }),
    };
  } catch {
    return {};
  }
};

/** A line of the store of late events, but for the event. */
export type LateRow = {
  readonly query: string;
  readonly shard: string;
  readonly position: string;
  readonly arrival: EpochMs;
  readonly time: EpochMs;
  readonly watermark: EpochMs;
  readonly window_start: EpochMs | null;
  readonly window_end: EpochMs | null;
  readonly again?: NonNullable<RejectedEvent['again']>;
};

/** A row without the fields that are undefined. */
const present = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, v]) => v !== undefined)) as never;

const keyed = (stage: string, query: string | undefined, shard: string, position: string) => {
  const key = againKey(stage, query, shard, position);
  return { key, id: shortOf(key) };
};

export const entryOfRejected = (r: RejectedEvent): Entry => {
  const { stage, rule, query, field, value, cause, shard, position, arrival, again } = r;
  const payload = Buffer.from(r.payload, r.encoding === 'base64' ? 'base64' : 'utf8');
  return {
    door: 'rejected',
    ...keyed(stage, query, shard, position),
    ...{ stage, rule, cause, shard, position, arrival, payload },
    ...present({ query, field, value, again }),
    ...saysOf(payload),
  };
};

/** @param stage `aggregate-enriched` or `aggregate-refined`, as the name of the object says */
export const entryOfLate = (row: LateRow, stage: string, event: Uint8Array): Entry => {
  const { query, shard, position, arrival, time, watermark, window_start: start, window_end: end, again } = row;
  return {
    door: 'late',
    ...keyed('late', query, shard, position),
    ...{ stage, rule: 'late', query, shard, position, arrival, payload: event },
    cause: `later than the watermark ${new Date(watermark).toISOString()}`,
    late: { time, watermark, window: start === null || end === null ? null : [start, end] },
    ...present({ again }),
    ...saysOf(event),
  };
};
