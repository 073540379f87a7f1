// Events of four lanes of two raw shards, and how they are cut into batches, shown again, and decided on.
import fc from 'fast-check';
import type { Inner, StampedEvent } from '../../../shared/lanes/inner.ts';
import { endOf, type Lane, lane, padSeq } from '../../../shared/lanes/position.ts';
import { END_OF_TIME, type EpochMs } from '../../../shared/time.ts';

export const START = Date.parse('2026-01-05T09:00:00Z');
export const GROUPS = 4;
export const SHARDS = ['shardId-000000000000', 'shardId-000000000001'] as const;
export const LANES: readonly Lane[] = Array.from({ length: GROUPS }, (_, g) => lane(SHARDS[g >> 1] as string, g));

export type Draw = {
  readonly lane: number;
  readonly input: 'a' | 'b';
  readonly k: string | null;
  readonly v: number | null;
  /** Of its time behind the newest of its raw shard, ms; below 0: ahead. */
  readonly behind: number;
  /** Of arrival behind the event before, ms: often none, so that places tie but for their positions. */
  readonly later: number;
};

export const draws = (most = 40): fc.Arbitrary<readonly Draw[]> =>
  fc.array(
    fc.record({
      lane: fc.nat(GROUPS - 1),
      input: fc.constantFrom('a' as const, 'b' as const),
      k: fc.constantFrom('x', 'y', 'z', null),
      v: fc.option(fc.integer({ min: 0, max: 5 }), { freq: 8 }),
      behind: fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: -3_000, max: 1_500 }) },
        { weight: 2, arbitrary: fc.integer({ min: 0, max: 15_000 }) },
        { weight: 1, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.constantFrom(2_000, 3_000, 5_000) },
      ),
      later: fc.constantFrom(0, 0, 500, 2_000),
    }),
    { minLength: 1, maxLength: most, size: 'max' },
  );

/** An event with what decides whether it is late. */
export type Given = {
  readonly e: StampedEvent;
  readonly input: 'a' | 'b';
  readonly id: string;
  readonly k: string | null;
  readonly v: number | null;
  readonly time: EpochMs;
  /** Clock of its raw shard before it. */
  readonly clock: EpochMs;
};

export const eventsOf = (all: readonly Draw[]): readonly Given[] => {
  const clocks = new Map<string, EpochMs>();
  let arrival = START;
  return all.map((d, i): Given => {
    const shard = SHARDS[d.lane >> 1] as string;
    const clock = clocks.get(shard) ?? START;
    const time = clock - d.behind;
    arrival += d.later;
    const data = { id: `e${i}`, k: d.k, v: d.v };
    const event = { specversion: '1.0', id: data.id, source: '/s', type: `${d.input}.v1`, time: new Date(time), data };
    clocks.set(shard, Math.max(clock, time));
    const e: StampedEvent = {
      kind: 'event',
      lane: LANES[d.lane] as Lane,
      seq: padSeq(String(100 + (i >> 1))),
      index: i & 1,
      child: 0,
      arrival,
      clock,
      key: d.k ?? '',
      bytes: Buffer.from(JSON.stringify(event)),
    };
    return { e, input: d.input, id: data.id, k: d.k, v: d.v, time, clock };
  });
};

const LAST = '999999';
/** The last tick of every lane. */
export const lastMarks: readonly Inner[] = LANES.map((l) => ({
  kind: 'mark',
  lane: l,
  pos: endOf(padSeq(LAST)),
  clock: END_OF_TIME,
}));

/** What is done with the next events. */
export type Step =
  /** The next n events go to their shards, with marks; `again`: together with that many before them. */
  | { readonly kind: 'batch'; readonly n: number; readonly again: number }
  | { readonly kind: 'refine'; readonly who: number; readonly wait: number; readonly settle: boolean }
  /** A sandbox without memory takes the place of one. */
  | { readonly kind: 'cold'; readonly who: number };

export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('batch' as const),
        n: fc.integer({ min: 1, max: 6 }),
        again: fc.nat(8),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('refine' as const),
        who: fc.nat(1),
        wait: fc.constantFrom(0, 1_000, 4_000, 61_000, 400_000),
        settle: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cold' as const), who: fc.nat(1) }) },
  ),
  { maxLength: 30, size: 'max' },
);

/** Batch after batch with a decision and a pause behind each, now and then by a sandbox without memory. */
export const watched: fc.Arbitrary<readonly Step[]> = fc
  .array(
    fc.tuple(
      fc.integer({ min: 1, max: 5 }),
      fc.nat(8),
      fc.nat(1),
      fc.constantFrom(0, 0, 3_000, 5_000, 5_000, 290_000, 410_000),
      fc.integer({ min: 0, max: 4 }),
      fc.boolean(),
    ),
    { minLength: 3, maxLength: 14, size: 'max' },
  )
  .map((all) =>
    all.flatMap(([n, again, who, wait, cold, settle]): Step[] => [
      { kind: 'batch', n, again },
      ...(cold === 0 ? [{ kind: 'cold' as const, who }] : []),
      { kind: 'refine', who, wait, settle },
    ]),
  );
