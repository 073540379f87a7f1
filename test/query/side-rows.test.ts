import { describe, expect, test, vi } from 'vitest';
import { loadReference, referenceLookup } from '../../shared/enrich/reference.ts';
import type { CloudEvent, JsonObject } from '../../shared/event/cloud-event.ts';
import { manualClock } from '../../shared/memory/clock.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import type { Expr, Lookup, Side, TableColumn, Unnest } from '../../shared/query/plan.ts';
import { sideReader } from '../../shared/query/side-rows.ts';
import type { SqlType, Value } from '../../shared/query/types.ts';
import { minutes } from '../../shared/time.ts';

const STRING: SqlType = { kind: 'STRING' };
const INT: SqlType = { kind: 'INT' };
const BIGINT: SqlType = { kind: 'BIGINT' };
const BOOLEAN: SqlType = { kind: 'BOOLEAN' };
const DECIMAL: SqlType = { kind: 'DECIMAL', precision: 10, scale: 2 };

const slot = (n: number, type: SqlType): Expr => ({ kind: 'slot', slot: n, type });
const call = (fn: string, ...args: Expr[]): Expr => ({ kind: 'call', fn, args, type: BOOLEAN });
const text = (value: string): Expr => ({ kind: 'literal', value, type: STRING });
const number = (value: number): Expr => ({ kind: 'literal', value, type: INT });
const columns = (...of: (readonly [string, SqlType])[]): readonly TableColumn[] =>
  of.map(([name, type]) => ({ name, type }));

const TAGS: SqlType = { kind: 'ARRAY', element: STRING };
const LINE: SqlType = {
  kind: 'ROW',
  fields: [
    { name: 'sku', type: STRING },
    { name: 'n', type: INT },
  ],
};
const LINES: SqlType = { kind: 'ARRAY', element: LINE };
const COUNTS: SqlType = { kind: 'MAP', key: STRING, value: INT };

/** store, tags, lines, counts: slots 0 to 3. */
const orders = (more: Partial<Side> = {}): Side => ({
  input: { stream: 'enriched', table: 'orders', types: ['order'], reads: [] },
  columns: [
    { name: 'store', type: STRING, from: { kind: 'data', path: ['store'] } },
    { name: 'tags', type: TAGS, from: { kind: 'data', path: ['tags'] } },
    { name: 'lines', type: LINES, from: { kind: 'data', path: ['lines'] } },
    { name: 'counts', type: COUNTS, from: { kind: 'data', path: ['counts'] } },
  ],
  where: null,
  ...more,
});
const order = (data: JsonObject): CloudEvent => ({
  specversion: '1.0',
  id: 'o1',
  source: 'test',
  type: 'order',
  time: '2026-01-05T09:00:00.000Z',
  data,
});
const TIME = Date.parse('2026-01-05T09:00:00Z');

const unnest = (array: Expr, of: readonly TableColumn[], more: Partial<Unnest> = {}): Unnest => ({
  array,
  columns: of,
  ordinality: false,
  keepsEmpty: false,
  ...more,
});

describe('UNNEST', () => {
  const tags = unnest(slot(1, TAGS), columns(['tag', STRING]));
  const added = (side: Side, data: JsonObject): Value[][] => {
    const reader = sideReader(side);
    return reader.rows(order({ store: 'oslo', ...data }), TIME).map((row) => row.slice(4, row.length - 1));
  };

  test.each([
    ['a row for each element', tags, { tags: ['a', 'b'] }, [['a'], ['b']]],
    ['an element that is NULL is a row', tags, { tags: ['a', null] }, [['a'], [null]]],
    ['no element, no row', tags, { tags: [] }, []],
    ['no array, no row', tags, {}, []],
    ['LEFT JOIN keeps the event without elements', { ...tags, keepsEmpty: true }, { tags: [] }, [[null]]],
    ['LEFT JOIN keeps the event without an array', { ...tags, keepsEmpty: true }, {}, [[null]]],
    [
      'LEFT JOIN has no ordinality for it',
      { ...tags, keepsEmpty: true, ordinality: true },
      { tags: null },
      [[null, null]],
    ],
    [
      'WITH ORDINALITY counts from 1',
      { ...tags, ordinality: true },
      { tags: ['a', 'b'] },
      [
        ['a', 1],
        ['b', 2],
      ],
    ],
    [
      'a ROW gives its fields',
      unnest(slot(2, LINES), columns(['sku', STRING], ['n', INT])),
      { lines: [{ sku: 'x', n: 2 }, { n: 3 }, null] },
      [
        ['x', 2],
        [null, 3],
        [null, null],
      ],
    ],
    [
      'a MAP gives its entries',
      unnest(slot(3, COUNTS), columns(['name', STRING], ['n', INT])),
      { counts: { a: 1, b: null } },
      [
        ['a', 1],
        ['b', null],
      ],
    ],
  ] as const)('%s', (_, u, data, rows) => {
    expect(added(orders({ unnest: u as Unnest }), data as unknown as JsonObject)).toEqual(rows);
  });

  test('WHERE sees the elements; each row keeps the number of its element', () => {
    const reader = sideReader(orders({ unnest: tags, where: call('<>', slot(4, STRING), text('b')) }));
    const rows = reader.rows(order({ tags: ['a', 'b', 'c'] }), TIME);
    expect(rows.map((row) => [row[4], reader.elementOf(row)])).toEqual([
      ['a', 0],
      ['c', 2],
    ]);
  });

  test('1,000 elements pass, one more does not', () => {
    const reader = sideReader(orders({ unnest: tags }));
    const of = (n: number) => order({ tags: Array.from({ length: n }, () => 'x') });
    expect(reader.rows(of(1_000), TIME)).toHaveLength(1_000);
    expect(() => reader.rows(of(1_001), TIME)).toThrow('UNNEST of 1001 elements; at most 1000');
  });
});

describe('a look-up', () => {
  const store: Lookup = {
    table: 'stores',
    keyColumn: 'name',
    key: slot(0, STRING),
    columns: columns(['region', STRING], ['size', BIGINT], ['rent', DECIMAL], ['open', BOOLEAN]),
    required: false,
  };
  const region: Lookup = {
    table: 'regions',
    keyColumn: 'id',
    key: slot(4, STRING),
    columns: columns(['tax', DECIMAL]),
    required: true,
  };
  const given = async () => {
    const table = memoryTable('reference');
    const clock = manualClock('2026-01-05T09:00:00Z');
    const of = { stores: ['name', 'region', 'size', 'rent', 'open'], regions: ['id', 'tax'] };
    const load = (name: keyof typeof of, ...rows: string[][]) => loadReference(table, name, of[name], rows);
    await load(
      'stores',
      ['oslo', 'north', '12', '99.5', 'true'],
      ['rome', 'south', 'many', '', 'maybe'],
      ['bern', 'none', '1', '2', 'f'],
    );
    await load('regions', ['north', '0.25'], ['south', '0.22']);
    const reads = vi.spyOn(table, 'getMany');
    return { lookup: referenceLookup({ table, clock, columns: of }), reads, clock, load };
  };
  type Given = Awaited<ReturnType<typeof given>>;
  const play = async (side: Side, { lookup }: Pick<Given, 'lookup'>, ...events: CloudEvent[]) => {
    const reader = sideReader(side, { lookup });
    await reader.prepare(events.map((event) => ({ event, time: TIME })));
    return events.map((event) => reader.rows(event, TIME).map((row) => row.slice(4)));
  };

  test('adds typed columns; what is no value of the type is NULL, and so is all of a row that is not there', async () => {
    const found = await play(
      orders({ lookups: [store] }),
      await given(),
      ...['oslo', 'rome', 'nowhere', null].map((name) => order({ store: name })),
    );
    expect(found).toEqual([
      [['north', 12n, { unscaled: 9950n, scale: 2 }, true]],
      [['south', null, null, null]],
      [[null, null, null, null]],
      [[null, null, null, null]],
    ]);
  });

  test('by a key that an earlier one added; an inner join leaves out events without a row', async () => {
    const side = orders({ lookups: [store, region] });
    const found = await play(side, await given(), ...['oslo', 'bern', 'nowhere'].map((s) => order({ store: s })));
    expect(found.map((rows) => rows.map((row) => row[4]))).toEqual([[{ unscaled: 25n, scale: 2 }], [], []]);
  });

  test('asks once for a batch, and not for events that WHERE leaves out by its columns', async () => {
    const g = await given();
    const side = orders({
      lookups: [store],
      where: call('AND', call('<>', slot(0, STRING), text('rome')), call('=', slot(4, STRING), text('north'))),
    });
    const found = await play(side, g, ...['oslo', 'rome', 'oslo', 'bern'].map((s) => order({ store: s })));
    expect(found.map((rows) => rows.length)).toEqual([1, 0, 1, 0]);
    expect(g.reads.mock.calls).toEqual([[['oslo', 'bern'].map((k) => ({ pk: `stores#${k}`, sk: '-' }))]]);
  });

  test('an answer is used for 5 minutes', async () => {
    const g = await given();
    const side = orders({ lookups: [store] });
    const regionOf = async () => (await play(side, g, order({ store: 'oslo' })))[0]?.[0]?.[0];
    expect(await regionOf()).toBe('north');
    await g.load('stores', ['oslo', 'east', '', '', '']);
    g.clock.advance(minutes(5) - 1);
    expect(await regionOf()).toBe('north');
    g.clock.advance(1);
    expect(await regionOf()).toBe('east');
  });

  test('a key that cannot be computed fails for its event alone', async () => {
    const zero: Lookup = {
      ...store,
      key: {
        kind: 'call',
        fn: 'CAST',
        type: STRING,
        args: [{ kind: 'call', fn: '/', type: INT, args: [number(1), slot(5, INT)] }],
      },
    };
    const side = {
      ...orders({ lookups: [zero] }),
      columns: [
        ...orders().columns,
        { name: 'x', type: INT, from: { kind: 'data' as const, path: ['x'] } },
        { name: 'n', type: INT, from: { kind: 'data' as const, path: ['n'] } },
      ],
    };
    const reader = sideReader(side, { lookup: (await given()).lookup });
    const [good, bad] = [order({ n: 1 }), order({ n: 0 })];
    await reader.prepare([good, bad].map((event) => ({ event, time: TIME })));
    expect(reader.rows(good, TIME)).toHaveLength(1);
    expect(() => reader.rows(bad, TIME)).toThrow(/zero/);
  });

  test('comes before UNNEST, whose elements see its columns', async () => {
    const side = orders({ lookups: [store], unnest: unnest(slot(1, TAGS), columns(['tag', STRING])) });
    const [rows] = await play(side, await given(), order({ store: 'oslo', tags: ['a', 'b'] }));
    expect(rows?.map((row) => [row[0], row[4]])).toEqual([
      ['north', 'a'],
      ['north', 'b'],
    ]);
  });
});

test('columns alone: nothing to wait for, and one row or none', () => {
  const reader = sideReader(orders({ where: call('=', slot(0, STRING), text('oslo')) }));
  expect(reader.prepare([{ event: order({}), time: TIME }])).toBeUndefined();
  expect(reader.rows(order({ store: 'oslo' }), TIME)).toHaveLength(1);
  expect(reader.rows(order({ store: 'rome' }), TIME)).toEqual([]);
});
