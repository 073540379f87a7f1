// Rows kept whole: any split and any grouping of the parts gives the same list, also when it is cut.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { States } from '../../shared/fold/aggregate-fold.ts';
import { type KeptRow, keptRows } from '../../shared/fold/kept-rows.ts';
import { packJson, unpackJson } from '../../shared/fold/pack.ts';
import type { Expr, Keep } from '../../shared/query/plan.ts';
import type { Value } from '../../shared/query/types.ts';

const INT = { kind: 'INT' } as const;
const STRING = { kind: 'STRING' } as const;
const v: Expr = { kind: 'slot', slot: 0, type: INT };
const text: Expr = { kind: 'slot', slot: 1, type: STRING };

type Rows = Extract<Keep, { kind: 'rows' }>;
const keeps = fc.record({
  descending: fc.boolean(),
  nullsFirst: fc.boolean(),
  limit: fc.constantFrom(1, 2, 5),
  latestFirst: fc.boolean(),
  ordered: fc.boolean(),
});
const keepOf = (k: {
  ordered: boolean;
  descending: boolean;
  nullsFirst: boolean;
  limit: number;
  latestFirst: boolean;
}): Rows => ({
  kind: 'rows',
  row: [v, text],
  best: k.ordered
    ? {
        order: [{ expr: v, descending: k.descending, nullsFirst: k.nullsFirst }],
        limit: k.limit,
        latestFirst: k.latestFirst,
      }
    : null,
});

/** [place, v, text], places unlike. */
const rows = fc.uniqueArray(
  fc.tuple(fc.string({ minLength: 1 }), fc.option(fc.integer({ min: 0, max: 3 })), fc.string()),
  { minLength: 1, maxLength: 25, selector: ([place]) => place },
);

const MOST = 7;

test('kept rows are a commutative monoid, cut or not', () => {
  fc.assert(
    fc.property(keeps, rows, fc.infiniteStream(fc.nat()), (how, all, chosen) => {
      const keep = keepOf(how);
      const fold = keptRows(keep, undefined, MOST);
      const next = (n: number): number => (chosen.next().value as number) % n;
      const parts = all.map(([place, ...values]) => unpackJson(packJson(fold.one(values as Value[], place))) as States);
      // Any two parts, in any order, until one is left; one of them now and then used before as a copy.
      while (parts.length > 1) {
        const [a] = parts.splice(next(parts.length), 1) as [States];
        const [b] = parts.splice(next(parts.length), 1) as [States];
        const before = JSON.stringify(a);
        fold.merge(fold.copy(a), b);
        expect(JSON.stringify(a)).toBe(before);
        parts.push(fold.merge(a, b));
      }
      const sorted = [...all].sort(([p, x], [q, y]) => {
        const [byPlace, sign] = [p < q ? -1 : 1, how.latestFirst ? -1 : 1];
        if (!how.ordered) return byPlace;
        if (x === y) return sign * byPlace;
        if (x === null || y === null) return (x === null) === how.nullsFirst ? -1 : 1;
        return how.descending ? y - x : x - y;
      });
      const kept = sorted.slice(0, how.ordered ? Math.min(how.limit, MOST) : MOST);
      const [states] = parts as [States];
      expect(fold.listOf(states)).toEqual(kept as unknown as KeptRow[]);
      expect(fold.leftOut(states)).toBe(how.ordered ? 0 : Math.max(0, all.length - MOST));
      expect(fold.listOf(states).map(fold.decode)).toEqual(kept.map(([, ...values]) => values));
    }),
    { numRuns: 300 },
  );
});
