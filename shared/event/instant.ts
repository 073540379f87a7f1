// Instants as text. Calendar: proleptic Gregorian, UTC, no leap seconds.
import type { EpochMs } from '../time.ts';

/** The first and the last instant that a four-digit year from 1 on can name: the range of SQL's TIMESTAMP. */
export const FIRST_INSTANT: EpochMs = -62_135_596_800_000;
export const LAST_INSTANT: EpochMs = 253_402_300_799_999;

const NOT_DIGITS = -1;

/** The number in [at, at + count), all of it digits. */
const digits = (text: string, at: number, count: number): number => {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return NOT_DIGITS;
    value = value * 10 + digit;
  }
  return value;
};

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** Days from 1970-01-01, by eras of 400 years that begin in March. */
const daysFromEpoch = (year: number, month: number, day: number): number => {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
};

const DASH = 0x2d;
const DOT = 0x2e;
const COLON = 0x3a;
const Z = 0x5a;
const LOWER_Z = 0x7a;

/** Minutes east of UTC written from `at` to the end of the text; undefined when that is no offset. */
const offsetAt = (text: string, at: number): number | undefined => {
  const sign = text.charCodeAt(at);
  if (sign === Z || sign === LOWER_Z) return text.length === at + 1 ? 0 : undefined;
  if ((sign !== 0x2b && sign !== 0x2d) || text.length !== at + 6 || text[at + 3] !== ':') return undefined;
  const hour = digits(text, at + 1, 2);
  const minute = digits(text, at + 4, 2);
  if (hour === NOT_DIGITS || hour > 23 || minute === NOT_DIGITS || minute > 59) return undefined;
  return (sign === 0x2d ? -1 : 1) * (hour * 60 + minute);
};

const readText = (text: string, sql: boolean): EpochMs | undefined => {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23) return undefined;
  if (minute < 0 || minute > 59 || second < 0 || second > 59) return undefined;
  if (day > (MONTH_DAYS[month - 1] as number) + (month === 2 && isLeap(year) ? 1 : 0)) return undefined;
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return undefined;
  if (text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) return undefined;
  let at = 19;
  let ms = 0;
  if (text.charCodeAt(at) === DOT) {
    const first = ++at;
    for (; at < text.length; at++) {
      const digit = text.charCodeAt(at) - 0x30;
      if (!(digit >= 0 && digit <= 9)) break;
      if (at < first + 3) ms += digit * (at === first ? 100 : at === first + 1 ? 10 : 1);
    }
    if (at === first) return undefined;
  }
  const local = daysFromEpoch(year, month, day) * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1_000 + ms;
  if (sql) return at === text.length ? local : undefined;
  const offset = offsetAt(text, at);
  return offset === undefined ? undefined : local - offset * 60_000;
};

/**
 * An RFC 3339 date-time, such as `2026-01-31T12:00:00.5+01:00`. Digits beyond milliseconds are cut off. Leap seconds (`:60`),
 * hour 24 and days that are not in the calendar are undefined.
 */
export const parseRfc3339 = (text: string): EpochMs | undefined => {
  const separator = text.charCodeAt(10);
  return separator === 0x54 || separator === 0x74 ? readText(text, false) : undefined;
};

/**
 * An event time as a field may hold it: RFC 3339, SQL's `yyyy-MM-dd HH:mm:ss[.SSS]` in UTC, or whole milliseconds since the epoch.
 * undefined for anything else.
 */
export const parseTime = (value: string | number | bigint): EpochMs | undefined => {
  if (typeof value === 'string') return value[10] === ' ' ? readText(value, true) : parseRfc3339(value);
  if (typeof value === 'bigint') return Number(value);
  return Number.isSafeInteger(value) ? value : undefined;
};

/** RFC 3339 in UTC with milliseconds, for instants of the years 0000 to 9999: `2026-01-31T11:00:00.500Z`. */
export const showInstant = (ms: EpochMs): string => new Date(ms).toISOString();

/** Whether the text is what `showInstant` gives for the instant it names. */
export const isShownInstant = (text: string): boolean =>
  text.length === 24 && text[10] === 'T' && text[19] === '.' && text[23] === 'Z';
