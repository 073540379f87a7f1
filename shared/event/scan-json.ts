// Where a JSON value in UTF-8 bytes ends: the grammar of RFC 8259, byte by byte, nothing built. Positions are local variables and
// results, since a cursor kept anywhere else costs twice the time.

/** Answered instead of a place: not JSON, or such JSON that the plain reader (json.ts) has to judge it. */
export const UNSURE = -1;

/** Below the bound of json.ts, so that what is as deep as that goes the plain way. */
export const MOST_DEPTH = 60;
/** Integers of more digits may not be safe integers; json.ts makes bigints of them. */
export const SAFE_DIGITS = 15;

/** The place of the first byte from `at` that is no white space. */
export const afterSpace = (b: Uint8Array, at: number, end: number): number => {
  let p = at;
  for (; p < end; p++) {
    const c = b[p] as number;
    if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) break;
  }
  return p;
};

/** The place of the first byte of a text that ends its plain part: quote, backslash or a control character; `end` when none does. */
export const plainEnd = (b: Uint8Array, at: number, end: number): number => {
  let p = at;
  for (; p < end; p++) {
    const c = b[p] as number;
    if (c === 0x22 || c === 0x5c || c < 0x20) break;
  }
  return p;
};

const isHex = (c: number): boolean => (c >= 0x30 && c <= 0x39) || ((c | 0x20) >= 0x61 && (c | 0x20) <= 0x66);

/** @param at the place of a backslash @returns the place after the escape */
const afterEscape = (b: Uint8Array, at: number, end: number): number => {
  if (at + 2 > end) return UNSURE;
  switch (b[at + 1]) {
    case 0x22: // "
    case 0x2f: // /
    case 0x5c: // \
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return at + 2;
    case 0x75: // u
      if (at + 6 > end) return UNSURE;
      for (let i = at + 2; i < at + 6; i++) if (!isHex(b[i] as number)) return UNSURE;
      return at + 6;
    default:
      return UNSURE;
  }
};

/** @param at the place after the opening quote @returns the place after the closing one */
export const afterString = (b: Uint8Array, at: number, end: number): number => {
  let p = plainEnd(b, at, end);
  while (p < end && b[p] === 0x5c) {
    p = afterEscape(b, p, end);
    if (p === UNSURE) return UNSURE;
    p = plainEnd(b, p, end);
  }
  return p < end && b[p] === 0x22 ? p + 1 : UNSURE;
};

/** The place after the digits at `at`; `at` itself when there are none. */
const afterDigits = (b: Uint8Array, at: number, end: number): number => {
  let p = at;
  for (; p < end; p++) {
    const c = b[p] as number;
    if (c < 0x30 || c > 0x39) break;
  }
  return p;
};

/** @returns the place after the number; unsure about integers of more than 15 digits */
export const afterNumber = (b: Uint8Array, at: number, end: number): number => {
  const first = b[at] === 0x2d ? at + 1 : at;
  let p = afterDigits(b, first, end);
  if (p === first || (p > first + 1 && b[first] === 0x30)) return UNSURE;
  if (p === end) return UNSURE; // a number is the last thing in no event
  if (p - first > SAFE_DIGITS) return UNSURE;
  if (b[p] === 0x2e) {
    const start = p + 1;
    p = afterDigits(b, start, end);
    if (p === start || p === end) return UNSURE;
  }
  if (((b[p] as number) | 0x20) === 0x65) {
    p++;
    if (p < end && (b[p] === 0x2b || b[p] === 0x2d)) p++;
    const start = p;
    p = afterDigits(b, start, end);
    if (p === start || p === end) return UNSURE;
  }
  return p;
};

/** @returns the place after `true`, `false` or `null` */
export const afterLiteral = (b: Uint8Array, at: number, end: number): number => {
  if (at + 4 >= end) return UNSURE;
  const c = b[at];
  if (c === 0x74 && b[at + 1] === 0x72 && b[at + 2] === 0x75 && b[at + 3] === 0x65) return at + 4;
  if (c === 0x6e && b[at + 1] === 0x75 && b[at + 2] === 0x6c && b[at + 3] === 0x6c) return at + 4;
  if (c === 0x66 && b[at + 1] === 0x61 && b[at + 2] === 0x6c && b[at + 3] === 0x73 && b[at + 4] === 0x65) return at + 5;
  return UNSURE;
};

/** The place of the next byte after white space; the usual case, no white space, without a call. */
export const skipSpace = (b: Uint8Array, at: number, end: number): number =>
  at < end && (b[at] as number) > 0x20 ? at : afterSpace(b, at, end);

/**
 * @param at    the first byte of a value
 * @param depth objects and arrays around it
 * @returns the place after it
 */
export const afterValue = (b: Uint8Array, at: number, end: number, depth: number): number => {
  if (at >= end) return UNSURE;
  const c = b[at] as number;
  if (c === 0x22) return afterString(b, at + 1, end);
  if (c === 0x7b) return afterMembers(b, at + 1, end, depth + 1);
  if (c === 0x5b) return afterElements(b, at + 1, end, depth + 1);
  return c === 0x2d || (c >= 0x30 && c <= 0x39) ? afterNumber(b, at, end) : afterLiteral(b, at, end);
};

const afterMembers = (b: Uint8Array, at: number, end: number, depth: number): number => {
  if (depth > MOST_DEPTH) return UNSURE;
  let p = skipSpace(b, at, end);
  if (p < end && b[p] === 0x7d) return p + 1;
  while (p < end) {
    if (b[p] !== 0x22) return UNSURE;
    p = afterString(b, p + 1, end);
    if (p === UNSURE) return UNSURE;
    p = skipSpace(b, p, end);
    if (p >= end || b[p] !== 0x3a) return UNSURE;
    p = afterValue(b, skipSpace(b, p + 1, end), end, depth);
    if (p === UNSURE) return UNSURE;
    p = skipSpace(b, p, end);
    if (p >= end) return UNSURE;
    if (b[p] === 0x7d) return p + 1;
    if (b[p] !== 0x2c) return UNSURE;
    p = skipSpace(b, p + 1, end);
  }
  return UNSURE;
};

const afterElements = (b: Uint8Array, at: number, end: number, depth: number): number => {
  if (depth > MOST_DEPTH) return UNSURE;
  let p = skipSpace(b, at, end);
  if (p < end && b[p] === 0x5d) return p + 1;
  while (p < end) {
    p = afterValue(b, p, end, depth);
    if (p === UNSURE) return UNSURE;
    p = skipSpace(b, p, end);
    if (p >= end) return UNSURE;
    if (b[p] === 0x5d) return p + 1;
    if (b[p] !== 0x2c) return UNSURE;
    p = skipSpace(b, p + 1, end);
  }
  return UNSURE;
};
