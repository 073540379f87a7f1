// The control records of an inner stream, and whether bytes that claim to be one are.
import type { EpochMs } from '../time.ts';

/**
 * One raw record: [sequence number less the one before in hex, '' for the first; arrival less the first one's; its shard's clock
 * before it, less the first arrival, null when there was none; indexes, or [index, child]]
 */
export type Origin = [delta: string, arrival: number, clock: number | null, ...at: (number | [number, number])[]];
/** Where an event stood the first time: raw shard, sequence number, index, arrival, the one query that takes it. */
export type AgainStamp = [shard: string, seq: string, index: number, arrival: EpochMs, only: string | null];
/** `p`: the first sequence number without leading zeros; `a`: the first arrival; `r`: of events that were sent again. */
export type Stamp = { millrace: 'stamp'; l: string; p: string; a: EpochMs; o: Origin[]; r?: AgainStamp };
export type Control =
  | Stamp
  | { millrace: 'mark'; l: string; p: string; c: EpochMs }
  | { millrace: 'end' | 'branch'; l: string; n: readonly string[] };

const POSITION = /^\d{56}\.\d{5}\.\d{10}$/;
const isText = (v: unknown): boolean => typeof v === 'string';
const isOrigin = (v: unknown): boolean =>
  Array.isArray(v) &&
  /^[0-9a-f]{0,48}$/.test(String(v[0])) &&
  isText(v[0]) &&
  Number.isSafeInteger(v[1]) &&
  (v[2] === null || Number.isSafeInteger(v[2]));

const isAgain = (v: unknown): boolean =>
  Array.isArray(v) &&
  isText(v[0]) &&
  /^\d{1,56}$/.test(String(v[1])) &&
  Number.isSafeInteger(v[2]) &&
  Number.isSafeInteger(v[3]) &&
  (v[4] === null || isText(v[4]));

const isControl = (c: Partial<Record<string, unknown>>): boolean => {
  if (!isText(c.l)) return false;
  switch (c.millrace) {
    case 'mark':
      return POSITION.test(String(c.p)) && Number.isSafeInteger(c.c);
    case 'end':
    case 'branch':
      return Array.isArray(c.n) && c.n.every(isText);
    case 'stamp':
      return (
        isText(c.p) &&
        /^\d{1,56}$/.test(c.p as string) &&
        Number.isSafeInteger(c.a) &&
        Array.isArray(c.o) &&
        c.o.every(isOrigin) &&
        (c.r === undefined || isAgain(c.r))
      );
    default:
      return false;
  }
};

/** @throws Error when the text is none: a function that believed it would fail on it again and again */
export const readControl = (text: string): Control => {
  const c: unknown = JSON.parse(text);
  if (!isControl(c as Partial<Record<string, unknown>>))
    throw new TypeError(`no stamp, mark, end or branch: ${text.slice(0, 80)}`);
  return c as Control;
};
