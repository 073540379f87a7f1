// How far each lane was counted by a decision: which rows a query without windows has shown at its destination.
import type { StampedEvent } from '../../lanes/inner.ts';
import { type Lane, position, shardOfLane } from '../../lanes/position.ts';
import type { Clock, Objects, Table } from '../../ports.ts';
import { days, type EpochMs, type Ms } from '../../time.ts';
import { isBeyond, type LaneMark, laterMark } from '../ledger/lane-marks.ts';
import { ledger } from '../ledger/ledger.ts';
import type { Manifest } from '../refine/manifest.ts';
import type { Reach } from './past.ts';

export type CountedLanes = {
  counts(e: StampedEvent): boolean;
  /** A raw shard of which more was counted than was read; null: none. */
  unread(reach: Reach): string | null;
};

/** A lane that no entry names any more ended so long ago that all of it was counted (protocol, section 10). */
const PRUNED: Ms = days(15);

const neverWrites = (): string => {
  throw new Error('verify writes no entry');
};

export const countedLanes = async (
  deps: { readonly table: Table; readonly objects: Objects; readonly clock: Clock; readonly run: string },
  fn: string,
  m: Manifest,
): Promise<CountedLanes> => {
  const book = ledger({ ...deps, fn, nonce: neverWrites });
  const now: EpochMs = deps.clock.now();
  const lanes = new Map<Lane, LaneMark>();
  for (const [shard, n] of Object.entries(m.cur)) {
    const [entry] = await book.after(shard, n - 1, 1);
    const counted = entry ?? (await book.newest(shard)); // expired: its floor has the same marks
    for (const [lane, mark] of counted?.lanes ?? []) lanes.set(lane, laterMark(lanes.get(lane) ?? mark, mark));
  }
  return {
    counts({ lane, seq, index, child, arrival }) {
      const mark = lanes.get(lane);
      return mark === undefined ? arrival < now - PRUNED : !isBeyond(mark, seq, index, child);
    },
    unread({ ends }) {
      for (const [lane, { seq, index, child, endedAt }] of lanes) {
        const shard = shardOfLane(lane);
        if (seq !== '' && endedAt === 0 && position(seq, index, child) > (ends.get(shard) ?? '')) return shard;
      }
      return null;
    },
  };
};
