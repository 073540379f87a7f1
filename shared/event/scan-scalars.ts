// Numbers and instants read from bytes, as JSON.parse and instant.ts read them from text.
import type { EpochMs } from '../time.ts';
import { parseRfc3339 } from './instant.ts';
import { SAFE_DIGITS } from './scan-json.ts';

const POWERS = Array.from({ length: SAFE_DIGITS + 1 }, (_, n) => 10 ** n);

/**
 * The double that a JSON number names. Up to 15 digits it is one exact integer by one exact power of ten, so the quotient is the
 * nearest double; others are left to the engine.
 */
export const numberAt = (b: Uint8Array, at: number, end: number): number => {
  const negative = b[at] === 0x2d;
  let digits = 0;
  let value = 0;
  let point = -1;
  for (let i = negative ? at + 1 : at; i < end; i++) {
    const c = b[i] as number;
    if (c === 0x2e) point = digits;
    else if (c >= 0x30 && c <= 0x39 && digits < SAFE_DIGITS) {
      value = value * 10 + (c - 0x30);
      digits++;
    } else return Number(Buffer.from(b.buffer, b.byteOffset + at, end - at).toString('latin1'));
  }
  if (point >= 0) value /= POWERS[digits - point] as number;
  return negative ? -value : value;
};

const digit = (b: Uint8Array, at: number): number => (b[at] as number) - 0x30;
/** Two digits; above 99 or below 0 when they are none. */
const two = (b: Uint8Array, at: number): number => {
  const tens = digit(b, at);
  const ones = digit(b, at + 1);
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
};

/** The last date read, since events of a batch are of the same day: its digits as one number, and its first instant. */
let lastDate = -1;
let lastDay: EpochMs = 0;

/** An instant as `showInstant` writes it, such as `2026-01-31T11:00:00.500Z`; undefined for any other form. */
export const shownInstantAt = (b: Uint8Array, at: number, end: number): EpochMs | undefined => {
  if (end - at !== 24 || b[at + 4] !== 0x2d || b[at + 7] !== 0x2d || b[at + 10] !== 0x54) return undefined;
  if (b[at + 13] !== 0x3a || b[at + 16] !== 0x3a || b[at + 19] !== 0x2e || b[at + 23] !== 0x5a) return undefined;
  const century = two(b, at);
  const year = two(b, at + 2);
  const month = two(b, at + 5);
  const day = two(b, at + 8);
  const hour = two(b, at + 11);
  const minute = two(b, at + 14);
  const second = two(b, at + 17);
  const hundredths = two(b, at + 20);
  const thousandths = digit(b, at + 22);
  if (century < 0 || year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0) return undefined;
  if (hour > 23 || minute > 59 || second > 59 || hundredths < 0 || !(thousandths >= 0 && thousandths <= 9))
    return undefined;
  const date = ((century * 100 + year) * 100 + month) * 100 + day;
  if (date !== lastDate) {
    const text = Buffer.from(b.buffer, b.byteOffset + at, 10).toString('latin1');
    const start = parseRfc3339(`${text}T00:00:00Z`);
    if (start === undefined) return undefined;
    lastDate = date;
    lastDay = start;
  }
  return lastDay + hour * 3_600_000 + minute * 60_000 + second * 1_000 + hundredths * 10 + thousandths;
};
