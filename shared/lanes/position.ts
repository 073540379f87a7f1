// Where an event stands in `raw`: sequence number, index inside the record, child number of a fan-out.
// As text, `seq` zero-padded to 56 digits `.` 5-digit index `.` 10-digit child; compared as text, never as Number.

import type { Again } from './inner.ts';

export type Position = string;
/** Raw shard + `/` + key group, or `m.<fn>.<query>.<part>/<group>` on refined streams. */
export type Lane = string;

export const SEQ_DIGITS = 56;
/** A raw record unpacks to at most this many events (protocol, section 5.2), so five digits are enough. */
export const MAX_INDEX = 20_000;

export const padSeq = (seq: string): string => seq.padStart(SEQ_DIGITS, '0');
const INDEX_DIGITS = 5;
/** Room for 10 million queries' numbers times 1,000 elements of UNNEST, so that queries hardly ever fall on one number. */
export const CHILD_DIGITS = 10;
const padded = (n: number, digits: number): string => String(n).padStart(digits, '0');

export const position = (seq: string, index: number, child = 0): Position =>
  `${padSeq(seq)}.${padded(index, INDEX_DIGITS)}.${padded(child, CHILD_DIGITS)}`;

const LAST = `${'9'.repeat(INDEX_DIGITS)}.${'9'.repeat(CHILD_DIGITS)}`;
/** After every position: the lane has ended. */
export const END: Position = `${'9'.repeat(SEQ_DIGITS)}.${LAST}`;
/** The end of a record: no event of it stands later. */
export const endOf = (seq: string): Position => `${padSeq(seq)}.${LAST}`;

/** The event's place in the order of arrival: the first one, where it was sent again by an operator. */
export const arrivalPlace = <E extends Placed>(e: E): E =>
  e.again === undefined
    ? e
    : { ...e, lane: lane(e.again.shard, 0), seq: e.again.seq, index: e.again.index, arrival: e.again.arrival };
type Placed = { lane: Lane; seq: string; index: number; arrival: number; again?: Again };

export const lane = (shard: string, group: number): Lane => `${shard}/${group}`;
export const groupOfLane = (l: Lane): number => Number(l.slice(l.lastIndexOf('/') + 1));
export const shardOfLane = (l: Lane): string => l.slice(0, l.lastIndexOf('/'));
