import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../shared/event/cloud-event.ts';
import type { StampedEvent } from '../../shared/lanes/inner.ts';
import type { TablePlan } from '../../shared/query/plan.ts';
import { versionOf } from '../../shared/steps/sink/read-sink-row.ts';
import { writeTable } from '../../shared/steps/write-table.ts';
import {
  AT,
  atEveryCall,
  batchesOf,
  deliver,
  event,
  linesUnder,
  marks,
  newLog,
  newPorts,
  plenty,
  RUN,
  row,
  send,
} from './stage-given.ts';

const table = (
  name: string,
  primaryKey: readonly string[],
  connector: TablePlan['connector'] = 'dynamodb',
): TablePlan => ({
  name,
  at: { file: 'tables.sql', line: 1, col: 1 },
  columns: [],
  watermark: null,
  primaryKey,
  connector,
  types: [],
  ahead: 0,
  lateness: 0,
  options: {},
});
const tables = [table('per_store', ['store', 'day']), table('log', []), table('topic', ['store'], 'kinesis')];

const given = () => {
  const ports = newPorts();
  const log = newLog('refined', 2);
  const step = (wrap: <T extends object>(port: T) => T = (port) => port) =>
    writeTable({ tables, results: wrap(ports.table), rejected: wrap(ports.bucket), run: RUN });
  const items = () => Object.fromEntries(ports.table.items().map(({ pk, sk, ...rest }) => [pk, rest]));
  return { ...ports, log, step, items };
};

const stored = async (...rows: readonly StampedEvent[]) => {
  const g = given();
  await send(g.log, rows);
  await deliver(g.step, batchesOf(g.log, 100));
  return g.items();
};

describe('an item for each key', () => {
  test('named by the primary key as JSON, with the row as the query wrote it', async () => {
    const text = '{"store":"oslo","day":"2026-01-05","orders":12345678901234567890,"revenue":"29.70","avg":0.1000}';
    expect(await stored(row(7, 'per_store', text))).toEqual({
      'per_store#["oslo","2026-01-05"]': { row: text, ver: versionOf(row(7, 'per_store', text)), id: 'q-1|7' },
    });
  });
  test('named by the id where the table has no key', async () => {
    expect(Object.keys(await stored(row(1, 'log', { a: 1 }), row(2, 'log', { a: 1 })))).toEqual([
      'log#q-1|1',
      'log#q-1|2',
    ]);
  });
  test('missing and null key columns, numbers of any size, and names from everybody’s prototype', async () => {
    expect(
      Object.keys(
        await stored(
          row(1, 'per_store', '{"store":12345678901234567890}'),
          row(2, 'per_store', '{"__proto__":{"store":"x"},"day":null}'),
        ),
      ),
    ).toEqual(['per_store#[12345678901234567890,null]', 'per_store#[null,null]']);
  });
  test('a key that no item can have is named by its hash', async () => {
    const [a, b] = Object.keys(
      await stored(
        row(1, 'per_store', { store: 'x'.repeat(3_000) }),
        row(2, 'per_store', { store: 'x'.repeat(3_001) }),
      ),
    );
    expect(a).toMatch(/^per_store#sha256:[0-9a-f]{64}$/);
    expect(b).not.toBe(a);
  });
  test('rows of other tables, of other connectors and marks are not written', async () => {
    expect(
      await stored(row(1, 'topic', { store: 'oslo' }), row(2, 'elsewhere', {}), event(3, 'constructor', {})),
    ).toEqual({});
  });
  test('a deleted row leaves a tombstone, and a late older row does not bring it back', async () => {
    const at = { store: 'oslo', day: '1' };
    const gone = row(5, 'per_store', at, { key: 'k', more: { deleted: true } });
    const tombstone = { 'per_store#["oslo","1"]': { deleted: true, ver: versionOf(gone), id: 'q-1|5' } };
    expect(await stored(row(4, 'per_store', at, { key: 'k' }), gone)).toEqual(tombstone);
    const g = given();
    await send(g.log, [gone]);
    await send(g.log, [row(4, 'per_store', at, { key: 'k' })]);
    await deliver(g.step, batchesOf(g.log, 1));
    expect(g.items()).toEqual(tombstone);
  });
});

describe('which of two rows is newer', () => {
  test('rows of refine: the outbox number, far beyond 2^53', () => {
    const at = (seq: string) => versionOf({ ...row(1, 'log', {}), seq: seq.padStart(56, '0') });
    expect(at('100000000000000000001') > at('100000000000000000000')).toBe(true);
    expect(at('10') > at('9')).toBe(true);
  });
  test('rows of transform: arrival, raw shard, sequence number, index, child', () => {
    const at = (arrival: number, shard: string, seq: number, index: number, child: number) => {
      const e = event(1, 'log', {});
      return versionOf({ ...e, arrival, lane: `${shard}/0`, seq: String(seq).padStart(56, '0'), index, child });
    };
    const inOrder = [
      at(-5, 'b', 1, 0, 0),
      at(0, 'b', 1, 0, 0),
      at(9, 'b', 1, 0, 0),
      at(10, 'a', 9, 0, 0),
      at(10, 'b', 1, 9, 0),
      at(10, 'b', 2, 0, 2),
      at(10, 'b', 2, 0, 10),
      at(10, 'b', 2, 1, 0),
      at(AT, 'a', 1, 0, 0),
    ];
    expect([...inOrder].sort()).toEqual(inOrder);
  });
});

test('of several rows of a key in a batch only the newest is written', async () => {
  const g = given();
  await send(
    g.log,
    [1, 3, 2].map((n) => row(n, 'per_store', { store: 'oslo', n }, { key: 'k' })),
  );
  await deliver(g.step, batchesOf(g.log, 100));
  expect(g.table.writes()).toBe(1);
  expect(Object.values(g.items())).toMatchObject([{ id: 'q-1|3' }]);
});

test('what can be no item is kept aside, its neighbours are written', async () => {
  const g = given();
  await send(g.log, [
    row(1, 'log', { text: 'x'.repeat(410_000) }),
    row(2, 'log', { a: 1 }),
    row(3, 'log', '[1]'),
    row(4, 'log', {}, { id: '' }),
    row(5, 'log', '{"a":}'),
  ]);
  g.log.put({ partitionKey: 'x', data: Buffer.from('hello') });
  await deliver(g.step, batchesOf(g.log, 100));
  expect(Object.keys(g.items())).toEqual(['log#q-1|2']);
  expect((await linesUnder(g.bucket, 'rejected/1/')).map((r) => `${r.stage} ${r.rule}`).sort()).toEqual([
    'write-table aggregate.corrupt',
    'write-table body.not-json',
    'write-table body.too-large',
    'write-table event.no-id',
    'write-table event.not-an-event',
  ]);
});

test('a failed write stops at the first record that its key stands in, though a newer row of it came later', async () => {
  const g = given();
  const keyed = (n: number, store: string) => row(n, 'per_store', { store, n }, { key: 'k' });
  for (const r of [keyed(1, 'a'), keyed(2, 'b'), keyed(3, 'c'), keyed(4, 'b')]) await send(g.log, [r]);
  const results = {
    ...g.table,
    put: (item: Parameters<typeof g.table.put>[0], when: Parameters<typeof g.table.put>[1]) =>
      item.pk.includes('"b"') ? Promise.reject(new Error('down')) : g.table.put(item, when),
  };
  const step = writeTable({ tables, results, rejected: g.bucket, run: RUN });
  const batch = batchesOf(g.log, 100).find((b) => b.records.length > 0)!;
  expect(await step(batch, plenty)).toMatchObject({ done: 1, fault: { code: 'table.unavailable' } });
});

test('out of time: what was not tried comes again', async () => {
  const g = given();
  for (let n = 1; n <= 80; n++) await send(g.log, [row(n, 'log', { n }, { key: 'k' })]);
  const batch = batchesOf(g.log, 100).find((b) => b.records.length > 0)!;
  let left = 50;
  const { done, fault } = await g.step()(batch, { remainingMs: () => left-- });
  expect([done > 0 && done < 80, fault]).toEqual([true, undefined]);
  expect(g.table.items()).toHaveLength(done);
});

const revision = fc.record({ store: fc.constantFrom('a', 'b', 'c'), n: fc.integer({ min: 1, max: 30 }) });
const rowsOf = (list: readonly { store: string; n: number }[]) =>
  list.map(({ store, n }) => row(n, 'per_store', { store, day: null, n } as Json, { key: store }));
const newest = (list: readonly { store: string; n: number }[]) => {
  const best = new Map<string, number>();
  for (const { store, n } of list)
    best.set(`per_store#["${store}",null]`, Math.max(n, best.get(`per_store#["${store}",null]`) ?? 0));
  return Object.fromEntries(best);
};
const numbers = (g: ReturnType<typeof given>) =>
  Object.fromEntries(Object.entries(g.items()).map(([pk, i]) => [pk, JSON.parse(i.row as string).n]));

test('in any order, any borders, every batch twice: the newest row stands', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(revision, { minLength: 1, maxLength: 25 }),
      fc.integer({ min: 1, max: 5 }),
      async (list, size) => {
        const g = given();
        for (const r of rowsOf(list)) await send(g.log, [r, ...marks(0)]);
        await deliver(
          g.step,
          batchesOf(g.log, size).flatMap((b) => [b, b]),
        );
        await deliver(g.step, batchesOf(g.log, 1).toReversed());
        expect(numbers(g)).toEqual(newest(list));
      },
    ),
    { numRuns: 40 },
  );
});

test('a crash at any call: the newest row stands', async () => {
  const list = [1, 5, 3, 9, 2, 7].map((n, i) => ({ n, store: 'abc'[i % 3] as string }));
  await atEveryCall(async (wrap) => {
    const g = given();
    for (const r of rowsOf(list)) await send(g.log, [r]);
    g.log.put({ partitionKey: 'x', data: Buffer.from('hello') });
    await deliver(() => g.step(wrap), batchesOf(g.log, 3));
    expect(numbers(g)).toEqual(newest(list));
    expect(new Set((await linesUnder(g.bucket, 'rejected/')).map((r) => r.position)).size).toBe(1);
  });
});
