import fc from 'fast-check';
import { padSeq } from '../../shared/lanes/position.ts';
import type { LaneMark } from '../../shared/steps/ledger/lane-marks.ts';

export const seqs = fc.oneof(
  fc.bigInt({ min: 0n, max: 10n ** 56n - 1n }),
  fc.bigInt({ min: 0n, max: 30n }),
  fc.constantFrom(9n, 10n, 10n ** 55n, 10n ** 56n - 1n),
);
export const indexes = fc.oneof(fc.nat(20_000), fc.nat(12), fc.constantFrom(9, 10, 99, 100, 9_999, 10_000, 99_999));

export const children = fc.oneof(
  indexes,
  fc.nat(2 ** 31 - 1),
  fc.constantFrom(10 ** 9 - 1, 10 ** 9, 2 ** 32, 10 ** 10 - 1),
);

export const marks: fc.Arbitrary<LaneMark> = fc.record({
  seq: fc.oneof(
    fc.constant(''),
    seqs.map((n) => padSeq(n.toString())),
  ),
  index: indexes,
  child: children,
  clock: fc.integer({ min: -(10 ** 13), max: 10 ** 13 }),
  endedAt: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.nat(1_000).map((n) => n + 1) },
  ),
});
