import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Fold, foldOf, type State } from '../../shared/fold/fold.ts';
import type { Value } from '../../shared/query/types.ts';
import { AGGREGATES, reference, sameResult, valuesOf } from './given.ts';

/** As in a ledger entry: written and read again. */
const stored = (s: State): State => JSON.parse(JSON.stringify(s)) as State;
const fold = (f: Fold, rows: readonly Value[]): State => rows.reduce<State>((s, v) => f.add(s, v), null);

describe.each(AGGREGATES)('%s', (_, aggregate) => {
  const f = foldOf(aggregate);
  const values = fc.array(aggregate.arg === null ? fc.constant(true) : valuesOf(aggregate.arg.type), { maxLength: 24 });
  const same = (a: State, b: State) => sameResult(f.result(a), f.result(b));

  test('is what SQL says of all rows, in any order, cut anywhere, states stored in between', () => {
    fc.assert(
      fc.property(values, fc.array(fc.nat(99), { minLength: 4, maxLength: 30 }), (rows, draws) => {
        let drawn = 0;
        const draw = (n: number): number => (draws[drawn++ % draws.length] as number) % n;
        const rest = [...rows];
        const shuffled: Value[] = [];
        while (rest.length > 0) shuffled.push(...rest.splice(draw(rest.length), 1));
        // Batches of any size, empty ones too, then any tree of merges.
        const parts: State[] = [null];
        while (shuffled.length > 0) parts.push(stored(fold(f, shuffled.splice(0, 1 + draw(5)))));
        while (parts.length > 1) {
          const [a] = parts.splice(draw(parts.length), 1) as [State];
          const [b] = parts.splice(draw(parts.length), 1) as [State];
          parts.push(stored(f.merge(a, b)));
        }
        const got = f.result(parts[0] as State);
        const wanted = reference(aggregate, rows);
        if (!sameResult(got, wanted)) expect(got).toEqual(wanted);
        return sameResult(got, wanted);
      }),
      { numRuns: 60 },
    );
  });

  test('merges as a commutative monoid: associative, commutative, nothing is its unit', () => {
    fc.assert(
      fc.property(values, values, values, (x, y, z) => {
        const [a, b, c] = [fold(f, x), fold(f, y), fold(f, z)];
        return (
          same(f.merge(f.merge(a, b), c), f.merge(a, f.merge(b, c))) &&
          same(f.merge(a, b), f.merge(b, a)) &&
          same(f.merge(a, null), a) &&
          same(f.merge(null, a), a) &&
          same(f.merge(f.merge(a, b), null), fold(f, [...y, ...x]))
        );
      }),
      { numRuns: 40 },
    );
  });

  test('of no row is NULL, or 0 for COUNT', () => {
    expect(f.result(null)).toBe(aggregate.fn === 'COUNT' ? 0n : null);
  });
});

test('a sum of doubles that overflows on the way comes back when later rows bring it back', () => {
  const f = foldOf((AGGREGATES.find(([name]) => name === 'SUM(DOUBLE)') as (typeof AGGREGATES)[number])[1]);
  expect(f.result(fold(f, [1e308, 1e308, -1e308, 1]))).toBe(1e308);
  expect(f.result(fold(f, [1e308, 1e308]))).toBe(Infinity);
  expect(f.result(stored(fold(f, [-0, -0])))).toBe(-0);
});

test.each(['MIN(DOUBLE)', 'MAX(DOUBLE)'])('%s of 0 and -0 does not depend on which came first', (name) => {
  const f = foldOf((AGGREGATES.find(([n]) => n === name) as (typeof AGGREGATES)[number])[1]);
  expect(f.result(fold(f, [0, -0]))).toBe(f.result(fold(f, [-0, 0])));
});
