// Where the members of a JSON object stand in its bytes: to read one of them, or to add one, without rewriting the others.
import { knownText } from '../../event/known-text.ts';

/** Bytes [start, end). */
export type Span = { readonly start: number; readonly end: number };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;

const isSpace = (b: number | undefined): boolean => b === 0x20 || b === 0x0a || b === 0x0d || b === 0x09;
const isOpening = (b: number | undefined): boolean => b === OPEN || b === 0x5b;
const isClosing = (b: number | undefined): boolean => b === CLOSE || b === 0x5d;

const afterSpace = (bytes: Uint8Array, from: number): number => {
  let at = from;
  while (isSpace(bytes[at])) at++;
  return at;
};

/** The place after the text whose opening quote stands at `from`. */
const afterText = (bytes: Uint8Array, from: number): number => {
  for (let at = from + 1; at < bytes.length; at++) {
    if (bytes[at] === BACKSLASH) at++;
    else if (bytes[at] === QUOTE) return at + 1;
  }
  return bytes.length;
};

/** The place after the value at `from`. */
const afterValue = (bytes: Uint8Array, from: number): number => {
  if (bytes[from] === QUOTE) return afterText(bytes, from);
  let at = from;
  if (!isOpening(bytes[from])) {
    while (at < bytes.length && bytes[at] !== COMMA && !isClosing(bytes[at]) && !isSpace(bytes[at])) at++;
    return at;
  }
  for (let depth = 0; at < bytes.length; at++) {
    const b = bytes[at];
    if (b === QUOTE) at = afterText(bytes, at) - 1;
    else if (isOpening(b)) depth++;
    else if (isClosing(b) && --depth === 0) return at + 1;
  }
  return bytes.length;
};

const textOf = (bytes: Uint8Array, { start, end }: Span): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();

/**
 * The members of an object by name, of equal names the last. Only brackets, quotes and commas are looked at: whether the values are
 * JSON is for their reader to say. undefined when the bytes do not look like one object, or a name is written with escapes.
 */
export const membersOf = (bytes: Uint8Array): ReadonlyMap<string, Span> | undefined => {
  const members = new Map<string, Span>();
  let at = afterSpace(bytes, 0);
  if (bytes[at] !== OPEN) return undefined;
  at = afterSpace(bytes, at + 1);
  if (bytes[at] === CLOSE) return afterSpace(bytes, at + 1) === bytes.length ? members : undefined;
  for (;;) {
    if (bytes[at] !== QUOTE) return undefined;
    const nameEnd = afterText(bytes, at);
    const name = knownText(bytes, at + 1, nameEnd - 1);
    at = afterSpace(bytes, nameEnd);
    if (name.includes('\\') || bytes[at] !== COLON) return undefined;
    const start = afterSpace(bytes, at + 1);
    const end = afterValue(bytes, start);
    members.set(name, { start, end });
    at = afterSpace(bytes, end);
    if (bytes[at] === CLOSE) return afterSpace(bytes, at + 1) === bytes.length ? members : undefined;
    if (bytes[at] !== COMMA) return undefined;
    at = afterSpace(bytes, at + 1);
  }
};

/** Whether bytes [start, end) are text that JSON writes as it is: ASCII without quotes, backslashes and control characters. */
const isPlain = (bytes: Uint8Array, start: number, end: number): boolean => {
  for (let at = start; at < end; at++) {
    const b = bytes[at] as number;
    if (b < 0x20 || b > 0x7e || b === QUOTE || b === BACKSLASH) return false;
  }
  return true;
};

/** The text that stands under a span; undefined when it is no JSON text. */
export const textUnder = (bytes: Uint8Array, span: Span | undefined): string | undefined => {
  if (span === undefined || bytes[span.start] !== QUOTE) return undefined;
  const last = span.end - 1;
  if (last > span.start && bytes[last] === QUOTE && isPlain(bytes, span.start + 1, last))
    return knownText(bytes, span.start + 1, last);
  try {
    const value: unknown = JSON.parse(textOf(bytes, span));
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
};

/**
 * The bytes of an event with members added at the end of its `data`; everything else stays byte for byte.
 * @param data   where the object `data` stands
 * @param added  `"name":value` texts; none of the names stands in `data` already
 */
export const withMembers = (bytes: Uint8Array, data: Span, added: readonly string[]): Uint8Array => {
  const close = data.end - 1;
  const isEmpty = bytes[afterSpace(bytes, data.start + 1)] === CLOSE;
  return Buffer.concat([
    bytes.subarray(0, close),
    Buffer.from(`${isEmpty ? '' : ','}${added.join(',')}`),
    bytes.subarray(close),
  ]);
};
