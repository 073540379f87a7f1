import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NEW_CLOCK, onEvent, onRecord, onTick, type ShardClock } from '../../shared/steps/shard-clock.ts';
import { minutes, START_OF_TIME } from '../../shared/time.ts';

const DELAY = 7_000;
const transports = fc.constantFrom(5_000, 60_000, 300_000);

/** A record of a shard: a tick, or one with events at some distance from its arrival. Arrivals of a shard never fall. */
type Rec = { readonly after: number; readonly events: readonly number[] | null };
const records: fc.Arbitrary<readonly Rec[]> = fc.array(
  fc.record({
    after: fc.oneof(fc.nat(5_000), fc.nat(200_000)),
    events: fc.oneof(
      fc.constant(null),
      fc.array(fc.oneof(fc.integer({ min: -20_000, max: 100 }), fc.integer({ min: -1_000_000, max: 400_000 })), {
        maxLength: 4,
      }),
    ),
  }),
  { maxLength: 40 },
);

const start = Date.parse('2024-05-01T12:00:00Z');
const arrivalsOf = (all: readonly Rec[]): readonly number[] => {
  let at = start;
  return all.map((r) => {
    at += r.after;
    return at;
  });
};

const step = (c: ShardClock, { events }: Rec, arrival: number, transport: number): ShardClock => {
  const seen = onRecord(c, arrival);
  if (events === null) return onTick(seen, arrival, transport);
  return events.reduce((clock, off) => onEvent(clock, arrival + off, arrival, DELAY), seen);
};
const run = (all: readonly Rec[], transport: number): readonly ShardClock[] => {
  const arrivals = arrivalsOf(all);
  let c = NEW_CLOCK;
  return all.map((r, i) => {
    c = step(c, r, arrivals[i] as number, transport);
    return c;
  });
};

describe('the clock of a raw shard', () => {
  test('never falls, and never passes the arrival of the record that moved it', () => {
    fc.assert(
      fc.property(records, transports, (all, transport) => {
        const arrivals = arrivalsOf(all);
        let before = START_OF_TIME;
        run(all, transport).forEach((c, i) => {
          expect(c.clock).toBeGreaterThanOrEqual(before);
          expect(c.clock).toBeLessThanOrEqual(arrivals[i] as number);
          before = c.clock;
        });
      }),
    );
  });

  test('is the same at each record whatever batches the shard comes in: a checkpoint holds all that it needs', () => {
    fc.assert(
      fc.property(
        records,
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        transports,
        (all, cuts, transport) => {
          const arrivals = arrivalsOf(all);
          let c = NEW_CLOCK;
          const got = all.map((r, i) => {
            // A batch ends before this record: clock and rose go through the checkpoint, as JSON.
            if (cuts[i]) c = JSON.parse(JSON.stringify(c)) as ShardClock;
            c = step(c, r, arrivals[i] as number, transport);
            return c;
          });
          expect(got).toEqual(run(all, transport));
        },
      ),
    );
  });

  test('a tick moves it only where no event kept up for a minute, and then to the arrival less the transport', () => {
    fc.assert(
      fc.property(records, fc.nat(200_000), transports, (all, more, transport) => {
        const before = run(all, transport).at(-1) ?? NEW_CLOCK;
        const arrival = (arrivalsOf(all).at(-1) ?? start) + more;
        const seen = onRecord(before, arrival);
        const after = onTick(seen, arrival, transport);
        const silent = arrival - (seen.rose as number) >= minutes(1);
        expect(after.clock).toBe(silent ? Math.max(before.clock, arrival - transport) : before.clock);
        expect(after.rose).toBe(seen.rose);
      }),
    );
  });

  test('counts a minute of silence from the latest arrival, though arrivals step back a little', () => {
    const seconds = (n: number): number => start + n * 1_000;
    const last = [10, 9, 9.2].reduce(
      (c, at) => onEvent(c, seconds(at), seconds(at), DELAY),
      onRecord(NEW_CLOCK, start),
    );
    expect(onTick(last, seconds(69.9), 0)).toEqual(last);
    expect(onTick(last, seconds(70), 0).clock).toBe(seconds(70));
  });
});
