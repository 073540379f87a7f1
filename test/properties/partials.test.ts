import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packJson, unpackJson } from '../../shared/fold/pack.ts';
import type { States } from '../../shared/fold/query-fold.ts';
import {
  countPartials,
  eachSessionPartial,
  eachSlicePartial,
  type PackedPartials,
  type Partials,
  packPartials,
} from '../../shared/steps/ledger/partials.ts';
import type { Session } from '../../shared/window/session.ts';

const keys = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', '["a"]', '[]', '[null]', ''));
const times = fc.integer({ min: -(10 ** 12), max: 10 ** 13 });
const state = fc.oneof(fc.constant(null), fc.integer(), fc.string(), fc.array(fc.integer(), { maxLength: 3 }));
/** Every row of a query has as many states as the query has aggregates: none, one or more. */
const widths = fc.integer({ min: 0, max: 3 });
const statesOf = (width: number): fc.Arbitrary<States> => fc.array(state, { minLength: width, maxLength: width });

const stored = (p: Partials): PackedPartials => unpackJson(packJson(packPartials(p))) as PackedPartials;

test('partials of slices come back row by row, as they were', () => {
  const rows = widths.chain((width) => fc.array(fc.tuple(fc.nat(5), times, keys, statesOf(width)), { maxLength: 40 }));
  fc.assert(
    fc.property(rows, (all) => {
      const of = new Map<number, Map<number, Map<string, States>>>();
      for (const [j, slice, key, states] of all) {
        const slices = of.get(j) ?? new Map<number, Map<string, States>>();
        const held = slices.get(slice) ?? new Map<string, States>();
        of.set(j, slices.set(slice, held.set(key, states)));
      }
      const packed = stored({ kind: 'slices', of });
      if (packed.t !== 's') throw new Error(packed.t);
      const back: typeof of = new Map();
      let n = 0;
      eachSlicePartial(packed.p, (j, slice, key, states) => {
        n++;
        const slices = back.get(j) ?? new Map<number, Map<string, States>>();
        const held = slices.get(slice) ?? new Map<string, States>();
        expect(held.has(key)).toBe(false);
        back.set(j, slices.set(slice, held.set(key, states)));
      });
      expect(back).toEqual(of);
      expect(n).toBe(countPartials({ kind: 'slices', of }));
    }),
  );
});

test('partials of sessions come back session by session, as they were', () => {
  const lists = widths.chain((width) =>
    fc.array(
      fc.tuple(
        keys,
        fc.array(fc.tuple(times, fc.integer({ min: 1, max: 10 ** 9 }), statesOf(width)), {
          minLength: 1,
          maxLength: 4,
        }),
      ),
      { maxLength: 15 },
    ),
  );
  fc.assert(
    fc.property(lists, (all) => {
      const of = new Map<string, Session<States>[]>(
        all.map(([key, sessions]) => [
          key,
          sessions.map(([start, length, s]) => ({ start, end: start + length, state: s })),
        ]),
      );
      const packed = stored({ kind: 'sessions', of });
      if (packed.t !== 'i') throw new Error(packed.t);
      const back = new Map<string, Session<States>[]>();
      eachSessionPartial(packed.p, (key, sessions) => void back.set(key, [...sessions]));
      expect(back).toEqual(of);
    }),
  );
});
