// The context attributes of a CloudEvent in bytes: the rules of attributes.ts, for values without escapes.
import { ABSOLUTE_URI, isText, MEDIA_TYPE, NO_URI_REFERENCE } from './attributes.ts';
import type { ScanDoc } from './scan-data.ts';
import { afterLiteral, afterNumber, plainEnd, UNSURE } from './scan-json.ts';

export const SPECVERSION = 0;
export const ID = 1;
export const SOURCE = 2;
export const TYPE = 3;
export const TIME = 4;
const SUBJECT = 5;
const PARTITION_KEY = 6;
const DATA_SCHEMA = 7;
const CONTENT_TYPE = 8;
const TRACE_PARENT = 9;
export const DATA = 10;

/** Names by these numbers. */
export const ATTRIBUTES: readonly string[] = [
  ...['specversion', 'id', 'source', 'type', 'time', 'subject', 'partitionkey', 'dataschema', 'datacontenttype'],
  ...['traceparent', 'data', 'data_base64', 'millrace'],
];

/** Bytes that stand for themselves in a URI reference. */
const URI = new Uint8Array(256);
for (const c of Buffer.from("-_.~:/?[]@!$&'()*+,;=0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
  URI[c] = 1;

const isPlainUri = (b: Uint8Array, at: number, stop: number): boolean => {
  for (let i = at; i < stop; i++) if (URI[b[i] as number] === 0) return false;
  return true;
};

/** @param at the opening quote @returns the place of the closing one */
const afterText = (doc: ScanDoc, at: number, end: number): number => {
  const b = doc.bytes;
  if (at >= end || b[at] !== 0x22) return UNSURE;
  let p = at + 1;
  for (; p < end; p++) {
    const c = b[p] as number;
    if (c === 0x22) return p;
    if (c < 0x20 || c > 0x7e || c === 0x5c) break;
  }
  const stop = plainEnd(b, p, end);
  return stop < end && b[stop] === 0x22 && isText(doc.text(at + 1, stop)) ? stop : UNSURE;
};

/** A text, a boolean, or an integer that is short enough for 32 bits. */
const afterExtension = (doc: ScanDoc, at: number, end: number): number => {
  const b = doc.bytes;
  if (at >= end) return UNSURE;
  const c = b[at] as number;
  if (c === 0x22) {
    const stop = afterText(doc, at, end);
    return stop === UNSURE ? UNSURE : stop + 1;
  }
  if (c === 0x74 || c === 0x66) return afterLiteral(b, at, end);
  const after = afterNumber(b, at, end);
  if (after === UNSURE || after - at > 9) return UNSURE;
  for (let i = at; i < after; i++) if (((b[i] as number) < 0x30 || (b[i] as number) > 0x39) && i > at) return UNSURE;
  return after;
};

/** Whether a name not in the table is one of the letters a-z and digits. */
export const isExtensionName = (b: Uint8Array, at: number, stop: number): boolean => {
  for (let i = at; i < stop; i++) {
    const c = b[i] as number;
    if (!((c >= 0x61 && c <= 0x7a) || (c >= 0x30 && c <= 0x39))) return false;
  }
  return stop > at;
};

/**
 * @param which number of the attribute, not DATA; -1 for an extension
 * @param at    the first byte of its value
 * @returns     the place after it
 */
export const afterAttribute = (doc: ScanDoc, which: number, at: number, end: number): number => {
  if (which < 0) return afterExtension(doc, at, end);
  const stop = afterText(doc, at, end);
  if (stop === UNSURE) return UNSURE;
  const b = doc.bytes;
  const start = at + 1;
  switch (which) {
    case SPECVERSION:
      return stop === start + 3 && b[start] === 0x31 && b[start + 1] === 0x2e && b[start + 2] === 0x30
        ? stop + 1
        : UNSURE;
    case ID:
    case TYPE:
    case SUBJECT:
    case PARTITION_KEY:
      return stop > start ? stop + 1 : UNSURE;
    case SOURCE:
      return stop > start && (isPlainUri(b, start, stop) || !NO_URI_REFERENCE.test(doc.text(start, stop)))
        ? stop + 1
        : UNSURE;
    case DATA_SCHEMA: {
      const text = doc.text(start, stop);
      return !NO_URI_REFERENCE.test(text) && ABSOLUTE_URI.test(text) ? stop + 1 : UNSURE;
    }
    case CONTENT_TYPE:
      return MEDIA_TYPE.test(doc.text(start, stop)) ? stop + 1 : UNSURE;
    case TIME:
    case TRACE_PARENT:
      return stop + 1;
    default: // data_base64 is decoded first; `millrace` would be taken for a record of ours
      return UNSURE;
  }
};
