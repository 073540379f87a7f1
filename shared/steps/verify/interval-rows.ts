// The rows of an interval join: every pair of rows in time whose keys are equal and whose times lie so far apart.
import type { UserFunctions } from '../../query/evaluate.ts';
import type { IntervalQuery } from '../../query/plan.ts';
import { evaluating, meetingKey } from './relation-rows.ts';
import type { InRow, OutRow } from './window-rows.ts';

/** @returns in the order of the later times */
export const intervalRows = (
  q: IntervalQuery,
  read: readonly InRow[],
  functions?: UserFunctions,
): readonly OutRow[] => {
  const value = evaluating(functions);
  const isLate = (time: number, clock: number): boolean => time <= clock - q.delay;
  const inTime = read.filter((r) => !isLate(r.time, r.clock));
  const types = [q.left.keys.map((k) => k.type), q.right.keys.map((k) => k.type)] as const;
  const side = (i: 0 | 1) => {
    const { keys, row } = i === 0 ? q.left : q.right;
    return inTime
      .filter((r) => (r.side ?? 0) === i)
      .map((r) => ({
        r,
        key: meetingKey(
          keys.map((k) => value(k, r.values)),
          types[i],
          types[1 - i] as (typeof types)[0],
        ),
        slots: row.map((e) => value(e, r.values)),
      }));
  };
  const rights = Map.groupBy(side(1), (s) => s.key);
  const sureOf = (r: InRow): boolean => r.sure && !isLate(r.time, r.clockAtMost);
  const out: OutRow[] = [];
  for (const l of side(0))
    for (const r of l.key === null ? [] : (rights.get(l.key) ?? [])) {
      const apart = l.r.time - r.r.time;
      if (apart < q.low || apart > q.high) continue;
      const time = Math.max(l.r.time, r.r.time);
      const pair = [...l.slots, ...r.slots];
      try {
        if (q.on !== null && value(q.on, pair) !== true) continue;
        const values = q.select.map((s) => value(s, pair));
        const id = `${l.r.place}|${r.r.place}`;
        const sure = sureOf(l.r) && sureOf(r.r);
        out.push({ id, start: time, end: time + 1, time, key: '', keys: [], kept: true, values, rows: [], sure });
      } catch {
        // It is listed among the rejected.
      }
    }
  return out.sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
};
