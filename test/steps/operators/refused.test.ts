// What cannot be sent is told once, and stops nothing else.
import { expect, test } from 'vitest';
import type { ComposedQuery, Rel, RunningQuery, WindowQuery } from '../../../shared/query/plan.ts';
import { operatorOf } from '../../../shared/steps/operators/operator-of.ts';
import { eventsOf, type Given } from './given-events.ts';
import {
  aggregates,
  BIGINT,
  base,
  COUNT,
  call,
  column,
  destination,
  ID,
  INT,
  K,
  keyed,
  over,
  planOf,
  rows,
  STRING,
  side,
  slot,
  V,
} from './given-plans.ts';
import { shown, world } from './given-world.ts';

const COLUMNS = [column('k', STRING), column('n', INT)];
const OUT = destination('out', COLUMNS);
const events = (...all: readonly (readonly [k: string, v: number])[]): readonly Given[] =>
  eventsOf(all.map(([k, v]) => ({ lane: 0, input: 'a', k, v, behind: 0, later: 0 })));
/** 10 / n fails for 0. */
const tenBy = (n: number) => call('/', INT, { kind: 'literal', value: 10, type: INT }, slot(n, INT));

const ended = async (query: WindowQuery | ComposedQuery | RunningQuery, given: readonly Given[]) => {
  const w = world(planOf([query], OUT));
  await w.play(given, []);
  const rejected = (await w.aside('rejected')).map(({ rule, stage, cause, payload }) => {
    const { query: id, key } = JSON.parse(payload as string) as { query: string; key: string };
    return { rule, stage, cause, id, key };
  });
  return { rows: shown(w.sent()), rejected, counts: await w.counts('q-0') };
};
const threw = (key: string) => ({
  rule: 'row.threw',
  stage: 'refine-aggregate-enriched',
  cause: 'division by zero',
  id: 'q-0',
  key,
});

test('a window’s row that fails leaves the other keys alone', async () => {
  const query: WindowQuery = {
    ...base('q'),
    kind: 'window',
    window: { kind: 'tumble', size: 5_000 },
    lateness: 0,
    ...side('a'),
    keys: [K],
    aggregates: [over('MAX', V)],
    having: null,
    select: [slot(0, STRING), tenBy(4)],
  };
  const found = await ended(query, events(['x', 0], ['y', 5]));
  expect(found).toEqual({ rows: ['{"k":"y","n":2}'], rejected: [threw('["x"]')], counts: [2, 2, 0, 0, 0] });
});

test('a running key that fails leaves the other keys alone', async () => {
  const query: RunningQuery = {
    ...base('q'),
    kind: 'running',
    fold: keyed(side('a'), [K], aggregates(over('MAX', V))),
    ttl: 3_000,
    emit: 'updates',
    having: null,
    select: [slot(0, STRING), tenBy(1)],
  };
  const found = await ended(query, events(['x', 0], ['y', 5]));
  expect(found).toEqual({ rows: ['{"k":"y","n":2}'], rejected: [threw('["x"]')], counts: [2, 2, 0, 0, 0] });
});

const composed = (rel: Rel): ComposedQuery => ({
  ...base('q'),
  kind: 'composed',
  window: { kind: 'tumble', size: 5_000 },
  folds: [keyed(side('a'), [K], rows(ID, V))],
  rel,
});

test('a relation that fails leaves the other windows alone', async () => {
  const rel: Rel = { kind: 'project', of: { kind: 'fold', fold: 0 }, select: [slot(0, STRING), tenBy(5)] };
  const given = eventsOf([
    { lane: 0, input: 'a', k: 'x', v: 0, behind: 0, later: 0 },
    { lane: 0, input: 'a', k: 'z', v: 5, behind: -60_000, later: 0 },
  ]);
  const found = await ended(composed(rel), given);
  expect(found.rows).toEqual(['{"k":"z","n":2}']);
  expect(found.rejected).toEqual([threw('')]);
});

test('of too many rows of one key the first count, and the window says so', () => {
  const count: Rel = {
    kind: 'group',
    of: { kind: 'fold', fold: 0 },
    keys: [slot(0, STRING)],
    aggregates: [{ ...COUNT, type: BIGINT }],
  };
  const operator = operatorOf(composed(count), { mostRows: 2 });
  const given = events(['x', 1], ['y', 1], ['x', 2], ['x', 3], ['x', 4]);
  const open = operator.open();
  for (const half of [given.slice(0, 3), given.slice(3)]) {
    const batch = operator.batch();
    for (const { e, time } of half)
      batch.add(e, JSON.parse(Buffer.from(e.bytes).toString()), time, Number.NEGATIVE_INFINITY);
    open.fold(batch.packed() as NonNullable<ReturnType<typeof batch.packed>>, { decision: true, early: true });
  }
  const { rows: sent, refused } = open.due(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  expect(sent.map(({ values }) => values)).toEqual([
    ['x', 2n],
    ['y', 1n],
  ]);
  expect(refused.map(({ rule, key, cause }) => [rule, key, cause])).toEqual([
    ['rows.too-many', '["x"]', 'input 1 has 4 rows of this key; the first 2 count'],
  ]);
});
