// When a stream gets another number of shards, and when it does not.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Calls, CloudWatchApi } from '../../shared/aws/calls.ts';
import { streamLoads } from '../../shared/aws/stream-loads.ts';
import { manualClock } from '../../shared/memory/clock.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import { type Decision, decide, type MinuteLoad, type StreamNow } from '../../shared/steps/scale/decide.ts';
import { type StreamLoads, type StreamScaler, scale } from '../../shared/steps/scale/scale.ts';
import { scaleSettings } from '../../shared/steps/scale/settings.ts';
import { hours, minutes } from '../../shared/time.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const SETTINGS = { min: 1, max: 16, coolDown: minutes(30) };
const MB = 1_000_000;
/** Minutes with so many MB/s each. */
const mbps = (...values: readonly number[]): readonly MinuteLoad[] =>
  values.map((v) => ({ bytes: v * 60 * MB, records: 0 }));
const always = (v: number, n = 15): readonly MinuteLoad[] => mbps(...Array.from({ length: n }, () => v));
const stream = (open: number, loads: readonly MinuteLoad[], some: Partial<StreamNow> = {}): StreamNow => ({
  open,
  steady: true,
  minutes: loads,
  changes: [],
  ...some,
});
const to = (d: Decision): number | string => (d.kind === 'change' ? d.to : 'stays');
const ago = (ms: number): number => NOW - ms;

describe('a stream', () => {
  test.each<[string, StreamNow, number | 'stays']>([
    ['of 1 shard at 0.8 MB/s for 3 minutes grows', stream(1, mbps(0.2, 0.8, 0.8, 0.8)), 2],
    ['at 0.8 MB/s for 2 minutes does not yet', stream(1, mbps(0.2, 0.2, 0.8, 0.8)), 'stays'],
    ['with one quiet minute among them does not', stream(1, mbps(0.8, 0.1, 0.8)), 'stays'],
    [
      'at 1,000 records/s grows, however small they are',
      stream(
        1,
        Array.from({ length: 3 }, () => ({ bytes: 9, records: 60_000 })),
      ),
      2,
    ],
    ['of 4 at 3.2 MB/s grows to half full', stream(4, mbps(3.2, 3.2, 3.2)), 7],
    ['of 2 at 10 MB/s doubles at most', stream(2, mbps(10, 10, 10)), 4],
    ['never grows beyond its bound', stream(12, mbps(11, 11, 11)), 16],
    ['at its bound stays there', stream(16, mbps(16, 16, 16)), 'stays'],
    ['of 4 at 0.3 MB/s for 15 minutes shrinks by half at most', stream(4, always(0.3)), 2],
    ['of 4 at 1 MB/s shrinks to what it fills by a third', stream(4, always(1)), 3],
    ['of 4 at 0.3 MB/s for 14 minutes stays', stream(4, [...mbps(3), ...always(0.3, 14)].slice(-15)), 'stays'],
    ['of 4 at 0.3 MB/s, known for 5 minutes only, stays', stream(4, always(0.3, 5)), 'stays'],
    ['of 1 never shrinks', stream(1, always(0)), 'stays'],
    ['of 4 half full stays', stream(4, always(2)), 'stays'],
    ['that is being changed stays', stream(1, always(0.9), { steady: false }), 'stays'],
    ['changed 29 minutes ago stays', stream(1, always(0.9), { changes: [ago(minutes(29))] }), 'stays'],
    ['changed 30 minutes ago grows', stream(1, always(0.9), { changes: [ago(minutes(30))] }), 2],
    [
      'changed 9 times in 24 hours stays',
      stream(1, always(0.9), { changes: Array.from({ length: 9 }, (_, i) => ago(hours(2 + i))) }),
      'stays',
    ],
    [
      'changed 9 times, once before that, grows',
      stream(1, always(0.9), { changes: [2, 3, 4, 5, 6, 7, 8, 9, 25].map((h) => ago(hours(h))) }),
      2,
    ],
    ['with more shards than its bound shrinks to it, by half at most', stream(40, always(30)), 20],
    ['without metrics stays', stream(4, []), 'stays'],
  ])('%s', (_, now, expected) => {
    expect(to(decide(NOW, now, SETTINGS))).toBe(expected);
  });

  test('with fewer than its least grows to it, doubling at most', () => {
    expect(to(decide(NOW, stream(1, []), { ...SETTINGS, min: 3 }))).toBe(2);
    expect(to(decide(NOW, stream(2, []), { ...SETTINGS, min: 3 }))).toBe(3);
  });

  test('does not swing: at one load, after a change comes no change back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 32 }), fc.double({ min: 0, max: 40, noNaN: true }), (open, load) => {
        const settings = { ...SETTINGS, max: 64 };
        const seen = [open];
        for (let i = 0; i < 12; i++) {
          const d = decide(NOW, stream(seen.at(-1) ?? 1, always(load)), settings);
          if (d.kind === 'stay') break;
          const from = seen.at(-1) ?? 1;
          expect(d.to).toBeLessThanOrEqual(from * 2);
          expect(d.to).toBeGreaterThanOrEqual(from / 2);
          seen.push(d.to);
        }
        const rises = seen.slice(1).map((n, i) => Math.sign(n - (seen[i] ?? 0)));
        expect(new Set(rises).size).toBeLessThanOrEqual(1);
        expect(seen.length).toBeLessThan(12);
      }),
    );
  });
});

describe('the function', () => {
  const given = (loads: readonly MinuteLoad[] = always(0.9)) => {
    const clock = manualClock(NOW);
    const table = memoryTable('ledger');
    const asked: string[] = [];
    let open = 1;
    const scaler: StreamScaler = {
      name: 'raw',
      now: async () => ({ open, steady: true }),
      async update(n) {
        asked.push(`raw ${n}`);
        open = n;
      },
    };
    const metrics: StreamLoads = { minutes: async () => loads };
    const deps = { streams: [scaler], loads: metrics, table, clock, settings: SETTINGS, say: () => {} };
    const plenty = { remainingMs: () => 30_000 };
    return {
      clock,
      table,
      asked,
      deps,
      scaler,
      run: (some: Partial<typeof deps> = {}) => scale({ ...deps, ...some })(NOW, plenty),
    };
  };

  test('never makes two changes within the pause, though it is called again and again', async () => {
    const { clock, asked, run } = given();
    for (let i = 0; i < 60; i++) {
      await run();
      clock.advance(minutes(1));
    }
    // 0.9 MB/s: one shard is full, two are not.
    expect(asked).toEqual(['raw 2']);
    const busy = given(always(30));
    for (let i = 0; i < 59; i++) {
      await busy.run();
      busy.clock.advance(minutes(1));
    }
    expect(busy.asked).toEqual(['raw 2', 'raw 4']);
  });

  test('two at the same time make one change', async () => {
    const { asked, run } = given();
    await Promise.all([run(), run(), run()]);
    expect(asked).toEqual(['raw 2']);
  });

  test('a change that was refused is not asked for again within the pause', async () => {
    const { asked, run, scaler, clock } = given();
    const refusing = { ...scaler, update: async () => Promise.reject(new Error('LimitExceededException')) };
    await expect(run({ streams: [refusing] })).rejects.toThrow('LimitExceeded');
    await run();
    expect(asked).toEqual([]);
    clock.advance(minutes(30));
    await run();
    expect(asked).toEqual(['raw 2']);
  });

  test('looks at the other streams when one cannot be asked', async () => {
    const { asked, run, scaler } = given();
    const broken = { ...scaler, name: 'enriched', now: async () => Promise.reject(new Error('no such stream')) };
    await expect(run({ streams: [broken, scaler] })).rejects.toThrow('no such stream');
    expect(asked).toEqual(['raw 2']);
  });
});

test.each([
  [
    { groups: '16', min: '1', max: '32', pauseMinutes: '30' },
    { min: 1, max: 16, coolDown: minutes(30) },
  ],
  [
    { groups: '16', min: '2', max: '8', pauseMinutes: '5' },
    { min: 2, max: 8, coolDown: minutes(5) },
  ],
])('bounds %j', (given, settings) => {
  expect(scaleSettings(given)).toEqual(settings);
});
test.each([
  [{ groups: '4', min: '6', max: '8', pauseMinutes: '30' }, /SCALE_MIN is 6, above 4/],
  [{ groups: '4', min: 'x', max: '8', pauseMinutes: '30' }, /SCALE_MIN is "x"/],
  [{ groups: '4', min: '1', max: '8', pauseMinutes: '0' }, /SCALE_PAUSE is "0"/],
])('bounds %j are refused', (given, said) => {
  expect(() => scaleSettings(given)).toThrow(said);
});

test('loads come minute by minute; one without a value took nothing', async () => {
  let asked: CloudWatchApi['GetMetricData']['in'] | undefined;
  const calls: Calls<CloudWatchApi> = async (_, input) => {
    asked = input;
    const at = (m: number) => new Date(Date.parse('2026-03-01T11:55:00Z') + minutes(m));
    return {
      MetricDataResults: [
        { Id: 'records', Timestamps: [at(0), at(2)], Values: [5, 7] },
        { Id: 'bytes', Timestamps: [at(2)], Values: [900] },
      ],
    };
  };
  const loads = await streamLoads(calls).minutes('raw', 3, Date.parse('2026-03-01T12:00:30Z'));
  expect(loads).toEqual([
    { bytes: 0, records: 5 },
    { bytes: 0, records: 0 },
    { bytes: 900, records: 7 },
  ]);
  expect([asked?.StartTime, asked?.EndTime].map((t) => t?.toISOString())).toEqual([
    '2026-03-01T11:55:00.000Z',
    '2026-03-01T11:58:00.000Z',
  ]);
});
