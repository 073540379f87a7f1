import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Placed, placer } from '../../shared/fold/place.ts';
import { padSeq } from '../../shared/lanes/position.ts';

const shards = fc.constantFrom(
  'shardId-000000000000',
  'shardId-000000000001',
  'm.aggregate/enriched.q-1.0',
  'a',
  'a-b',
  'ab',
);
const placed: fc.Arbitrary<readonly [Placed, number]> = fc.tuple(
  fc.record({
    arrival: fc.oneof(fc.integer({ min: -10, max: 10 }), fc.integer({ min: -(10 ** 13), max: 10 ** 14 })),
    lane: fc.tuple(shards, fc.nat(3)).map(([s, g]) => `${s}/${g}`),
    seq: fc.oneof(fc.bigInt(0n, 40n), fc.bigInt(0n, 10n ** 56n - 1n)).map((n) => padSeq(n.toString())),
    index: fc.oneof(fc.nat(3), fc.nat(20_000)),
    child: fc.oneof(fc.nat(3), fc.nat(99_999)),
  }),
  fc.nat(1_000),
);

const parts = ([p, element]: readonly [Placed, number]): readonly (string | number)[] => [
  p.arrival,
  p.lane.slice(0, p.lane.lastIndexOf('/')),
  p.seq,
  p.index,
  p.child,
  element,
];
const sign = (a: readonly (string | number)[], b: readonly (string | number)[]): number => {
  const i = a.findIndex((x, n) => x !== b[n]);
  return i < 0 ? 0 : (a[i] as number) < (b[i] as number) ? -1 : 1;
};

test('places stand in the order of arrival, raw shard, sequence number, index, child, element', () => {
  const place = placer();
  fc.assert(
    fc.property(placed, placed, fc.subarray([0, 1, 2, 3, 4]), (a, b, same) => {
      // Often alike in some of their parts.
      const names = ['arrival', 'lane', 'seq', 'index', 'child'] as const;
      const other = [
        { ...b[0], ...Object.fromEntries(same.map((i) => [names[i], a[0][names[i] as 'index']])) },
        b[1],
      ] as const;
      const [x, y] = [place(...a), place(...other)];
      expect(x === y ? 0 : x < y ? -1 : 1).toBe(sign(parts(a), parts(other)));
    }),
    { numRuns: 2_000 },
  );
});
