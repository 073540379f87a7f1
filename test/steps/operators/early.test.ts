// Rows of open windows: behind each decision that may send them stands what the events before it mean, and in the end only finals.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ComposedQuery, Rel, StatefulQuery, TableColumn, WindowQuery } from '../../../shared/query/plan.ts';
import { rowWriter } from '../../../shared/query/row.ts';
import type { Ms } from '../../../shared/time.ts';
import { draws, eventsOf, type Given, watched } from './given-events.ts';
import {
  aggregates,
  BIGINT,
  base,
  COUNT,
  column,
  test as condition,
  destination,
  ID,
  K,
  keyed,
  literal,
  over,
  planOf,
  rows,
  STRING,
  side,
  slot,
  TIMESTAMP,
  V,
} from './given-plans.ts';
import { shown, standing, world } from './given-world.ts';
import { composed, type Row, windowed } from './naive.ts';

/** The longer one lies behind a snapshot or two. */
const periods = fc.constantFrom<Ms>(3_000, 3_000, 400_000);
const few = (n: number) => condition('<', slot(n, BIGINT), literal('3', BIGINT));

const windowQuery = (window: WindowQuery['window'], lateness: Ms): WindowQuery => ({
  ...base('q'),
  kind: 'window',
  window,
  lateness,
  early: 0,
  ...side('a'),
  keys: [K],
  aggregates: [COUNT, over('MAX', V)],
  having: few(4),
  select: [slot(0, STRING), slot(1, TIMESTAMP), slot(4, BIGINT)],
});

const composedQuery = (rel: Rel): ComposedQuery => ({
  ...base('q'),
  kind: 'composed',
  window: { kind: 'hop', size: 6_000, slide: 3_000 },
  early: 0,
  folds: [keyed(side('a'), [K], aggregates(COUNT)), keyed(side('b'), [K], rows(ID, V))],
  rel,
});
const counts: Rel = { kind: 'fold', fold: 0 };
const others: Rel = { kind: 'fold', fold: 1 };
const join = (type: 'left' | 'anti'): Rel => ({
  kind: 'join',
  type,
  left: counts,
  right: others,
  leftKeys: [slot(0, STRING)],
  rightKeys: [slot(0, STRING)],
  on: null,
  widths: [5, 6],
});
const select = (of: Rel, ...slots: readonly [number, 'k' | 's' | 'n'][]): Rel => ({
  kind: 'project',
  of,
  select: slots.map(([n, c]) => slot(n, c === 'k' ? STRING : c === 's' ? TIMESTAMP : BIGINT)),
});
const best: Rel = {
  kind: 'rank',
  of: counts,
  partition: [],
  order: [{ expr: slot(4, BIGINT), descending: true, nullsFirst: false }],
  latestFirst: false,
  from: 1,
  to: 1,
};

type Case = { readonly name: string; readonly query: StatefulQuery; readonly primaryKey: readonly string[] };
const KEY = ['k', 's'];
const cases: readonly Case[] = [
  { name: 'TUMBLE with HAVING', query: windowQuery({ kind: 'tumble', size: 6_000 }, 0), primaryKey: KEY },
  {
    name: 'HOP with HAVING and lateness',
    query: windowQuery({ kind: 'hop', size: 6_000, slide: 3_000 }, 4_000),
    primaryKey: [],
  },
  { name: 'SESSION with HAVING', query: windowQuery({ kind: 'session', gap: 2_000 }, 0), primaryKey: KEY },
  { name: 'SESSION, told apart by its end', query: windowQuery({ kind: 'session', gap: 2_000 }, 0), primaryKey: [] },
  { name: 'an anti join', query: composedQuery(select(join('anti'), [0, 'k'], [1, 's'], [4, 'n'])), primaryKey: KEY },
  { name: 'a left join', query: composedQuery(select(join('left'), [0, 'k'], [1, 's'], [4, 'n'])), primaryKey: [] },
  { name: 'Top-1', query: composedQuery(select(best, [0, 'k'], [1, 's'], [4, 'n'])), primaryKey: KEY },
];
const COLUMNS: readonly TableColumn[] = [column('k', STRING), column('s', TIMESTAMP), column('n', BIGINT)];

const meantBy = (q: StatefulQuery, given: readonly Given[]): readonly Row[] => {
  if (q.kind === 'window') return windowed(q, given);
  return composed(q as ComposedQuery, given).rows.map(({ values }) => values);
};

describe('rows of open windows', () => {
  test.each(cases)('$name', async ({ name, query, primaryKey }) => {
    const written = rowWriter(COLUMNS);
    let early = 0;
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(draws(60), watched, periods, async (drawn, plays, period) => {
        const given = eventsOf(drawn);
        const w = world(
          planOf([{ ...query, early: period } as StatefulQuery], destination('out', COLUMNS, primaryKey)),
        );
        const meant = (seen: readonly Given[]) =>
          meantBy(query, seen)
            .map((r) => written(r))
            .sort();
        await w.play(given, plays, (before, waited) => {
          if (waited >= period) expect(shown(standing(w.sent(), 'out', primaryKey))).toEqual(meant(before));
        });
        const sent = w.sent();
        const stands = standing(sent, 'out', primaryKey);
        expect(shown(stands)).toEqual(meant(given));
        expect(stands.some((r) => r.early)).toBe(false);
        early += sent.filter((r) => r.early && !r.deleted).length;
        taken += sent.filter((r) => r.deleted).length;
      }),
      { numRuns: 30 },
    );
    expect(early).toBeGreaterThan(30);
    // Partners that come later change a left join's rows, and take none back.
    expect(taken > 0).toBe(name !== 'a left join');
  });
});

const given = (all: readonly (readonly [lane: number, k: string])[]): readonly Given[] =>
  eventsOf(all.map(([lane, k]) => ({ lane, input: 'a', k, v: 1, behind: 0, later: 0 })));

test('a sandbox without memory takes back what another one showed, whichever shard it was read from', async () => {
  const query = { ...windowQuery({ kind: 'tumble', size: 6_000 }, 0), early: 3_000 };
  const w = world(planOf([query], destination('out', COLUMNS, KEY)));
  const events = given([
    [0, 'y'],
    [2, 'x'],
    [0, 'x'],
    [0, 'x'],
  ]);
  const keys = () =>
    standing(w.sent(), 'out', KEY)
      .map((r) => r.data.k)
      .sort();
  await w.show(events.slice(0, 2));
  w.clock.advance(5_000);
  await w.decide(0, false);
  expect(keys()).toEqual(['x', 'y']);
  // Three of x are too many for HAVING. This is decided, and not shown yet.
  await w.show(events.slice(2));
  await w.decide(0, true);
  expect(keys()).toEqual(['x', 'y']);
  w.cold(0);
  w.clock.advance(5_000);
  await w.decide(0, false);
  expect(keys()).toEqual(['y']);
});

test('rows that come wake refine where early rows are wanted, and in no other query', async () => {
  for (const early of [3_000, null]) {
    const { early: _, ...plain } = windowQuery({ kind: 'tumble', size: 600_000 }, 0);
    const query: WindowQuery = early === null ? plain : { ...plain, early };
    const w = world(planOf([query], destination('out', COLUMNS, KEY)));
    const events = given([
      [0, 'x'],
      [0, 'y'],
    ]);
    await w.show(events.slice(0, 1));
    w.wake.take();
    await w.show(events.slice(1));
    expect(w.wake.take().length).toBe(early === null ? 0 : 1);
    // What was counted before wakes nobody.
    await w.show(events);
    expect(w.wake.take()).toEqual([]);
  }
});

test('for alerts, a group that HAVING leaves out is sent as a row that must go; otherwise nobody hears of it', async () => {
  for (const tellsEnds of [true, false]) {
    const { early: _, ...plain } = windowQuery({ kind: 'tumble', size: 6_000 }, 0);
    const w = world(planOf([tellsEnds ? { ...plain, tellsEnds } : plain], destination('out', COLUMNS, ['k'])));
    // Three of x are too many for HAVING, two of y are not.
    await w.show(
      given([
        [0, 'x'],
        [0, 'x'],
        [0, 'x'],
        [2, 'y'],
        [2, 'y'],
      ]),
    );
    await w.drain();
    const told = w.sent().map((r) => [r.data.k, r.deleted]);
    expect(told.sort()).toEqual(
      tellsEnds
        ? [
            ['x', true],
            ['y', false],
          ]
        : [['y', false]],
    );
  }
});
