// Look-ups and UNNEST below every kind of operator: one event, several rows, or none.
import { expect, test } from 'vitest';
import type { Json } from '../../../shared/event/cloud-event.ts';
import type { Side, StatefulQuery } from '../../../shared/query/plan.ts';
import { eventsOf } from './given-events.ts';
import {
  aggregates,
  BIGINT,
  base,
  COUNT,
  column,
  destination,
  K,
  keyed,
  literal,
  planOf,
  rows,
  STRING,
  side,
  slot,
} from './given-plans.ts';
import { shown, standing, world } from './given-world.ts';

const NAMES: Readonly<Record<string, Json>> = { x: { k: 'x', name: 'Oslo' }, y: { k: 'y', name: 'Rome' } };
const asked: string[][] = [];
const lookup = {
  async find(_: string, keys: readonly string[]) {
    asked.push([...keys]);
    return new Map(keys.map((k) => [k, NAMES[k] ?? null]));
  },
};
const named: Side = {
  ...side('a'),
  lookups: [{ table: 'places', keyColumn: 'k', key: K, columns: [column('name', STRING)], required: true }],
};
const NAME = slot(4, STRING);
/** A row for each tag. */
const LIST = { kind: 'ARRAY', element: STRING } as const;
const twice: Side = {
  ...side('a'),
  columns: [...side('a').columns, { name: 'tags', type: LIST, from: { kind: 'data', path: ['tags'] } }],
  unnest: { array: slot(4, LIST), columns: [column('tag', STRING)], ordinality: false, keepsEmpty: false },
};
const TAG = slot(5, STRING);
const COLUMNS = [column('k', STRING), column('n', BIGINT)];

const tumble = { kind: 'tumble', size: 5_000 } as const;
const select = (n: number) => [slot(0, STRING), slot(n, BIGINT)];
const kinds = (of: Side, key: typeof NAME): readonly (readonly [string, StatefulQuery])[] => [
  [
    'a window',
    {
      ...base('q'),
      kind: 'window',
      window: tumble,
      lateness: 0,
      ...of,
      keys: [key],
      aggregates: [COUNT],
      having: null,
      select: select(4),
    },
  ],
  [
    'a session',
    {
      ...base('q'),
      kind: 'window',
      window: { kind: 'session', gap: 5_000 },
      lateness: 0,
      ...of,
      keys: [key],
      aggregates: [COUNT],
      having: null,
      select: select(4),
    },
  ],
  [
    'a relation',
    {
      ...base('q'),
      kind: 'composed',
      window: tumble,
      folds: [keyed(of, [key], rows(slot(0, STRING)))],
      rel: { kind: 'group', of: { kind: 'fold', fold: 0 }, keys: [slot(0, STRING)], aggregates: [COUNT] },
    },
  ],
  [
    'a running key',
    {
      ...base('q'),
      kind: 'running',
      fold: keyed(of, [key], aggregates(COUNT)),
      ttl: 60_000,
      emit: 'updates',
      having: null,
      select: select(1),
    },
  ],
  [
    'both sides of a join',
    {
      ...base('q'),
      kind: 'interval',
      left: { ...of, keys: [key], row: [key] },
      right: { ...of, keys: [key], row: [key] },
      low: 0,
      high: 0,
      on: null,
      select: [slot(0, STRING), literal('1', BIGINT)],
    },
  ],
];

const given = eventsOf(['x', 'y', 'x', 'z'].map((k, i) => ({ lane: 0, input: 'a', k, v: i, behind: 0, later: 0 })));
const tagged = given.map((g, i) => {
  const event = JSON.parse(Buffer.from(g.e.bytes).toString());
  const data = { ...event.data, tags: [['a', 'b'], ['a', 'a'], [], ['c']][i] };
  return { ...g, e: { ...g.e, bytes: Buffer.from(JSON.stringify({ ...event, data })) } };
});
const sums = (all: readonly string[]): Readonly<Record<string, number>> => {
  const out: Record<string, number> = {};
  for (const line of all) {
    const { k, n } = JSON.parse(line) as { k: string; n: number };
    out[k] = (out[k] ?? 0) + n;
  }
  return out;
};

test.each(kinds(named, NAME))('%s counts rows under what a look-up says', async (name, query) => {
  asked.length = 0;
  const w = world(planOf([query], destination('out', COLUMNS, query.kind === 'running' ? ['k'] : [])), { lookup });
  await w.show(given);
  expect(asked[0]).toEqual(['x', 'y', 'x', 'z']);
  // What is below the marks asks for nothing.
  const before = asked.length;
  await w.show(given);
  expect(asked.length).toBe(before);
  await w.drain();
  const pairs = name === 'both sides of a join';
  const found = shown(standing(w.sent(), 'out', query.kind === 'running' ? ['k'] : []));
  expect(sums(found)).toEqual(pairs ? { Oslo: 4, Rome: 1 } : { Oslo: 2, Rome: 1 });
  expect(await w.counts('q-0')).toEqual([4, 3, 1, 0, 0]);
});

test.each(kinds(twice, TAG))('%s counts each element of an array', async (name, query) => {
  const w = world(planOf([query], destination('out', COLUMNS, query.kind === 'running' ? ['k'] : [])));
  await w.play(tagged, [{ kind: 'batch', n: 2, again: 0 }]);
  const pairs = name === 'both sides of a join';
  const found = shown(standing(w.sent(), 'out', query.kind === 'running' ? ['k'] : []));
  // All events have one time: with itself, an element meets all of its kind.
  expect(sums(found)).toEqual(pairs ? { a: 9, b: 1, c: 1 } : { a: 3, b: 1, c: 1 });
  // An event counts once, however many rows it has; the one without elements is filtered.
  expect(await w.counts('q-0')).toEqual([4, 3, 1, 0, 0]);
});
