import { describe, expect, test } from 'vitest';
import { svg } from '../../local/soak/plot.ts';
import { slowFaults } from '../../local/soak/slow-faults.ts';
import { growth, judge, type Sample } from '../../local/soak/verdict.ts';

const samples = (change: (minute: number) => Partial<Sample>): readonly Sample[] =>
  Array.from({ length: 240 }, (_, i) => {
    const steady = { at: i * 5, heapMb: 80, rssMb: 400, storedMb: 0, lag: 1, delay: 6, faults: i };
    return { ...steady, ...change((i * 5) / 60) };
  });

describe('a long run', () => {
  test('that fills up at first and then stays is bounded', () => {
    expect(judge(samples((m) => ({ heapMb: 60 + 20 * Math.min(m, 8) })))).toEqual([]);
  });

  test('whose heap grows with what is stored is bounded, and the growth is said', () => {
    const growing = samples((m) => ({ heapMb: 60 + 6 * m, storedMb: 2 * m }));
    expect(judge(growing)).toEqual([]);
    expect(growth(growing)?.heap).toBeCloseTo(6);
  });

  test('of four minutes is not judged by its memory: the streams were still filling', () => {
    expect(growth(samples((m) => ({ heapMb: 60 + 40 * m })).slice(0, 48))).toBeNull();
  });

  test.each([
    ['leaks', (m: number) => ({ heapMb: 60 + 5 * m }), 'the heap grows by 5.0 MB a minute'],
    ['stands still', (m: number) => ({ lag: m > 10 ? 90 : 1 }), 'a record waited for 90 s'],
    ['never closes a window', () => ({ delay: null }), 'no watermark ever came'],
  ])('that %s has failed', (_, change, why) => {
    expect(judge(samples(change)).join()).toContain(why);
  });
});

test('faults of a long run are spread: so many a minute at most', () => {
  let now = 0;
  const faults = slowFaults(7, 10, () => now);
  const struck: number[] = [];
  for (let minute = 1; minute <= 5; minute++) {
    now = minute * 60_000;
    for (let i = 0; i < 5_000; i++)
      faults.poller.deliver?.({ function: 'f', stream: 'x', shard: 's', firstSeq: '1', records: 5, attempt: 1 });
    struck.push(Object.values(faults.counts).reduce((a, b) => a + b, 0));
  }
  expect(struck).toEqual([10, 20, 30, 40, 50]);
});

test('a plot leaves a gap where there is no value', () => {
  const line = { name: 'lag', color: '#000', values: [1, null, 3, 4] };
  const drawn = svg([0, 5, 10, 15], [{ title: 'Lag', unit: 's', lines: [line] }]);
  expect(/<path d="([^"]*)"/.exec(drawn)?.[1]?.match(/[ML]/g)?.join('')).toBe('MML');
});
