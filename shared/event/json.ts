// JSON in and out: nothing that parses here can harm a later reader, and no integer loses a digit.
import type { Json } from './cloud-event.ts';

export type JsonRule = 'body.not-json' | 'body.not-utf8' | 'body.too-deep' | 'body.empty';
export type ParsedJson =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly rule: JsonRule; readonly cause: string };

/** Objects and arrays inside one another. Later readers recurse, and this keeps them far from the end of the stack. */
export const MAX_DEPTH = 64;
/** A double has 309 digits at most; longer integers are refused, since a decimal of a million digits takes minutes to read. */
const MAX_DIGITS = 309;

const reject = (rule: JsonRule, cause: string): ParsedJson => ({ ok: false, rule, cause });

/** Without recursion, and without a look at each character when there are too few brackets to go that deep. */
const tooDeep = (text: string): boolean => {
  if (text.length <= MAX_DEPTH) return false;
  let open = 0;
  for (let at = text.indexOf('{'); at >= 0 && open <= MAX_DEPTH; at = text.indexOf('{', at + 1)) open++;
  for (let at = text.indexOf('['); at >= 0 && open <= MAX_DEPTH; at = text.indexOf('[', at + 1)) open++;
  if (open <= MAX_DEPTH) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x22) {
      for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
    } else if (c === 0x5b || c === 0x7b) {
      if (++depth > MAX_DEPTH) return true;
    } else if (c === 0x5d || c === 0x7d) depth--;
  }
  return false;
};

/**
 * Sixteen digits in a row hold a place 15, 31, 47, …, so only these are looked at. Right behind a quote stands no number, but a text of
 * digits, as every row's `revision`; elsewhere in a text it is a false alarm.
 */
const hasLongNumber = (bytes: Uint8Array): boolean => {
  for (let i = 15; i < bytes.length; i += 16) {
    if (!isDigit(bytes[i])) continue;
    let start = i;
    let end = i + 1;
    while (isDigit(bytes[start - 1])) start--;
    while (isDigit(bytes[end])) end++;
    if (end - start >= 16 && bytes[start - 1] !== 0x22) return true;
  }
  return false;
};
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

const INTEGER = /^-?\d+$/;

type ParseWithSource = (
  text: string,
  reviver: (key: string, value: Json, context: { source?: string }) => Json,
) => Json;
const parseWithSource = JSON.parse as ParseWithSource;
type RawJson = (text: string) => Json;
const rawJson = (JSON as unknown as { rawJSON: RawJson }).rawJSON;

const exactNumber = (_key: string, value: Json, { source }: { source?: string }): Json => {
  if (typeof value !== 'number' || source === undefined || Number.isSafeInteger(value)) return value;
  if (INTEGER.test(source)) {
    if (source.length <= MAX_DIGITS) return BigInt(source);
    throw new RangeError(`a number of ${source.length} digits`);
  }
  return value;
};

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads one JSON text (RFC 8259). Integers beyond ±(2^53 - 1) become bigint, those of more than 309 digits are refused as
 * `body.not-json`; other numbers are doubles (1e400 is Infinity, which no schema takes for a number). A name `__proto__` is an own property like any other
 * (copy with spread, never with assignment or Object.assign). Of equal names the last counts. A byte order mark is ignored.
 */
export const parseJson = (bytes: Uint8Array): ParsedJson => {
  if (bytes.length === 0) return reject('body.empty', 'the body is empty');
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return reject('body.not-utf8', 'the body is not UTF-8');
  }
  if (tooDeep(text)) return reject('body.too-deep', `objects and arrays lie more than ${MAX_DEPTH} deep`);
  try {
    return { ok: true, value: hasLongNumber(bytes) ? parseWithSource(text, exactNumber) : (JSON.parse(text) as Json) };
  } catch (error) {
    if (text.trim() === '') return reject('body.empty', 'the body is white space only');
    return reject('body.not-json', error instanceof Error ? error.message : String(error));
  }
};

/** JSON text of a value; a bigint is written as a bare integer. */
export const stringifyJson = (value: Json): string => {
  try {
    return JSON.stringify(value);
  } catch {
    return JSON.stringify(value, (_name, part: Json) => (typeof part === 'bigint' ? rawJson(String(part)) : part));
  }
};
