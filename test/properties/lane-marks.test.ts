import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBeyond, type LaneMark, laterMark, packLanes, unpackLanes } from '../../shared/steps/ledger/lane-marks.ts';
import { marks } from './given-marks.ts';

describe('of two marks of one lane, the later one', () => {
  const check = (holds: (a: LaneMark, b: LaneMark, c: LaneMark) => void) =>
    fc.assert(fc.property(marks, marks, marks, holds), { numRuns: 500 });

  test('does not depend on which is named first, on grouping, or on naming one twice', () => {
    check((a, b, c) => {
      expect(laterMark(a, b)).toEqual(laterMark(b, a));
      expect(laterMark(laterMark(a, b), c)).toEqual(laterMark(a, laterMark(b, c)));
      expect(laterMark(a, a)).toEqual(a);
    });
  });

  test('is ended when either is, never stands behind either, and its clock never falls', () => {
    check((a, b) => {
      const later = laterMark(a, b);
      expect(later.endedAt > 0).toBe(a.endedAt > 0 || b.endedAt > 0);
      expect(later.clock).toBe(Math.max(a.clock, b.clock));
      if (later.endedAt === 0) for (const m of [a, b]) expect(isBeyond(later, m.seq, m.index, m.child)).toBe(false);
    });
  });
});

test('the marks of an entry come back as they were, through JSON', () => {
  const lane = fc.tuple(
    fc.constantFrom('shardId-000000000000', 'shardId-000000000017', 'm.aggregate/enriched.q-1.0', 'a/b'),
    fc.nat(63),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(lane, marks), { maxLength: 40 }), (rows) => {
      const lanes = new Map(rows.map(([[shard, group], m]) => [`${shard}/${group}`, m]));
      expect(unpackLanes(JSON.parse(JSON.stringify(packLanes(lanes))))).toEqual(lanes);
    }),
  );
});
