// Values in order, as keys, and as Java prints numbers. Decimal arithmetic is in decimal.ts, casts in casts.ts.
import { compareDecimal, decimalText } from './decimal.ts';
import type { Decimal, Value } from './types.ts';

export { CastError, castTo } from './casts.ts';
export * from './decimal.ts';

export const isDecimal = (v: Value): v is Decimal => v !== null && typeof v === 'object' && 'unscaled' in v;

/** By code points, as Flink compares the bytes of UTF-8: an emoji sorts after U+FFFD. */
const compareText = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    if (x < 0xd800 || y < 0xd800) return x - y;
    // Surrogates stand for code points above all others; move them above U+E000..U+FFFF.
    return (x >= 0xe000 ? x - 0x800 : x + 0x2000) - (y >= 0xe000 ? y - 0x800 : y + 0x2000);
  }
  return a.length - b.length;
};

const compareNumber = (a: number, b: number): number =>
  a < b ? -1 : a > b ? 1 : a === b ? 0 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));

/**
 * The order of two values of one type: negative, 0 or positive. NULL comes before everything, NaN after every number, false before
 * true; arrays and rows compare element by element.
 */
export const compareValues = (a: Value, b: Value): number => {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'number' && typeof b === 'number') return compareNumber(a, b);
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (isDecimal(a) && isDecimal(b)) return compareDecimal(a, b);
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const order = compareValues(a[i] as Value, b[i] as Value);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }
  throw new TypeError(`cannot order ${typeof a} and ${typeof b}`);
};

const keyText = (v: Value): string => {
  if (v === null) return 'null';
  switch (typeof v) {
    case 'string':
      return JSON.stringify(v);
    case 'bigint':
      return `${v}n`;
    case 'number':
      return v === 0 ? '0' : String(v); // -0 is 0
    case 'boolean':
      return v ? 'true' : 'false';
    default:
  }
  if (v instanceof Map) {
    const entries = [...v].map(([k, x]) => `${keyText(k)}:${keyText(x)}`);
    return `{${entries.sort().join(',')}}`;
  }
  if (isDecimal(v)) {
    const text = decimalText(v);
    return `${text.includes('.') ? text.replace(/\.?0+$/, '') : text}d`;
  }
  return `[${(v as readonly Value[]).map(keyText).join(',')}]`;
};

/** One text for equal keys, another for all others: `"north",3n,null`. DECIMAL 1.0 and 1.00 are one key, BIGINT 1 and INT 1 are not. */
export const keyOf = (values: readonly Value[]): string => {
  let text = '';
  for (let i = 0; i < values.length; i++) text += (i === 0 ? '' : ',') + keyText(values[i] as Value);
  return text;
};
