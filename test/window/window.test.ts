import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joinSessions } from '../../shared/window/session.ts';
import {
  cumulating,
  endsOf,
  hopping,
  isDue,
  sliceOf,
  slicing,
  tumbling,
  windowOf,
} from '../../shared/window/window.ts';

const at = (text: string) => Date.parse(`${text}Z`);
const minute = 60_000;
const times = fc.integer({ min: -(10 ** 12), max: 10 ** 13 });
const sizes = fc.integer({ min: 1, max: 10 ** 8 });

describe('a tumbling window', () => {
  test.each([
    ['2024-05-01T12:00:00', '2024-05-01T12:00:00'],
    ['2024-05-01T12:00:59.999', '2024-05-01T12:00:00'],
    ['2024-05-01T12:01:00', '2024-05-01T12:01:00'],
    ['1969-12-31T23:59:59.999', '1969-12-31T23:59:00'],
  ])('of a minute that holds %s starts at %s', (time, start) => {
    expect(tumbling(at(time), minute)).toEqual({ start: at(start), end: at(start) + minute });
  });

  test('holds its instant, ends after its size, and lies on the grid of the epoch', () => {
    fc.assert(
      fc.property(times, sizes, (time, size) => {
        const { start, end } = tumbling(time, size);
        return start <= time && time < end && end - start === size && Math.abs(start % size) === 0;
      }),
    );
  });

  test('of no size is a planning mistake', () => {
    expect(() => tumbling(0, 0)).toThrow('must be above 0 ms');
  });
});

describe('cumulating windows', () => {
  test.each([
    ['12:00:00', ['12:20', '12:40', '13:00']],
    ['12:19:59.999', ['12:20', '12:40', '13:00']],
    ['12:20:00', ['12:40', '13:00']],
    ['12:59:59.999', ['13:00']],
    ['13:00:00', ['13:20', '13:40', '14:00']],
  ])('of an hour by 20 minutes that hold %s end at %s', (time, ends) => {
    const windows = cumulating(at(`2024-05-01T${time}`), 60 * minute, 20 * minute);
    expect(windows.map((w) => w.end)).toEqual(ends.map((e) => at(`2024-05-01T${e}:00`)));
    expect(new Set(windows.map((w) => w.start))).toEqual(new Set([at(`2024-05-01T${time.slice(0, 2)}:00:00`)]));
  });

  test('are the windows of the slice that holds the instant', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -2_000, max: 2_000 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 12 }),
        (time, step, times) => {
          const s = slicing({ kind: 'cumulate', size: step * times, step });
          const windows = endsOf(sliceOf(time, s), s).map((end) => windowOf(end, s));
          expect(windows.map((w) => [w.start + 0, w.end])).toEqual(
            cumulating(time, step * times, step).map((w) => [w.start + 0, w.end]),
          );
        },
      ),
    );
  });
});

describe('hopping windows', () => {
  const steps = fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 500 }));
  test('are exactly the windows on the grid that hold the instant', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2_000, max: 2_000 }), steps, (time, [size, slide]) => {
        const expected: number[] = [];
        for (let start = -6_000 - (-6_000 % slide); start <= time; start += slide)
          if (time < start + size) expected.push(start);
        expect(hopping(time, size, slide).map((w) => w.start + 0)).toEqual(expected.map((s) => s + 0));
      }),
    );
  });

  test('are the windows of the slice that holds the instant', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -2_000, max: 2_000 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 12 }),
        (time, slide, times) => {
          const s = slicing({ kind: 'hop', size: slide * times, slide });
          const windows = hopping(time, slide * times, slide);
          expect(endsOf(sliceOf(time, s), s)).toEqual(windows.map((w) => w.end));
          expect(windows.map((w) => windowOf(w.end, s))).toEqual(windows);
        },
      ),
    );
  });

  test.each([
    [10, 2, 2],
    [10, 4, 2],
    [6, 6, 6],
  ])('of %i every %i are made of slices of %i', (size, slide, width) => {
    expect(slicing({ kind: 'hop', size, slide }).width).toBe(width);
  });
});

test('a window is due when the watermark reaches its last millisecond, as in Flink', () => {
  expect([isDue(10_000, 9_998), isDue(10_000, 9_999)]).toEqual([false, true]);
});

describe('sessions', () => {
  const one = (time: number, gap: number) => [{ start: time, end: time + gap, state: [time] as readonly number[] }];
  const both = (a: readonly number[], b: readonly number[]) => [...a, ...b].sort((x, y) => x - y);

  test('rows exactly one gap apart are one session; one millisecond more makes two', () => {
    expect(joinSessions(one(0, 10), one(10, 10), both)).toEqual([{ start: 0, end: 20, state: [0, 10] }]);
    expect(joinSessions(one(0, 10), one(11, 10), both).length).toBe(2);
  });

  test('come out the same for any order and any grouping of the rows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 20 }),
        fc.func(fc.boolean()),
        (rows, gap, left) => {
          const inOrder = rows.map((t) => one(t, gap)).reduce((a, b) => joinSessions(a, b, both));
          const a = rows
            .filter((t) => left(t))
            .map((t) => one(t, gap))
            .reduceRight<ReturnType<typeof one>>((x, y) => joinSessions(x, y, both), []);
          const b = rows
            .filter((t) => !left(t))
            .map((t) => one(t, gap))
            .reduce<ReturnType<typeof one>>((x, y) => joinSessions(x, y, both), []);
          expect(joinSessions(b, a, both)).toEqual(inOrder);
        },
      ),
    );
  });
});
