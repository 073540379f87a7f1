import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  FIRST_INSTANT,
  isShownInstant,
  LAST_INSTANT,
  parseRfc3339,
  parseTime,
  showInstant,
} from '../../shared/event/instant.ts';

describe('an event time', () => {
  test.each<[string | number | bigint, string]>([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00.5Z', '2026-01-31T12:00:00.500Z'],
    ['2026-01-31T12:00:00.05Z', '2026-01-31T12:00:00.050Z'],
    ['2026-01-31T12:00:00.123999999Z', '2026-01-31T12:00:00.123Z'],
    ['2026-01-31t12:00:00z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00+01:00', '2026-01-31T11:00:00.000Z'],
    ['2026-01-01T00:30:00.250+05:45', '2025-12-31T18:45:00.250Z'],
    ['2026-12-31T23:30:00-00:30', '2027-01-01T00:00:00.000Z'],
    ['2026-01-31 12:00:00', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31 12:00:00.123', '2026-01-31T12:00:00.123Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    [0, '1970-01-01T00:00:00.000Z'],
    [-1, '1969-12-31T23:59:59.999Z'],
    [1_769_860_800_000, '2026-01-31T12:00:00.000Z'],
  ])('%s is %s', (given, expected) => {
    const time = parseTime(given);
    expect(time === undefined ? undefined : showInstant(time)).toBe(expected);
  });

  test.each<string | number>([
    '',
    'now',
    '2026-01-31',
    '2026-01-31T12:00Z',
    '2026-01-31T12:00:00',
    '2026-01-31T12:00:00.Z',
    '2026-01-31T12:00:00 Z',
    '2026-01-31T12:00:00Z ',
    '2026-01-31T12:00:00+0100',
    '2026-01-31T12:00:00+24:00',
    '2026-01-31T12:00:00+01:60',
    '2026-01-31T12:00:00ZZ',
    '2026-01-31 12:00:00Z',
    '2026-01-31 12:00',
    '2026-01-31_12:00:00Z',
    '2026/01/31T12:00:00Z',
    '2026-1-31T12:00:00Z',
    '26-01-31T12:00:00Z',
    '+2026-01-31T12:00:00Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-13-10T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T12:60:00Z',
    '2016-12-31T23:59:60Z',
    '２０２６-01-31T12:00:00Z',
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
  ])('%s is none', (given) => {
    expect(parseTime(given)).toBeUndefined();
  });

  test('as a bigint is far in the future', () => {
    expect(parseTime(2n ** 60n)).toBe(2 ** 60);
  });

  test('is what Date reads, over the whole calendar', () => {
    const instant = fc.integer({ min: FIRST_INSTANT, max: LAST_INSTANT });
    fc.assert(
      fc.property(instant, fc.integer({ min: -1439, max: 1439 }), (ms, offset) => {
        const text = showInstant(ms);
        expect(isShownInstant(text)).toBe(true);
        expect(parseRfc3339(text)).toBe(ms);
        expect(parseTime(text.slice(0, -1).replace('T', ' '))).toBe(ms);
        const local = ms + offset * 60_000;
        if (local < FIRST_INSTANT || local > LAST_INSTANT) return;
        const away = Math.abs(offset);
        const zone = `${offset < 0 ? '-' : '+'}${String(Math.floor(away / 60)).padStart(2, '0')}:${String(away % 60).padStart(2, '0')}`;
        expect(parseRfc3339(showInstant(local).replace('Z', zone))).toBe(ms);
      }),
      { numRuns: 2_000 },
    );
  });
});
