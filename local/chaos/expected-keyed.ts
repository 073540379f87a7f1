// Interval joins and what has no windows, straight from the events, in nested loops.
import { type Counted, group, type Reference, stamp } from './expected.ts';
import { isBefore, rankOf } from './expected-relations.ts';
import { HIGH_SECONDS, LOW_SECONDS, TTL_SECONDS } from './relations.ts';

const TEN = 10_000;
const TTL = TTL_SECONDS * 1_000;
const LOW = LOW_SECONDS * 1_000;
const HIGH = HIGH_SECONDS * 1_000;

/** Rows of one key that follow each other within the time that a key is remembered; the oldest first. */
const spansOf = (all: readonly Counted[]): readonly (readonly Counted[])[] => {
  const out: Counted[][] = [];
  for (const x of [...all].sort((a, b) => a.c.t - b.c.t)) {
    const last = out.at(-1);
    const newest = last?.at(-1);
    if (last !== undefined && newest !== undefined && x.c.t - newest.c.t <= TTL) last.push(x);
    else out.push([x]);
  }
  return out;
};

export const expectedKeyed = (r: Reference, counted: readonly Counted[]): void => {
  const { put, reads } = r;
  /** Those that come before the query's watermark has gone so far beyond them. */
  const inTime = (query: string, beyond: number): readonly Counted[] => {
    reads(query, counted.length);
    return counted.filter((x) => {
      if (x.c.t + beyond > r.watermark(query, x)) return true;
      r.isLate(query, x);
      return false;
    });
  };

  const sides = inTime('meets', 0);
  const meets: { k: string; t: number }[] = [];
  for (const l of sides)
    for (const o of sides) {
      const apart = l.c.t - o.c.t;
      if (l.c.v >= 3 || o.c.v < 2 || l.c.k !== o.c.k || apart < LOW || apart > HIGH) continue;
      const t = Math.max(l.c.t, o.c.t);
      meets.push({ k: l.c.k, t });
      put('meets', { k: l.c.k, a: l.c.id, b: o.c.id, t: stamp(t) });
    }
  reads('meet_counts', meets.length);
  for (const [key, all] of group(meets, (m) => `${m.k} ${Math.floor(m.t / TEN) * TEN}`)) {
    const [k, s] = key.split(' ') as [string, string];
    put('meet_counts', { k, s: stamp(Number(s)), n: all.length });
  }

  for (const [k, all] of group(inTime('totals', TTL), (x) => x.c.k)) {
    const newest = spansOf(all).at(-1) ?? [];
    put('totals', { k, n: newest.length, v: newest.reduce((sum, x) => sum + x.c.n, 0) });
  }

  for (const all of group(inTime('firsts', 0), (x) => `${x.c.k} ${x.c.v}`).values())
    for (const span of spansOf(all)) {
      const isFirst = (x: Counted) =>
        span.every((y) => y === x || x.c.t < y.c.t || (x.c.t === y.c.t && isBefore(x, y)));
      const first = span.find(isFirst);
      if (first !== undefined) put('firsts', { k: first.c.k, v: first.c.v, i: first.c.id });
    }

  for (const [k, all] of group(inTime('tops', TTL), (x) => x.c.k))
    for (const rank of [1, 2]) {
      // A place that nobody of the newest span takes shows who took it last.
      const ranked = spansOf(all).flatMap((span) => span.filter((x) => rankOf(x, span) === rank));
      const last = ranked.at(-1);
      if (last !== undefined) put('tops', { k, r: rank, n: last.c.n, i: last.c.id });
    }
};
