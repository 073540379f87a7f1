// A value of an event in its bytes, as parseJson gives it.
import type { Json } from '../../../event/cloud-event.ts';
import { parseJson } from '../../../event/json.ts';
import { SAFE_DIGITS } from '../../../event/scan-json.ts';
import { numberAt } from '../../../event/scan-scalars.ts';

/** Up to this length V8 puts texts together without a tree of parts. */
const SHORT = 12;

/** The text between quotes in [at, end), when it is ASCII without escapes. */
const plainText = (b: Uint8Array, at: number, end: number): string | undefined => {
  for (let i = at; i < end; i++) if ((b[i] as number) >= 0x80 || b[i] === 0x5c) return undefined;
  if (end - at > SHORT) return Buffer.from(b.buffer, b.byteOffset + at, end - at).toString('latin1');
  let text = '';
  for (let i = at; i < end; i++) text += String.fromCharCode(b[i] as number);
  return text;
};

export const isNumberAt = (b: Uint8Array, at: number): boolean => {
  const c = b[at] as number;
  return c === 0x2d || (c >= 0x30 && c <= 0x39);
};

/**
 * @returns undefined when the span is empty: no value
 * @throws  Error when it is no JSON: a bug of ours, as head let it pass
 */
export const jsonAt = (b: Uint8Array, at: number, end: number): Json | undefined => {
  if (at === end) return undefined;
  if (b[at] === 0x22) {
    const text = plainText(b, at + 1, end - 1);
    if (text !== undefined) return text;
  } else if (end - at <= SAFE_DIGITS && isNumberAt(b, at)) return numberAt(b, at, end);
  const parsed = parseJson(b.subarray(at, end));
  if (!parsed.ok) throw new Error(`a value of an event that was validated: ${parsed.cause}`);
  return parsed.value;
};
