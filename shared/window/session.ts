// Session windows: intervals that join when they touch. Rows exactly one gap apart are one session, as in Flink.
import type { EpochMs } from '../time.ts';

/** [start, end): first row's time to last row's time + gap, with what was folded. */
export type Session<S> = { start: EpochMs; end: EpochMs; state: S };

/**
 * Joins two lists of sessions of one key, each sorted and disjoint, into one.
 * @param merge may change and give back its first argument
 */
export const joinSessions = <S>(
  a: readonly Session<S>[],
  b: readonly Session<S>[],
  merge: (x: S, y: S) => S,
): Session<S>[] => {
  const out: Session<S>[] = [];
  let last: Session<S> | undefined;
  const take = (s: Session<S>) => {
    if (last !== undefined && s.start <= last.end) {
      last.end = Math.max(last.end, s.end);
      last.state = merge(last.state, s.state);
    } else {
      last = { start: s.start, end: s.end, state: s.state };
      out.push(last);
    }
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const x = a[i];
    const y = b[j];
    if (y === undefined || (x !== undefined && x.start <= y.start)) {
      take(x as Session<S>);
      i++;
    } else {
      take(y);
      j++;
    }
  }
  return out;
};
