// Random relations over random events, batches, repetitions, decisions and cold starts: in the end stands what the plan means.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ComposedQuery, Expr, Rel, WindowQuery } from '../../../shared/query/plan.ts';
import { rowWriter } from '../../../shared/query/row.ts';
import { draws, eventsOf, steps } from './given-events.ts';
import {
  aggregates,
  BIGINT,
  base,
  COUNT,
  call,
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
  refinedSide,
  rows,
  STRING,
  side,
  slot,
  TIMESTAMP,
  V,
} from './given-plans.ts';
import { shown, standing, world } from './given-world.ts';
import { composed } from './naive.ts';

const FOLDS = [
  keyed(side('a'), [K], aggregates(COUNT, over('SUM', V))),
  keyed(side('a', condition('>', V, literal(0, INT))), [], rows(ID, K, V)),
  keyed(side('b'), [K], rows(ID, V)),
  keyed(side('b'), [K], {
    kind: 'rows',
    row: [ID, V],
    best: { order: [{ expr: slot(1, INT), descending: true, nullsFirst: false }], limit: 2, latestFirst: false },
  }),
];

/** Every relation here has two columns: k STRING, x INT. Window columns stand behind the keys of a fold. */
const k = slot(0, STRING);
const x = slot(1, INT);
const project = (of: Rel, ...select: readonly Expr[]): Rel => ({ kind: 'project', of, select });
const asInt = (e: Expr): Expr => call('CAST', INT, e);
const leaf = fc.constantFrom<Rel>(
  project({ kind: 'fold', fold: 0 }, k, asInt(slot(4, BIGINT))),
  project({ kind: 'fold', fold: 0 }, k, slot(5, INT)),
  project({ kind: 'fold', fold: 1 }, slot(4, STRING), slot(5, INT)),
  project({ kind: 'fold', fold: 2 }, k, slot(5, INT)),
  project({ kind: 'fold', fold: 3 }, k, slot(5, INT)),
);
const rank = (of: Rel, byKey: boolean, descending: boolean, latestFirst: boolean, from: number, to: number): Rel => ({
  kind: 'rank',
  of,
  partition: byKey ? [k] : [],
  order: [{ expr: x, descending, nullsFirst: !descending }],
  latestFirst,
  from,
  to,
});
const types = fc.constantFrom('inner', 'left', 'right', 'full', 'semi', 'anti' as const);
const join = (left: Rel, right: Rel, type: Extract<Rel, { kind: 'join' }>['type'], on: boolean): Rel => {
  const joined: Rel = {
    kind: 'join',
    type,
    left,
    right,
    leftKeys: [k],
    rightKeys: [k],
    on: on ? condition('<', x, slot(3, INT)) : null,
    widths: [2, 2],
  };
  return type === 'semi' || type === 'anti'
    ? joined
    : project(joined, slot(2, STRING), call('COALESCE', INT, x, slot(3, INT)));
};
const relations: fc.Arbitrary<Rel> = fc.letrec<{ rel: Rel }>((tie) => ({
  rel: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'rel' },
    leaf,
    tie('rel').map((of): Rel => ({ kind: 'filter', of, where: condition('>', x, literal(1, INT)) })),
    tie('rel').map((of) =>
      project({ kind: 'group', of, keys: [k], aggregates: [COUNT, over('MAX', x)] }, k, slot(2, INT)),
    ),
    tie('rel').map((of) =>
      project({ kind: 'group', of, keys: [], aggregates: [COUNT] }, literal('all', STRING), asInt(slot(0, BIGINT))),
    ),
    fc
      .tuple(tie('rel'), fc.boolean(), fc.boolean(), fc.boolean(), fc.constantFrom([1, 1], [1, 2], [2, 3]))
      .map(([of, byKey, desc, latest, [from = 1, to = 1]]) => project(rank(of, byKey, desc, latest, from, to), k, x)),
    fc.tuple(tie('rel'), tie('rel')).map(([a, b]): Rel => ({ kind: 'union', of: [a, b] })),
    fc.tuple(tie('rel'), tie('rel'), types, fc.boolean()).map(([a, b, type, on]) => join(a, b, type, on)),
  ),
})).rel;

const windows = fc.constantFrom<ComposedQuery['window']>(
  { kind: 'tumble', size: 5_000 },
  { kind: 'hop', size: 6_000, slide: 2_000 },
  { kind: 'cumulate', size: 6_000, step: 2_000 },
);
const COLUMNS = [column('k', STRING), column('x', INT)];
const OUT = destination('out', COLUMNS);

const queryOf = (rel: Rel, window: ComposedQuery['window'], early: number | null): ComposedQuery => ({
  ...base('q'),
  kind: 'composed',
  window,
  folds: FOLDS,
  rel,
  ...(early === null ? {} : { early }),
});
const written = rowWriter(COLUMNS);

/** A query over the rows: it counts finals alone, each in its window, and none of them late. */
const OVER = destination('counts', [column('s', TIMESTAMP), column('n', BIGINT)]);
const over1: WindowQuery = {
  ...base('counts', 'counts'),
  kind: 'window',
  delay: 0,
  window: { kind: 'tumble', size: 4_000 },
  lateness: 0,
  ...refinedSide('out', ['q-0'], [...COLUMNS, column('t', TIMESTAMP)]),
  keys: [],
  aggregates: [COUNT],
  having: null,
  select: [slot(0, TIMESTAMP), slot(3, BIGINT)],
};
const countsOf = (ends: readonly number[]): readonly string[] => {
  const counts = new Map<number, number>();
  for (const end of ends) {
    const start = Math.floor((end - 1) / 4_000) * 4_000;
    counts.set(start, (counts.get(start) ?? 0) + 1);
  }
  return [...counts].map(([start, n]) => rowWriter(OVER.columns)([start, BigInt(n)])).sort();
};

test('rows of a relation over windows are those of its meaning, each with one number', async () => {
  let all = 0;
  let late = 0;
  await fc.assert(
    fc.asyncProperty(
      relations,
      windows,
      fc.constantFrom(null, 1_000, 4_000),
      draws(),
      steps,
      async (rel, window, early, drawn, plays) => {
        const query = queryOf(rel, window, early);
        const given = eventsOf(drawn);
        const w = world(planOf([query, over1], OUT, OVER));
        await w.play(given, plays);
        const meant = composed(query, given);
        const sent = w.sent();
        const stands = standing(sent, 'out');
        expect(shown(stands)).toEqual(meant.rows.map(({ values }) => written(values)).sort());
        expect(shown(standing(sent, 'counts'))).toEqual(countsOf(meant.rows.map(({ end }) => end)));
        // What stands is final, and finals are sent once; the number of a row is its place in the window.
        expect(stands.some((r) => r.early)).toBe(false);
        const finals = sent.filter((r) => r.type === 'out' && !r.early && !r.deleted).map((r) => r.id);
        expect(new Set(finals).size).toBe(finals.length);
        const numbers = new Map<string, number>();
        const ids = meant.rows.map(({ start, end }) => {
          const no = (numbers.get(`${start}|${end}`) ?? 0) + 1;
          numbers.set(`${start}|${end}`, no);
          return `q-0|${start}|${end}|${no}`;
        });
        expect(finals.sort()).toEqual(ids.sort());
        const [read = 0, folded = 0, filtered = 0, lateCount = 0, failed = 0] = await w.counts('q-0');
        expect([read, folded + filtered + lateCount, failed]).toEqual([given.length, given.length, 0]);
        const lateLines = (await w.aside('late')).map((line) => (line.event as { id: string }).id);
        expect(lateLines.sort()).toEqual(meant.late);
        all += stands.length;
        late += meant.late.length;
      },
    ),
    { numRuns: 60 },
  );
  expect(all).toBeGreaterThan(200);
  expect(late).toBeGreaterThan(10);
});
