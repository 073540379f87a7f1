// DynamoDB's AttributeValue -> JSON, https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
import type { Json, JsonObject } from '../event/cloud-event.ts';
import { isObject, pointer } from '../event/path.ts';

export type Item =
  | { readonly ok: true; readonly item: JsonObject }
  | { readonly ok: false; readonly field: string; readonly cause: string; readonly value: Json };

class Wrong extends Error {
  readonly path: readonly string[];
  readonly value: Json;
  constructor(path: readonly string[], message: string, value: Json) {
    super(message);
    this.path = path;
    this.value = value;
  }
}

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;
/** Any decimal of up to 15 digits comes back from a double as it was. */
const EXACT_DIGITS = 15;
const MOST_DIGITS = 38;

/**
 * A number of DynamoDB has up to 38 digits. Whole ones stay exact numbers; one with a fraction is a number when a double holds it,
 * else its text: no digit is lost. undefined: no number.
 */
export const numberOf = (text: string): Json | undefined => {
  const [all, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  const digits = `${whole}${fraction}`;
  if (all === undefined || digits === '' || digits.length > 200) return undefined;
  const significant = digits.replace(/^0+/, '').replace(/0+$/, '');
  const power = Number(exponent) - fraction.length + (digits.replace(/^0+/, '').length - significant.length);
  if (significant === '') return 0;
  if (significant.length > MOST_DIGITS || Math.abs(power) > 200) return undefined;
  if (power >= 0 && significant.length + power <= MOST_DIGITS) {
    const exact = BigInt(`${sign}${significant}${'0'.repeat(power)}`.replace('+', ''));
    return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
  }
  return significant.length <= EXACT_DIGITS ? Number(text) : text;
};

const listOf = (value: Json, path: readonly string[]): readonly Json[] => {
  if (!Array.isArray(value)) throw new Wrong(path, 'must be a list', value);
  return value;
};
const textOf = (value: Json, path: readonly string[]): string => {
  if (typeof value !== 'string') throw new Wrong(path, 'must be a text', value);
  return value;
};
const exact = (value: Json, path: readonly string[]): Json => {
  const read = numberOf(textOf(value, path));
  if (read === undefined) throw new Wrong(path, 'must be a number as text', value);
  return read;
};

const attributeValue = (attribute: Json, path: readonly string[]): Json => {
  const [[tag, value] = ['', null], ...others] = isObject(attribute) ? Object.entries(attribute) : [];
  const inside = [...path, tag];
  if (others.length === 0)
    switch (tag) {
      case 'S':
      case 'B': // base64, as it came
        return textOf(value, inside);
      case 'N':
        return exact(value, inside);
      case 'BOOL':
        if (typeof value !== 'boolean') throw new Wrong(inside, 'must be true or false', value);
        return value;
      case 'NULL':
        return null;
      case 'M':
        return mapOf(value, inside);
      case 'L':
        return listOf(value, inside).map((v, i) => attributeValue(v, [...inside, String(i)]));
      case 'SS':
      case 'BS':
        return listOf(value, inside).map((v, i) => textOf(v, [...inside, String(i)]));
      case 'NS':
        return listOf(value, inside).map((v, i) => exact(v, [...inside, String(i)]));
    }
  throw new Wrong(path, 'must have one type: S, N, B, BOOL, NULL, M, L, SS, NS or BS', attribute);
};

const mapOf = (value: Json, path: readonly string[]): JsonObject => {
  if (!isObject(value)) throw new Wrong(path, 'must be an object of attributes', value);
  return Object.fromEntries(Object.entries(value).map(([name, v]) => [name, attributeValue(v, [...path, name])]));
};

/** An item or its keys, as plain JSON. Sets become lists. */
export const itemOf = (value: Json): Item => {
  try {
    return { ok: true, item: mapOf(value, []) };
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return { ok: false, field: pointer(...error.path), cause: `the attribute ${error.message}`, value: error.value };
  }
};
