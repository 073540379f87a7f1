// Joins and Top-N of windows, in nested loops over the events of each window.
import { shardOfLane } from '../../shared/lanes/position.ts';
import { type Counted, group, type Reference, stamp } from './expected.ts';

const TEN = 10_000;
const startOf = (x: Counted): number => Math.floor(x.c.t / TEN) * TEN;

/** Whether a came before b: by arrival, raw shard, sequence number, index. */
export const isBefore = (a: Counted, b: Counted): boolean => {
  const placeOf = ({ seen: { e }, first }: Counted): readonly (number | string | bigint)[] => {
    const at = first ?? { arrival: e.arrival, shard: shardOfLane(e.lane), seq: e.seq, index: e.index };
    return [at.arrival, at.shard, BigInt(at.seq), at.index];
  };
  const [x, y] = [placeOf(a), placeOf(b)];
  const at = x.findIndex((part, i) => part !== y[i]);
  return at >= 0 && (x[at] as number) < (y[at] as number);
};

/** How many of these stand before one: those with more, and of those with as much the ones that came earlier. */
export const rankOf = (one: Counted, all: readonly Counted[]): number =>
  1 + all.filter((x) => x.c.n > one.c.n || (x.c.n === one.c.n && isBefore(x, one))).length;

export const expectedRelations = (r: Reference, counted: readonly Counted[]): void => {
  const { put, reads, tumble } = r;
  reads('best', counted.length);
  /** Each window of 20 seconds that an event is in time for. */
  const inTime = counted.flatMap((x) => {
    const ends = [startOf(x) + TEN, startOf(x) + 2 * TEN].filter((end) => end - 1 > r.watermark('best', x));
    if (ends.length === 0) r.isLate('best', x);
    return ends.map((end) => ({ x, end }));
  });
  for (const { x, end } of inTime) {
    const rivals = inTime.filter((y) => y.x.c.k === x.c.k && y.end === end).map((y) => y.x);
    const rank = rankOf(x, rivals);
    if (rank <= 2) put('best', { k: x.c.k, s: stamp(end - 2 * TEN), r: rank, n: x.c.n, i: x.c.id });
  }

  reads('pairs', counted.length);
  // Every click is on one side at least, so that each may be late.
  const sides = tumble('pairs', counted);
  const pairs: { k: string; t: number; b: string | null }[] = [];
  for (const l of sides.filter((x) => x.c.v < 3)) {
    const partners = sides.filter((y) => y.c.v >= 2 && y.c.k === l.c.k && startOf(y) === startOf(l));
    for (const partner of partners.length === 0 ? [null] : partners) {
      const row = { k: l.c.k, t: startOf(l) + TEN - 1, a: l.c.id, b: partner === null ? null : partner.c.id };
      pairs.push(row);
      put('pairs', { ...row, t: stamp(row.t) });
    }
  }

  reads('pair_counts', pairs.length);
  const inWindows = pairs.flatMap((p) => [0, TEN].map((back) => ({ p, s: Math.floor(p.t / TEN) * TEN - back })));
  for (const [key, all] of group(inWindows, ({ p, s }) => `${p.k} ${s}`)) {
    const [k, s] = key.split(' ') as [string, string];
    const m = all.filter(({ p }) => p.b !== null).length;
    put('pair_counts', { k, s: stamp(Number(s)), n: all.length, m });
  }
};
