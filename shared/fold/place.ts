// The order of arrival: (arrival, raw shard, sequence number, index, child, element of UNNEST), as one text that sorts so. It stands in
// the stamp of every event, so it is the same in each replay.
import { type Lane, shardOfLane } from '../lanes/position.ts';
import type { EpochMs } from '../time.ts';

/** Compared by code units. */
export type RowPlace = string;

export type Placed = {
  readonly lane: Lane;
  readonly seq: string;
  readonly index: number;
  readonly child: number;
  readonly arrival: EpochMs;
};

/** Years 1 to 9999 lie less than this far from 0; 11 digits of base 36 hold every sum that is exact. */
const ARRIVAL_OFFSET = 10 ** 15;
const ARRIVAL_DIGITS = 11;
/** How many digits follow, so that a longer number sorts behind a shorter one. */
const LENGTHS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const counted = (digits: string): string => (digits === '0' ? '0' : `${LENGTHS[digits.length]}${digits}`);
const numeral = (n: number): string => counted(n.toString(36));

/** A blank sorts before all that a shard's name may hold. */
const headOf = (shard: string, arrival: EpochMs, seq: string): string =>
  `${(arrival + ARRIVAL_OFFSET).toString(36).padStart(ARRIVAL_DIGITS, '0')}${shard} ${counted(BigInt(seq).toString(36))}`;

/** The arrival that a place begins with; NaN when it is no place. */
export const arrivalOfPlace = (place: RowPlace): EpochMs =>
  Number.parseInt(place.slice(0, ARRIVAL_DIGITS), 36) - ARRIVAL_OFFSET;

/** Makes places; events of one record share most of the text, so the last one's is kept. */
export const placer = (): ((e: Placed, element: number) => RowPlace) => {
  let last: Placed | undefined;
  let head = '';
  return (e, element) => {
    if (last === undefined || last.seq !== e.seq || last.arrival !== e.arrival || last.lane !== e.lane)
      head = headOf(shardOfLane(e.lane), e.arrival, e.seq);
    last = e;
    return `${head}${numeral(e.index)}${numeral(e.child)}${numeral(element)}`;
  };
};
