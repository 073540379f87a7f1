// Loops over columns of numbers give what the plain folds and conditions give for each value, bit by bit.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldOf, type State } from '../../../shared/fold/fold.ts';
import { JsonWriter } from '../../../shared/fold/json-bytes.ts';
import { predicate } from '../../../shared/query/evaluate.ts';
import type { Aggregate, Expr } from '../../../shared/query/plan.ts';
import type { SqlType } from '../../../shared/query/types.ts';
import { accumulatorOf } from '../../../shared/steps/aggregate/columns/accumulator.ts';
import { NumberColumn } from '../../../shared/steps/aggregate/columns/column.ts';
import { conditionOf } from '../../../shared/steps/aggregate/columns/condition.ts';
import { PlainRows } from '../../../shared/steps/aggregate/columns/rows.ts';

const DOUBLE: SqlType = { kind: 'DOUBLE' };
const INT: SqlType = { kind: 'INT' };
const slot = (type: SqlType): Expr => ({ kind: 'slot', slot: 0, type });
const columnOf = (type: SqlType, values: readonly (number | string | null)[]): NumberColumn => {
  const column = new NumberColumn({ name: 'x', type, from: { kind: 'data', path: ['x'] } });
  values.forEach((v, row) => {
    column.pushJson(row, v);
  });
  return column;
};
/** Text is how JSON says what it has no number for. */
const doubles = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -9_999, max: 99_999 }).map((n) => n / 100) },
  { weight: 3, arbitrary: fc.constantFrom(0, -0, 1, -1, 0.1, 1e16, -1e16, 1e-300, 1e308, -1e308, 1.7e308, 5e-324) },
  { weight: 1, arbitrary: fc.constantFrom('NaN', 'Infinity', '-Infinity', null) },
  { weight: 2, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
);
const ints = fc.oneof(fc.integer(), fc.constantFrom(null, 0, 2_147_483_647, -2_147_483_648));

describe('sums, extremes and counts of a column', () => {
  const GROUPS = 3;
  const check = (fn: Aggregate['fn'], type: SqlType, values: readonly (number | string | null)[]) => {
    const aggregate: Aggregate = { fn, distinct: false, arg: slot(type), filter: null, type };
    const column = columnOf(type, values);
    const rows = Int32Array.from(values, (_, row) => row);
    const groups = rows.map((row) => row % GROUPS);
    const states: State[] = Array(GROUPS).fill(null);
    values.forEach((_, row) => {
      const v = column.valueAt(row);
      if (v !== null) states[row % GROUPS] = foldOf(aggregate).add(states[row % GROUPS] as State, v);
    });
    const accumulator = accumulatorOf(aggregate, [column], new PlainRows([column]));
    const out = new JsonWriter();
    for (let twice = 0; twice < 2; twice++) {
      accumulator.begin(GROUPS);
      accumulator.add(rows, rows.length, groups);
      accumulator.write(Int32Array.of(0, 1, 2), GROUPS, out);
      expect(`[${Buffer.from(out.take())}]`).toBe(JSON.stringify(states));
    }
  };
  test.each(['COUNT', 'SUM', 'AVG', 'MIN', 'MAX'] as const)('%s of DOUBLE and of INT', (fn) => {
    fc.assert(
      fc.property(fc.array(doubles, { maxLength: 40 }), fc.array(ints, { maxLength: 40 }), (some, whole) => {
        check(fn, DOUBLE, some);
        check(fn, INT, whole);
      }),
      { numRuns: 300 },
    );
  });
  test.each<[string, readonly (number | string)[]]>([
    ['a sum that overflows on the way and comes back', [1e308, 0, 0, 1e308, 0, 0, -1e308, 0, 0, -1e308]],
    [
      'a sum of so many parts that they have no place',
      [1e300, 0, 0, 1e200, 0, 0, 1e100, 0, 0, 1, 0, 0, 1e-100, 0, 0, 1e-200],
    ],
    ['-0 alone', [-0, -0, -0, -0]],
    ['NaN', ['NaN', 1, 2, 5, 'NaN', 3, 'NaN', 1, 2]],
  ])('%s', (_, values) => {
    for (const fn of ['SUM', 'AVG', 'MIN', 'MAX'] as const) check(fn, DOUBLE, values);
  });
});

describe('a condition on a column', () => {
  const compare = (fn: string, by: number, turned: boolean): Expr => {
    const literal: Expr = { kind: 'literal', value: by, type: DOUBLE };
    const args = turned ? [literal, slot(DOUBLE)] : [slot(DOUBLE), literal];
    return { kind: 'call', fn, args, type: { kind: 'BOOLEAN' } };
  };
  const operators = fc.constantFrom('=', '<>', '<', '<=', '>', '>=');
  const bounds = fc.constantFrom(0, -0, 1, 0.1, 5.5, -3, 1e308);
  const comparisons = fc.tuple(operators, bounds, fc.boolean()).map(([fn, by, turned]) => compare(fn, by, turned));
  test('keeps the rows that the plain one keeps', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(doubles, bounds), { maxLength: 30 }),
        fc.array(comparisons, { minLength: 1, maxLength: 3 }),
        (values, all) => {
          const column = columnOf(DOUBLE, values);
          const where = all.reduce((a, b): Expr => ({ kind: 'call', fn: 'AND', args: [a, b], type: a.type }));
          const rows = Int32Array.from(values, (_, row) => row);
          const n = conditionOf(where, [column], new PlainRows([]))?.(rows, rows.length, rows);
          const plain = predicate(where);
          expect([...rows.subarray(0, n)]).toEqual(
            values.flatMap((_, row) => (plain([column.valueAt(row)]) ? [row] : [])),
          );
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
