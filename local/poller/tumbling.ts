// A mapping's tumbling window: state that one invocation hands to the next, by the records' arrival.
import { type EpochMs, seconds } from '../../shared/time.ts';
import type { StreamRecord } from '../../shared/trigger/batch.ts';

const MAX_STATE = 1024 * 1024;

export type WindowFields = {
  readonly window: { readonly start: string; readonly end: string };
  readonly state: unknown;
  readonly shardId: string;
  readonly eventSourceARN: string;
  readonly isFinalInvokeForWindow: boolean;
  readonly isWindowTerminatedEarly: boolean;
};

export type Tumbling = {
  /** How many of these records one invocation may carry: those of one window. */
  sameWindow(records: readonly StreamRecord[]): number;
  /** When the open window ends: now when it is too full, or when `next`, the record that waits, lies behind it. */
  ends(next: StreamRecord | undefined): EpochMs | 'now' | undefined;
  /** The fields beside `Records`. Opens the window of the first record when none is open. */
  fields(first: StreamRecord | undefined, final: boolean): WindowFields;
  /** Takes the state of an answer; false when it has none, which is a failure. */
  accept(value: unknown, final: boolean): boolean;
};

/** @param length in seconds, up to 900 */
export const tumbling = (length: number, shardId: string, eventSourceARN: string): Tumbling => {
  const size = seconds(length);
  let open: { readonly start: EpochMs; readonly state: unknown; readonly early: boolean } | undefined;
  const startOf = (record: StreamRecord): EpochMs => Math.floor(record.arrival / size) * size;
  return {
    sameWindow(records) {
      const start = open?.start ?? (records[0] && startOf(records[0]));
      const end = records.findIndex((r) => startOf(r) !== start);
      return end < 0 ? records.length : end;
    },
    ends(next) {
      if (open === undefined) return undefined;
      return open.early || (next !== undefined && startOf(next) !== open.start) ? 'now' : open.start + size;
    },
    fields(first, final) {
      open ??= { start: first === undefined ? 0 : startOf(first), state: {}, early: false };
      const { start, state, early } = open;
      return {
        window: { start: new Date(start).toISOString(), end: new Date(start + size).toISOString() },
        state,
        shardId,
        eventSourceARN,
        isFinalInvokeForWindow: final,
        isWindowTerminatedEarly: early,
      };
    },
    accept(value, final) {
      if (final) {
        open = undefined;
        return true;
      }
      if (typeof value !== 'object' || value === null || !('state' in value) || value.state == null) return false;
      const { state } = value;
      if (open !== undefined) open = { ...open, state, early: JSON.stringify(state).length > MAX_STATE };
      return true;
    },
  };
};
