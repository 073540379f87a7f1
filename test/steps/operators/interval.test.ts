// Interval joins: every pair once, when the watermark reaches the later of its times; queries over the pairs count each of them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { IntervalQuery, JoinSide, WindowQuery } from '../../../shared/query/plan.ts';
import { rowWriter } from '../../../shared/query/row.ts';
import { draws, eventsOf, steps } from './given-events.ts';
import {
  BIGINT,
  base,
  COUNT,
  column,
  test as condition,
  destination,
  ID,
  INT,
  K,
  planOf,
  refinedSide,
  STRING,
  side,
  slot,
  T,
  TIMESTAMP,
  V,
} from './given-plans.ts';
import { shown, standing, world } from './given-world.ts';
import { interval } from './naive.ts';

const joinSide = (name: 'a' | 'b'): JoinSide => ({ ...side(name), keys: [K], row: [ID, V, T] });
const COLUMNS = [column('l', STRING), column('r', STRING), column('t', TIMESTAMP)];
const COUNTS = [column('s', TIMESTAMP), column('n', BIGINT)];
/** Slots of a pair: id, v and t of the left row, then of the right one. */
const leftTime = slot(2, TIMESTAMP);
const rightTime = slot(5, TIMESTAMP);

const ranges = fc.constantFrom<readonly [number, number]>(
  [-2_000, 2_000],
  [0, 0],
  [0, 3_000],
  [-4_000, 0],
  [1_000, 3_000],
  [-3_000, -1_000],
  [-20_000, 20_000],
);
const bySide = fc.constantFrom(
  { right: 'b', time: leftTime } as const,
  { right: 'b', time: rightTime } as const,
  { right: 'a', time: leftTime } as const,
);

const over: WindowQuery = {
  ...base('counts', 'counts'),
  kind: 'window',
  delay: 0,
  window: { kind: 'tumble', size: 4_000 },
  lateness: 0,
  ...refinedSide('out', ['q-0'], COLUMNS),
  keys: [],
  aggregates: [COUNT],
  having: null,
  select: [slot(0, TIMESTAMP), slot(3, BIGINT)],
};

describe('an interval join', () => {
  test.each([
    ['every pair', false],
    ['pairs that ON takes', true],
  ])('sends %s once, and a query over it counts it', async (_, asks) => {
    let pairs = 0;
    let late = 0;
    const written = rowWriter(COLUMNS);
    await fc.assert(
      fc.asyncProperty(draws(50), steps, ranges, bySide, async (drawn, plays, [low, high], { right, time }) => {
        const q: IntervalQuery = {
          ...base('q'),
          kind: 'interval',
          left: joinSide('a'),
          right: joinSide(right),
          low,
          high,
          on: asks ? condition('<', slot(1, INT), slot(4, INT)) : null,
          select: [slot(0, STRING), slot(3, STRING), time],
        };
        const given = eventsOf(drawn);
        const w = world(planOf([q, over], destination('out', COLUMNS, [], 't'), destination('counts', COUNTS)));
        await w.play(given, plays);
        const meant = interval(q, given);
        const sent = w.sent();
        const rows = sent.filter((r) => r.type === 'out');
        expect(shown(rows)).toEqual(meant.pairs.map(({ values }) => written(values)).sort());
        expect(new Set(rows.map((r) => r.id)).size).toBe(rows.length);
        // In the order of the later time, whatever the decisions were.
        const later = new Map(meant.pairs.map((p) => [p.ids, p.at]));
        const order = rows.map((r) => later.get(`${r.data.l} ${r.data.r}`) ?? Number.NaN);
        expect(order).toEqual([...order].sort((a, b) => a - b));
        const windows = new Map<number, number>();
        for (const { values } of meant.pairs) {
          const start = Math.floor((values[2] as number) / 4_000) * 4_000;
          windows.set(start, (windows.get(start) ?? 0) + 1);
        }
        const counted = [...windows].map(([start, n]) => rowWriter(COUNTS)([start, BigInt(n)]));
        expect(shown(standing(sent, 'counts'))).toEqual(counted.sort());
        const lateLines = (await w.aside('late')).map((line) => (line.event as { id: string }).id);
        expect(lateLines.sort()).toEqual(meant.late);
        pairs += rows.length;
        late += meant.late.length;
      }),
      { numRuns: 25 },
    );
    expect(pairs).toBeGreaterThan(5);
    expect(late).toBeGreaterThan(3);
  });
});
