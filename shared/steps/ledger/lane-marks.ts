// How far each lane has come, as a ledger entry says it: the position of the last event or mark, the clock, and when it ended.

import type { Lane, Position } from '../../lanes/position.ts';
import type { EpochMs } from '../../time.ts';
import { START_OF_TIME } from '../../time.ts';

/** `seq` is '' before the first event. `endedAt` > 0: END was counted then; nothing of the lane comes after it. */
export type LaneMark = {
  readonly seq: string;
  readonly index: number;
  readonly child: number;
  readonly clock: EpochMs;
  readonly endedAt: EpochMs;
};

export const NEW_LANE: LaneMark = { seq: '', index: 0, child: 0, clock: START_OF_TIME, endedAt: 0 };

/** Whether a position lies behind the mark, so that it was not counted yet. */
export const isBeyond = (m: LaneMark, seq: string, index: number, child: number): boolean =>
  m.endedAt === 0 && isAfter(m, seq, index, child);

const isAfter = (m: LaneMark, seq: string, index: number, child: number): boolean => {
  if (seq !== m.seq) return seq > m.seq;
  return index !== m.index ? index > m.index : child > m.child;
};

/** seq(56).index(5).child(10) */
export const parsePosition = (p: Position): { seq: string; index: number; child: number } => {
  const first = p.indexOf('.');
  const second = p.indexOf('.', first + 1);
  return { seq: p.slice(0, first), index: Number(p.slice(first + 1, second)), child: Number(p.slice(second + 1)) };
};

/**
 * Of two marks of one lane, inherited on two ways: END wins, else the greater position; the clock never falls. Marks under it are
 * a semilattice: neither order nor repetition matters.
 */
export const laterMark = (a: LaneMark, b: LaneMark): LaneMark => {
  const alike = a.endedAt > 0 === b.endedAt > 0;
  const isB = alike ? isAfter(a, b.seq, b.index, b.child) : b.endedAt > 0;
  return { ...(isB ? b : a), clock: Math.max(a.clock, b.clock), endedAt: Math.max(a.endedAt, b.endedAt) };
};

type Row = [shard: number, group: string, seq: number, index: number, child: number, clock: EpochMs, endedAt: EpochMs];
/** One table of shards and one of sequence numbers, then fixed rows. */
export type PackedLanes = { readonly s: readonly string[]; readonly q: readonly string[]; readonly r: readonly Row[] };

const table = () => {
  const index = new Map<string, number>();
  return {
    of(text: string): number {
      const known = index.get(text);
      if (known !== undefined) return known;
      index.set(text, index.size);
      return index.size - 1;
    },
    all: () => [...index.keys()],
  };
};

export const packLanes = (lanes: ReadonlyMap<Lane, LaneMark>): PackedLanes => {
  const shards = table();
  const seqs = table();
  const rows: Row[] = [];
  for (const [lane, m] of lanes) {
    const cut = lane.lastIndexOf('/');
    rows.push([
      shards.of(lane.slice(0, cut)),
      lane.slice(cut + 1),
      seqs.of(m.seq),
      m.index,
      m.child,
      m.clock,
      m.endedAt,
    ]);
  }
  return { s: shards.all(), q: seqs.all(), r: rows };
};

export const unpackLanes = (p: PackedLanes): Map<Lane, LaneMark> =>
  new Map(
    p.r.map(([s, g, q, index, child, clock, endedAt]) => [
      `${p.s[s]}/${g}`,
      { seq: p.q[q] as string, index, child, clock, endedAt },
    ]),
  );
