// Days and instants as SQL text, in UTC and the proleptic Gregorian calendar, and back.
import type { EpochMs } from '../time.ts';

export const DAY_MS = 86_400_000;

const two = (n: number): string => String(n).padStart(2, '0');

/** `2026-03-01`, of days since 1970-01-01. */
export const dateText = (days: number): string => {
  const d = new Date(days * DAY_MS);
  return `${String(d.getUTCFullYear()).padStart(4, '0')}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`;
};

/** `2026-03-01 12:00:00.000`, of ms since the epoch. */
export const timestampText = (ms: EpochMs): string => {
  const day = Math.floor(ms / DAY_MS);
  const rest = ms - day * DAY_MS;
  const time = `${two(Math.floor(rest / 3_600_000))}:${two(Math.floor(rest / 60_000) % 60)}:${two(Math.floor(rest / 1000) % 60)}`;
  return `${dateText(day)} ${time}.${String(rest % 1000).padStart(3, '0')}`;
};

/** Days since the epoch, or null when there is no such day; years 0000 to 9999. */
export const dayOf = (year: number, month: number, day: number): number | null => {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() / DAY_MS : null;
};

/**
 * What CAST to DATE reads: `2026-03-01`, also `2026-3-1`, `2026-03`, `2026`, and anything after a space is left out. null when it is
 * no day.
 */
export const castDate = (text: string): number | null => {
  const space = text.indexOf(' ');
  const found = /^\s*(\d{1,4})\s*(?:-\s*(\d{1,2})\s*(?:-\s*(\d{1,2})\s*)?)?$/.exec(
    space > 0 ? text.slice(0, space) : text,
  );
  return found && dayOf(Number(found[1]), Number(found[2] ?? 1), Number(found[3] ?? 1));
};

const LOOSE = /^(\d{4})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{0,9}))?)?$/;

/**
 * What CAST to TIMESTAMP reads: `2026-03-01`, `2026-03-01 12:00:00[.SSS]`, months to seconds with one digit too. A day past the
 * month's end is its last day, 24:00:00 the next day's start. null when it is no instant.
 */
export const castTimestamp = (text: string): EpochMs | null => {
  const found = LOOSE.exec(text);
  if (!found) return null;
  const [year = 0, month = 0, date = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const milli = Number((found[7] ?? '').slice(0, 3).padEnd(3, '0'));
  if (month < 1 || month > 12 || date < 1 || date > 31 || minute > 59 || second > 59) return null;
  if (hour > 24 || (hour === 24 && minute + second + milli > 0)) return null;
  const last = (dayOf(month === 12 ? year + 1 : year, (month % 12) + 1, 1) ?? 0) - 1;
  const first = dayOf(year, month, 1) ?? 0;
  return Math.min(first + date - 1, last) * DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1000 + milli;
};

const TIMESTAMP =
  /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:([Zz])|([+-])(\d\d):?(\d\d))?$/;

/**
 * `2026-03-01 12:00:00[.SSS]` or RFC 3339 (`2026-03-01T12:00:00.5+01:00`), to ms since the epoch. Digits after the third are cut;
 * without an offset it is UTC. null when it is no instant.
 */
export const parseInstant = (text: string): EpochMs | null => {
  const found = TIMESTAMP.exec(text);
  if (!found) return null;
  const day = dayOf(Number(found[1]), Number(found[2]), Number(found[3]));
  const [hour, minute, second] = [Number(found[4]), Number(found[5]), Number(found[6] ?? 0)];
  if (day === null || hour > 23 || minute > 59 || second > 59) return null;
  const milli = Number((found[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const offset = found[9] ? (Number(found[10]) * 60 + Number(found[11])) * (found[9] === '-' ? -1 : 1) : 0;
  return day * DAY_MS + hour * 3_600_000 + (minute - offset) * 60_000 + second * 1000 + milli;
};
