// Checks a JSON value in UTF-8 bytes against a scan node, in the same walk that checks the grammar. Each function answers the place
// after what it read, or UNSURE.

import { FALSE, LIST, NULL, NUMBER, OBJECT, TEXT, TRUE } from '../schema/scan-plan.ts';
import type { EpochMs } from '../time.ts';
import { parseRfc3339, parseTime } from './instant.ts';
import {
  afterLiteral,
  afterNumber,
  afterString,
  afterValue,
  MOST_DEPTH,
  plainEnd,
  skipSpace,
  UNSURE,
} from './scan-json.ts';
import { LOW_BITS, type ScanNode } from './scan-node.ts';
import { numberAt, shownInstantAt } from './scan-scalars.ts';

/** Up to this length V8 puts texts together without a tree of parts. */
const SHORT = 12;

/** One event while it is scanned. */
export class ScanDoc {
  readonly bytes: Uint8Array;
  /** All bytes are ASCII: then a byte is a character. */
  readonly ascii: boolean;
  /** The value of the field marked `x-time`; undefined when it is not there, or null. */
  time: EpochMs | undefined = undefined;
  #text: string | undefined = undefined;

  constructor(bytes: Uint8Array, ascii: boolean) {
    this.bytes = bytes;
    this.ascii = ascii;
  }
  /**
   * The text in [at, end). Short ASCII is put together here; for longer the whole event becomes text once, since slices of that cost
   * less than calls into native code.
   */
  text(at: number, end: number): string {
    const { bytes } = this;
    if (this.ascii && end - at <= SHORT) {
      let text = '';
      for (let i = at; i < end; i++) text += String.fromCharCode(bytes[i] as number);
      return text;
    }
    if (!this.ascii) return Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString();
    this.#text ??= Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    return this.#text.slice(at, end);
  }
}

/** Code points of well-formed UTF-8. */
const codePointsIn = (b: Uint8Array, at: number, end: number): number => {
  let n = 0;
  for (let i = at; i < end; i++) if (((b[i] as number) & 0xc0) !== 0x80) n++;
  return n;
};

const lengthPasses = (doc: ScanDoc, at: number, end: number, node: ScanNode): boolean => {
  const most = end - at;
  const least = doc.ascii ? most : (most + 3) >> 2;
  if (most <= node.maxLength && least >= node.minLength) return true;
  const exact = doc.ascii ? most : codePointsIn(doc.bytes, at, end);
  return exact <= node.maxLength && exact >= node.minLength;
};

/** A text without escapes. */
const plainTextPasses = (doc: ScanDoc, at: number, end: number, node: ScanNode): boolean => {
  if (!lengthPasses(doc, at, end, node)) return false;
  if (node.freeText) return true;
  if (node.texts !== null && node.texts.find(doc.bytes, at, end) < 0) return false;
  if (node.dateTime || node.time) {
    let instant = shownInstantAt(doc.bytes, at, end);
    if (instant === undefined) instant = node.dateTime ? parseRfc3339(doc.text(at, end)) : parseTime(doc.text(at, end));
    if (instant === undefined) return false;
    if (node.time) doc.time = instant;
  }
  if (node.pattern === null && node.check === null) return true;
  const text = doc.text(at, end);
  return (node.pattern === null || node.pattern.test(text)) && (node.check === null || node.check(text));
};

/** A text with escapes, quotes and all. */
const escapedTextPasses = (doc: ScanDoc, at: number, end: number, node: ScanNode): boolean => {
  if (node.time || node.dateTime) return false;
  if (node.freeText && node.minLength === 0 && end - at - 2 <= node.maxLength) return true;
  const text = JSON.parse(doc.text(at, end)) as string;
  const length = [...text].length;
  if (length < node.minLength || length > node.maxLength) return false;
  if (node.texts !== null && !node.textList.includes(text)) return false;
  return (node.pattern === null || node.pattern.test(text)) && (node.check === null || node.check(text));
};

const afterText = (doc: ScanDoc, b: Uint8Array, at: number, end: number, node: ScanNode): number => {
  if ((node.types & TEXT) === 0) return UNSURE;
  const start = at + 1;
  const stop = plainEnd(b, start, end);
  if (stop < end && b[stop] === 0x22) return plainTextPasses(doc, start, stop, node) ? stop + 1 : UNSURE;
  const after = afterString(b, start, end);
  return after !== UNSURE && escapedTextPasses(doc, at, after, node) ? after : UNSURE;
};

const numberPasses = (value: number, node: ScanNode): boolean =>
  Number.isFinite(value) &&
  !(node.integer && value % 1 !== 0) &&
  value >= node.minimum &&
  value <= node.maximum &&
  value > node.exclusiveMinimum &&
  value < node.exclusiveMaximum &&
  (node.numbers === null || node.numbers.includes(value)) &&
  (node.check === null || node.check(value));

const afterCheckedNumber = (doc: ScanDoc, b: Uint8Array, at: number, end: number, node: ScanNode): number => {
  if ((node.types & NUMBER) === 0) return UNSURE;
  const after = afterNumber(b, at, end);
  if (after === UNSURE) return UNSURE;
  const value = numberAt(b, at, after);
  if (!numberPasses(value, node)) return UNSURE;
  if (node.time) {
    const time = parseTime(value);
    if (time === undefined) return UNSURE;
    doc.time = time;
  }
  return after;
};

const afterCheckedLiteral = (b: Uint8Array, at: number, end: number, c: number, node: ScanNode): number => {
  const type = c === 0x74 ? TRUE : c === 0x66 ? FALSE : NULL;
  if ((node.types & type) === 0) return UNSURE;
  if (node.check !== null && !node.check(type === NULL ? null : type === TRUE)) return UNSURE;
  return afterLiteral(b, at, end);
};

const afterList = (doc: ScanDoc, b: Uint8Array, at: number, end: number, node: ScanNode, depth: number): number => {
  if ((node.types & LIST) === 0 || depth > MOST_DEPTH) return UNSURE;
  let count = 0;
  let p = skipSpace(b, at + 1, end);
  if (p < end && b[p] === 0x5d) return node.minItems === 0 ? p + 1 : UNSURE;
  while (p < end) {
    p = node.items === null ? afterValue(b, p, end, depth) : afterChecked(doc, b, p, end, node.items, depth);
    if (p === UNSURE) return UNSURE;
    count++;
    p = skipSpace(b, p, end);
    if (p >= end) return UNSURE;
    if (b[p] === 0x5d) return count >= node.minItems && count <= node.maxItems ? p + 1 : UNSURE;
    if (b[p] !== 0x2c) return UNSURE;
    p = skipSpace(b, p + 1, end);
  }
  return UNSURE;
};

const afterObject = (doc: ScanDoc, b: Uint8Array, at: number, end: number, node: ScanNode, depth: number): number => {
  if ((node.types & OBJECT) === 0 || depth > MOST_DEPTH) return UNSURE;
  const { names, properties, rest } = node;
  let low = 0;
  let high = 0;
  let before = -1;
  let p = skipSpace(b, at + 1, end);
  if (p < end && b[p] === 0x7d) return node.requiredLow === 0 && node.requiredHigh === 0 ? p + 1 : UNSURE;
  while (p < end) {
    if (b[p] !== 0x22) return UNSURE;
    let i = names.guess(before);
    let stop = i < 0 ? UNSURE : names.behind(i, b, p + 1, end);
    if (stop === UNSURE) {
      stop = plainEnd(b, p + 1, end);
      // A name with escapes may be a known one in another spelling.
      if (stop >= end || b[stop] !== 0x22) return UNSURE;
      i = names.learn(b, p + 1, stop, before);
    }
    before = i < 0 ? -2 : i;
    p = skipSpace(b, stop + 1, end);
    if (p >= end || b[p] !== 0x3a) return UNSURE;
    p = skipSpace(b, p + 1, end);
    if (i < 0) {
      if (node.closed) return UNSURE;
      p = rest === null ? afterValue(b, p, end, depth) : afterChecked(doc, b, p, end, rest, depth);
    } else {
      // Of equal names the last counts: the plain path knows how.
      if (i < LOW_BITS) {
        if ((low & (1 << i)) !== 0) return UNSURE;
        low |= 1 << i;
      } else {
        if ((high & (1 << (i - LOW_BITS))) !== 0) return UNSURE;
        high |= 1 << (i - LOW_BITS);
      }
      p = afterChecked(doc, b, p, end, properties[i] as ScanNode, depth);
    }
    if (p === UNSURE) return UNSURE;
    p = skipSpace(b, p, end);
    if (p >= end) return UNSURE;
    if (b[p] === 0x7d) {
      const missing = (node.requiredLow & ~low) | (node.requiredHigh & ~high);
      return missing === 0 ? p + 1 : UNSURE;
    }
    if (b[p] !== 0x2c) return UNSURE;
    p = skipSpace(b, p + 1, end);
  }
  return UNSURE;
};

/**
 * @param at    the first byte of a value
 * @param depth objects and arrays around it
 */
export const afterChecked = (
  doc: ScanDoc,
  b: Uint8Array,
  at: number,
  end: number,
  node: ScanNode,
  depth: number,
): number => {
  if (at >= end) return UNSURE;
  if (node.free) return afterValue(b, at, end, depth);
  const c = b[at] as number;
  if (c === 0x22) return afterText(doc, b, at, end, node);
  if (c === 0x7b) return afterObject(doc, b, at, end, node, depth + 1);
  if (c === 0x5b) return afterList(doc, b, at, end, node, depth + 1);
  if (c === 0x74 || c === 0x66 || c === 0x6e) return afterCheckedLiteral(b, at, end, c, node);
  return afterCheckedNumber(doc, b, at, end, node);
};
