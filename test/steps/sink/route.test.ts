import { describe, expect, test } from 'vitest';
import type { Destination } from '../../../shared/steps/sink/destination.ts';
import { routed } from '../../../shared/steps/sink/route.ts';
import { sinkRow } from '../../ports/destination.contract.ts';
import { memoryDestination } from './given.ts';

const given = () => {
  const a = memoryDestination({ most: { rows: 2, bytes: 1_000 }, atOnce: 1 });
  const b = memoryDestination({ most: { rows: 10, bytes: 1_000 }, atOnce: 4 });
  const byTable = new Map<string, Destination>([
    ['a', a.destination],
    ['b', b.destination],
  ]);
  return { a, b, d: routed('publish', byTable) };
};
const rows = (table: string, n: number) => Array.from({ length: n }, (_, i) => sinkRow(table, `k${i}`, 1));

describe('rows of several destinations', () => {
  test('go each to its own, in calls that it takes', async () => {
    const { a, b, d } = given();
    expect((await d.write([...rows('a', 5), ...rows('b', 5)])).every((o) => o.kind === 'stored')).toBe(true);
    expect([a.calls, b.calls]).toEqual([[2, 2, 1], [5]]);
  });
  test('one that is down keeps its own rows only', async () => {
    const { a, b, d } = given();
    a.fail('throttled');
    expect((await d.write([...rows('a', 2), ...rows('b', 2)])).map((o) => o.kind)).toEqual([
      'retry',
      'retry',
      'stored',
      'stored',
    ]);
    expect(b.messages).toHaveLength(2);
  });
  test('a row that is refused is refused by itself', async () => {
    const { a, d } = given();
    a.poison((r) => r.key === '["k1"]');
    expect((await d.write(rows('a', 4))).map((o) => o.kind)).toEqual(['stored', 'reject', 'stored', 'stored']);
  });
  test('a table without a destination is named', async () => {
    expect(await given().d.write(rows('c', 1))).toEqual([
      { kind: 'reject', rule: 'destination.refused', cause: 'publish: no destination for the table c' },
    ]);
  });
  test('takes as much at once as the most capable, at the pace of the most careful', () => {
    expect(given().d).toMatchObject({ most: { rows: 10, bytes: 1_000 }, atOnce: 1 });
  });
});
