// CAST to and from text, as Flink reads and prints it.
import { decimalText, fitDecimal, parseDecimal } from './decimal.ts';
import { castDate, castTimestamp, dateText, timestampText } from './instants.ts';
import type { Decimal, SqlType, Value } from './types.ts';

/** undefined where the value has no form in the other type. NULL is not handed in. */
export type Caster = (v: Value) => Value | undefined;

const INT_MIN = -(2n ** 31n);
const BIG_MIN = -(2n ** 63n);

/** As Java's Double.toString: 100.0, 1.0E21, 1.0E-5. */
export const doubleText = (x: number): string => {
  if (Number.isNaN(x)) return 'NaN';
  if (!Number.isFinite(x)) return x > 0 ? 'Infinity' : '-Infinity';
  if (x === 0) return Object.is(x, -0) ? '-0.0' : '0.0';
  const size = Math.abs(x);
  if (size >= 1e-3 && size < 1e7) {
    const text = String(x);
    return text.includes('.') ? text : `${text}.0`;
  }
  const [digits = '', exponent = ''] = x.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
};

/** Digits, cut at a decimal point; no exponent. */
const parseInteger = (text: string, min: bigint, max: bigint): bigint | undefined => {
  const found = /^([+-]?\d*)(?:\.\d*)?$/.exec(text.trim());
  if (!found || text.trim() === '' || /^[+-]$/.test(text.trim())) return undefined;
  const whole = found[1] ?? '';
  const value = /\d/.test(whole) ? BigInt(whole.replace(/^\+/, '')) : 0n;
  return value >= min && value <= max ? value : undefined;
};

const parseDouble = (text: string): number | undefined => {
  const found = /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)$/.exec(text.trim());
  return found
    ? Number(
        text
          .trim()
          .replace(/[fFdD]$/, '')
          .replace(/^[+-]?NaN$/, 'NaN'),
      )
    : undefined;
};

const TRUE = new Set(['t', 'true', 'y', 'yes', '1']);
const FALSE = new Set(['f', 'false', 'n', 'no', '0']);
const parseBoolean = (text: string): boolean | undefined => {
  const word = text.toLowerCase();
  return TRUE.has(word) ? true : FALSE.has(word) ? false : undefined;
};

const orFail = <T>(v: T | null): T | undefined => (v === null ? undefined : v);

export const fromText = (to: SqlType): Caster => {
  switch (to.kind) {
    case 'BOOLEAN':
      return (v) => parseBoolean(v as string);
    case 'INT':
      return (v) => {
        const found = parseInteger(v as string, INT_MIN, -INT_MIN - 1n);
        return found === undefined ? undefined : Number(found);
      };
    case 'BIGINT':
      return (v) => parseInteger(v as string, BIG_MIN, -BIG_MIN - 1n);
    case 'DOUBLE':
      return (v) => parseDouble(v as string);
    case 'DECIMAL':
      return (v) => {
        const found = parseDecimal(v as string);
        return found === null ? undefined : orFail(fitDecimal(found, to.precision, to.scale));
      };
    case 'DATE':
      return (v) => orFail(castDate(v as string));
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return (v) => orFail(castTimestamp(v as string));
    default:
      return () => undefined;
  }
};

export const toText = (from: SqlType): Caster => {
  switch (from.kind) {
    case 'BOOLEAN':
      return (v) => (v ? 'TRUE' : 'FALSE');
    case 'DOUBLE':
      return (v) => doubleText(v as number);
    case 'DECIMAL':
      return (v) => decimalText(v as Decimal);
    case 'DATE':
      return (v) => dateText(v as number);
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return (v) => timestampText(v as number);
    default:
      return (v) => String(v);
  }
};
