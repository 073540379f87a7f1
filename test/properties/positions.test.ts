import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { END, endOf, padSeq, position } from '../../shared/lanes/position.ts';
import { isBeyond, NEW_LANE, parsePosition } from '../../shared/steps/ledger/lane-marks.ts';
import { outboxNumber } from '../../shared/steps/refine/manifest.ts';
import { children, indexes, seqs } from './given-marks.ts';

const places = fc.tuple(seqs, indexes, children);
type Place = readonly [bigint, number, number];
const compare = (a: Place, b: Place): number =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : Math.sign(a[1] - b[1] || a[2] - b[2]);
const text = ([seq, index, child]: Place) => position(seq.toString(), index, child);
const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
/** Close places are the ones that a padding too short would confuse. */
const pairs = fc.oneof(
  fc.tuple(places, places),
  places.map(([s, i, c]) => [[s, i, c] as const, [s, i + 1 > 99_999 ? i : i + 1, c] as const] as const),
  places.map(([s, i, c]) => [[s, i, c] as const, [s, i, c + 1 >= 10 ** 10 ? c : c + 1] as const] as const),
);

describe('a position', () => {
  test('as text stands in the order of sequence number, index and child', () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => byText(text(a), text(b)) === compare(a, b)),
      { numRuns: 500 },
    );
  });

  test('stands beyond a mark exactly when it is greater than where the mark stands', () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const p = parsePosition(text(b));
        expect(p).toEqual({ seq: padSeq(b[0].toString()), index: b[1], child: b[2] });
        const mark = { ...NEW_LANE, ...parsePosition(text(a)) };
        return (
          isBeyond(mark, p.seq, p.index, p.child) === compare(a, b) < 0 && isBeyond(NEW_LANE, p.seq, p.index, p.child)
        );
      }),
      { numRuns: 500 },
    );
  });

  test('of a record stands before its end, which stands before every later record and before END', () => {
    fc.assert(
      fc.property(places, ([seq, index, child]) => {
        const end = endOf(seq.toString());
        const last = seq === 10n ** 56n - 1n;
        return (
          text([seq, index, child]) <= end &&
          (last || end < position((seq + 1n).toString(), 0)) &&
          (last || end < END) &&
          end <= END
        );
      }),
    );
  });
});

describe('an outbox number', () => {
  const numbers = fc.tuple(fc.nat(999_999), fc.oneof(fc.nat(20), fc.integer({ min: 0, max: 10 ** 14 - 1 })));
  test('as text, and as the sequence number of a lane, stands in the order of epoch and count', () => {
    fc.assert(
      fc.property(numbers, numbers, ([e, n], [f, m]) => {
        const wanted = Math.sign(e - f || n - m);
        const [a, b] = [outboxNumber(e, n), outboxNumber(f, m)];
        return byText(a, b) === wanted && byText(position(a, 0), position(b, 0)) === wanted && a.length === 20;
      }),
      { numRuns: 500 },
    );
  });
});
