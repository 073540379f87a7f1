// Rows between a batch and their file: the body of a ledger entry.
import type { Lane } from '../../lanes/position.ts';
import type { EpochMs } from '../../time.ts';

export type StagedRow = {
  readonly table: string;
  readonly lane: Lane;
  readonly seq: string;
  readonly index: number;
  readonly child: number;
  /** Event time: it names the file's folder. */
  readonly time: EpochMs;
  /** The event's JSON text, as it came. */
  readonly event: string;
};

type PackedRow = readonly [
  table: number,
  lane: number,
  seq: string,
  index: number,
  child: number,
  time: EpochMs,
  event: string,
];
type Body = { readonly t: readonly string[]; readonly l: readonly Lane[]; readonly r: readonly PackedRow[] };

const numbered = () => {
  const numbers = new Map<string, number>();
  const of = (text: string): number => {
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  };
  return { of, all: () => [...numbers.keys()] };
};

export const packStaged = (rows: readonly StagedRow[]): Body => {
  const tables = numbered();
  const lanes = numbered();
  const r = rows.map(
    (s): PackedRow => [tables.of(s.table), lanes.of(s.lane), s.seq, s.index, s.child, s.time, s.event],
  );
  return { t: tables.all(), l: lanes.all(), r };
};

export const unpackStaged = (body: unknown): readonly StagedRow[] => {
  if (body === null) return [];
  const { t, l, r } = body as Body;
  return r.map(([table, lane, seq, index, child, time, event]) => ({
    table: t[table] as string,
    lane: l[lane] as Lane,
    seq,
    index,
    child,
    time,
    event,
  }));
};

/** By position, then lane: the order of the rows in a file. */
export const byPosition = (a: StagedRow, b: StagedRow): number => {
  if (a.seq !== b.seq) return a.seq < b.seq ? -1 : 1;
  return a.index - b.index || a.child - b.child || (a.lane < b.lane ? -1 : a.lane > b.lane ? 1 : 0);
};
