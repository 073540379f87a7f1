// Running GROUP BY, Top-N, last and first row: what stands at the destination in the end follows from the rows alone.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Expr, KeyedFold, Order, RunningQuery, TableColumn } from '../../../shared/query/plan.ts';
import { rowWriter } from '../../../shared/query/row.ts';
import { draws, eventsOf, type Given, steps } from './given-events.ts';
import {
  aggregates,
  BIGINT,
  base,
  COUNT,
  column,
  test as condition,
  destination,
  ID,
  INT,
  K,
  keyed,
  literal,
  over,
  planOf,
  STRING,
  side,
  slot,
  T,
  TIMESTAMP,
  V,
} from './given-plans.ts';
import { shown, standing, world } from './given-world.ts';
import { type Row, type RunningMeant, running, text } from './naive.ts';

const best = (order: readonly Order[], limit: number, latestFirst = false): KeyedFold =>
  keyed(side('a'), [K], { kind: 'rows', row: [ID, V, T], best: { order, limit, latestFirst } });
const by = (expr: Expr, descending: boolean): Order => ({ expr, descending, nullsFirst: !descending });
const [v, t] = [slot(1, INT), slot(2, TIMESTAMP)];
/** Behind the key: rank, id, v, t. */
const [key, rank, id] = [slot(0, STRING), slot(1, BIGINT), slot(2, STRING)];

type Case = {
  readonly name: string;
  readonly query: Pick<RunningQuery, 'fold' | 'emit' | 'having' | 'select'>;
  readonly columns: readonly TableColumn[];
  readonly primaryKey: readonly string[];
  /** Rows that stand in the end, from those of each session in order. */
  readonly stands: (meant: RunningMeant) => readonly Row[];
};

/** The newest session of each key. */
const newest = ({ sessions }: RunningMeant): readonly Row[] =>
  [...new Map(sessions.map((s) => [s.key, s.rows])).values()].flat();
/** A newer row stands over an older one of the same name. */
const overlaid =
  (...name: readonly number[]) =>
  ({ sessions }: RunningMeant): readonly Row[] => [
    ...new Map(sessions.flatMap((s) => s.rows).map((r) => [text(name.map((i) => r[i] ?? null)), r])).values(),
  ];
const counts = keyed(side('a'), [K], aggregates(COUNT, over('SUM', V)));
const ranked = [column('k', STRING), column('n', BIGINT), column('id', STRING)];

const cases: readonly Case[] = [
  {
    name: 'counts and sums',
    query: { fold: counts, emit: 'updates', having: null, select: [key, slot(1, BIGINT), slot(2, INT)] },
    columns: [column('k', STRING), column('n', BIGINT), column('v', INT)],
    primaryKey: ['k'],
    stands: newest,
  },
  {
    name: 'counts that HAVING wants small: a row goes when its key grows',
    query: {
      fold: counts,
      emit: 'updates',
      having: condition('<', slot(1, BIGINT), literal('3', BIGINT)),
      select: [key, slot(1, BIGINT), slot(2, INT)],
    },
    columns: [column('k', STRING), column('n', BIGINT), column('v', INT)],
    primaryKey: ['k'],
    stands: newest,
  },
  {
    name: 'the last row of each key',
    query: { fold: best([by(t, true)], 1, true), emit: 'updates', having: null, select: [key, id] },
    columns: [column('k', STRING), column('id', STRING)],
    primaryKey: ['k'],
    stands: overlaid(0),
  },
  {
    name: 'the best three with their ranks',
    query: { fold: best([by(v, true)], 3), emit: 'updates', having: null, select: [key, rank, id] },
    columns: ranked,
    primaryKey: ['k', 'n'],
    stands: overlaid(0, 1),
  },
  {
    name: 'the best three with their ranks, but for small ones',
    query: {
      fold: best([by(v, false)], 3),
      emit: 'updates',
      having: condition('>', slot(3, INT), literal(2, INT)),
      select: [key, rank, id],
    },
    columns: ranked,
    primaryKey: ['k', 'n'],
    stands: newest,
  },
  {
    name: 'the best two under their own keys: a row that falls out goes',
    query: { fold: best([by(v, true)], 2), emit: 'updates', having: null, select: [key, id] },
    columns: [column('k', STRING), column('id', STRING)],
    primaryKey: ['id'],
    stands: ({ sessions }) => sessions.flatMap((s) => s.rows),
  },
  {
    name: 'the first row of each key, once',
    query: { fold: best([by(t, false)], 1), emit: 'first', having: null, select: [key, id] },
    columns: [column('k', STRING), column('id', STRING)],
    primaryKey: [],
    stands: ({ sessions }) => sessions.flatMap((s) => s.rows),
  },
];

describe('in the end stand', () => {
  test.each(cases)('$name', async ({ query, columns, primaryKey, stands }) => {
    const written = rowWriter(columns);
    const meantOf = (q: RunningQuery, given: readonly Given[]): readonly string[] =>
      stands(running(q, given))
        .map((r) => written(r))
        .sort();
    let late = 0;
    let rows = 0;
    await fc.assert(
      fc.asyncProperty(draws(60), steps, fc.constantFrom(1_000, 3_000, 20_000), async (drawn, plays, ttl) => {
        const q: RunningQuery = { ...base('q'), kind: 'running', ttl, ...query };
        const given = eventsOf(drawn);
        const w = world(planOf([q], destination('out', columns, primaryKey)));
        // Behind each decision stands what the events before it mean.
        await w.play(given, plays, (before) => {
          if (q.emit === 'updates') expect(shown(standing(w.sent(), 'out', primaryKey))).toEqual(meantOf(q, before));
        });
        const meant = running(q, given);
        const sent = w.sent();
        expect(shown(standing(sent, 'out', primaryKey))).toEqual(
          stands(meant)
            .map((r) => written(r))
            .sort(),
        );
        if (q.emit === 'first') expect(new Set(sent.map((r) => r.id)).size).toBe(sent.length);
        const [read, folded = 0, filtered = 0, lateCount = 0, failed] = await w.counts('q-0');
        expect([read, folded + filtered + lateCount, failed]).toEqual([
          given.length - given.filter((g) => g.input === 'b').length,
          read,
          0,
        ]);
        const lateLines = (await w.aside('late')).map((line) => (line.event as { id: string }).id);
        expect(lateLines.sort()).toEqual(meant.late);
        late += meant.late.length;
        rows += stands(meant).length;
      }),
      { numRuns: 30 },
    );
    expect(rows).toBeGreaterThan(30);
    expect(late).toBeGreaterThan(0);
  });
});

test('rows that come wake refine: a key is shown before any watermark moves', async () => {
  const q: RunningQuery = { ...base('q'), kind: 'running', ttl: 3_000, ...(cases[0] as Case).query };
  const w = world(planOf([q], destination('out', [column('k', STRING), column('n', BIGINT), column('v', INT)], ['k'])));
  const events = eventsOf([{ lane: 0, input: 'a', k: 'x', v: 1, behind: 0, later: 0 }]);
  await w.show(events);
  expect(w.wake.take().length).toBe(1);
  await w.decide(0, false);
  expect(shown(w.sent())).toEqual(['{"k":"x","n":1,"v":1}']);
  // Nothing new: nothing to decide, nothing to send.
  await w.show(events);
  await w.decide(0, false);
  expect(w.sent().length).toBe(1);
});
