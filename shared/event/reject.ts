// Events that left by a side door, as lines of NDJSON.
import { isUtf8 } from 'node:buffer';
import type { EpochMs } from '../time.ts';
import type { Json, RejectedEvent } from './cloud-event.ts';
import { stringifyJson } from './json.ts';

const MAX_VALUE = 256;

/** JSON text of at most 256 characters; undefined for what JSON cannot say. */
export const shownValue = (value: unknown): string | undefined => {
  if (value === undefined) return undefined;
  try {
    return stringifyJson(value as Json)
      ?.slice(0, MAX_VALUE)
      .toWellFormed();
  } catch {
    return undefined;
  }
};

export type Rejection = {
  readonly door: RejectedEvent['door'];
  readonly stage: string;
  readonly rule: string;
  readonly query?: string;
  readonly field?: string;
  readonly value?: string;
  readonly cause: string;
  readonly shard: string;
  readonly position: string;
  readonly arrival: EpochMs;
  readonly again?: NonNullable<RejectedEvent['again']>;
  /** The event's bytes as they came. */
  readonly payload: Uint8Array;
};

/** The row that is kept, with the payload as text when it is UTF-8, else in base64: nothing of it is lost. */
export const rejectedEvent = (rejection: Rejection): RejectedEvent => {
  const { payload } = rejection;
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  const encoding = isUtf8(bytes) ? 'utf8' : 'base64';
  return { ...rejection, payload: bytes.toString(encoding), encoding };
};

/** One line of NDJSON, without its line end. */
export const toNdjson = (row: RejectedEvent): string => JSON.stringify(row);
