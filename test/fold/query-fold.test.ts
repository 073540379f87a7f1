// NULL and FILTER are decided between the row and the aggregate, so they are played through a whole query.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { State } from '../../shared/fold/fold.ts';
import { queryFold, type States } from '../../shared/fold/query-fold.ts';
import type { Aggregate, Expr, WindowQuery } from '../../shared/query/plan.ts';
import type { SqlType, Value } from '../../shared/query/types.ts';
import { AGGREGATES, reference, sameResult, valuesOf } from './given.ts';

const BOOLEAN: SqlType = { kind: 'BOOLEAN' };
const slot = (n: number, type: SqlType): Expr => ({ kind: 'slot', slot: n, type });

/** No keys; the row is [value, flag]; each aggregate once plain and once under FILTER (WHERE flag). */
const queryOf = (a: Aggregate): WindowQuery => {
  const aggregates = [a, { ...a, filter: slot(1, BOOLEAN) }];
  return {
    kind: 'window',
    id: 'q-1',
    name: 'q',
    at: { file: 'q.sql', line: 1, col: 1 },
    input: { stream: 'enriched', table: 't', types: ['t'], reads: [] },
    columns: [],
    where: null,
    into: 'out',
    window: { kind: 'tumble', size: 1_000 },
    delay: 0,
    lateness: 0,
    keys: [],
    aggregates,
    having: null,
    // Behind window_start, window_end and window_time.
    select: aggregates.map((x, i) => slot(3 + i, x.type)),
  };
};

test.each(AGGREGATES)('%s leaves out NULLs and what its FILTER does not take, batch by batch', (_, aggregate) => {
  const fold = queryFold(queryOf(aggregate));
  const value = fc.option(aggregate.arg === null ? fc.constant(true) : valuesOf(aggregate.arg.type), { freq: 4 });
  const rows = fc.array(fc.tuple(value, fc.constantFrom(true, false, null)), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(rows, fc.nat(20), (all, cut) => {
      const batches = [all.slice(0, cut), all.slice(cut)].filter((b) => b.length > 0);
      const merged = batches
        .map(([first, ...more]) => {
          const states = fold.one(first as Value[]);
          for (const row of more) fold.add(states, row);
          return JSON.parse(JSON.stringify(states)) as States;
        })
        .reduce((a, b: readonly State[]) => fold.merge(a, b));
      const { values } = fold.finish('[]', { start: 0, end: 1_000 }, merged);
      // COUNT(*) counts rows, whatever stands in them.
      const seen = (kept: typeof all): Value[] => kept.map(([v]) => (aggregate.arg === null ? true : v));
      const wanted = [reference(aggregate, seen(all)), reference(aggregate, seen(all.filter(([, f]) => f === true)))];
      if (!values.every((v, i) => sameResult(v, wanted[i] as Value))) expect(values).toEqual(wanted);
    }),
    { numRuns: 40 },
  );
});
