// CAST: what a value becomes in another type, as Flink has it. A cast that cannot be made gives undefined here: CAST then fails for
// the event, TRY_CAST gives NULL.
import {
  decimalOfDouble,
  decimalOfInteger,
  decimalText,
  doubleOfDecimal,
  fitDecimal,
  parseDecimal,
  truncateDecimal,
} from './decimal.ts';
import { castDate, castTimestamp, DAY_MS, dateText, timestampText } from './instants.ts';
import { sameType, typeText } from './type-rules.ts';
import type { Decimal, SqlType, Value } from './types.ts';

export class CastError extends Error {}

type Caster = (v: Value) => Value | undefined;
type DecimalType = Extract<SqlType, { kind: 'DECIMAL' }>;

const INT_MIN = -(2 ** 31);
const INT_MAX = 2 ** 31 - 1;
const BIG_MIN = -(2n ** 63n);
const BIG_MAX = 2n ** 63n - 1n;

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

const saturated = (x: number, min: number, max: number): number =>
  Number.isNaN(x) ? 0 : Math.max(min, Math.min(max, Math.trunc(x)));
const bigSaturated = (x: number): bigint => {
  if (Number.isNaN(x)) return 0n;
  if (x >= 2 ** 63) return BIG_MAX;
  return x <= -(2 ** 63) ? BIG_MIN : BigInt(Math.trunc(x));
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

const fromText = (to: SqlType): Caster => {
  switch (to.kind) {
    case 'BOOLEAN':
      return (v) => parseBoolean(v as string);
    case 'INT':
      return (v) => {
        const found = parseInteger(v as string, BigInt(INT_MIN), BigInt(INT_MAX));
        return found === undefined ? undefined : Number(found);
      };
    case 'BIGINT':
      return (v) => parseInteger(v as string, BIG_MIN, BIG_MAX);
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

const toText = (from: SqlType): Caster => {
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

/** A number of any type, with BOOLEAN as 1 and 0, to exact decimal. null for NaN and infinities. */
const toExact = (from: SqlType, v: Value): Decimal | null => {
  if (from.kind === 'DECIMAL') return v as Decimal;
  if (from.kind === 'DOUBLE') return decimalOfDouble(v as number);
  return decimalOfInteger(typeof v === 'boolean' ? Number(v) : (v as number | bigint));
};

const toDouble = (from: SqlType): Caster =>
  from.kind === 'DECIMAL' ? (v) => doubleOfDecimal(v as Decimal) : (v) => Number(v);

/** Integers wrap around at the end of their range, doubles stop there. */
const toInteger = (from: SqlType, to: SqlType): Caster => {
  const big = to.kind === 'BIGINT';
  if (from.kind === 'DOUBLE')
    return big ? (v) => bigSaturated(v as number) : (v) => saturated(v as number, INT_MIN, INT_MAX);
  const whole = (v: Value): bigint => (from.kind === 'DECIMAL' ? truncateDecimal(v as Decimal) : BigInt(v as number));
  return big ? (v) => BigInt.asIntN(64, whole(v)) : (v) => Number(BigInt.asIntN(32, whole(v)));
};

/** Too many digits give NULL, not a failure, as in Flink. */
const toDecimal =
  (from: SqlType, to: DecimalType): Caster =>
  (v) => {
    const exact = toExact(from, v);
    return exact === null ? null : fitDecimal(exact, to.precision, to.scale);
  };

const toBoolean = (from: SqlType): Caster =>
  from.kind === 'DECIMAL' ? (v) => (v as Decimal).unscaled !== 0n : (v) => Number(v) !== 0;

const elements = (from: SqlType, to: SqlType): Caster => {
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') {
    const each = castTo(from.element, to.element);
    return (v) => (v as readonly Value[]).map(each);
  }
  if (from.kind === 'ROW' && to.kind === 'ROW') {
    const each = from.fields.map((f, i) => castTo(f.type, to.fields[i]?.type ?? f.type));
    return (v) => (v as readonly Value[]).map((x, i) => each[i]?.(x) ?? null);
  }
  if (from.kind === 'MAP' && to.kind === 'MAP') {
    const [key, value] = [castTo(from.key, to.key), castTo(from.value, to.value)];
    return (v) => new Map([...(v as ReadonlyMap<Value, Value>)].map(([k, x]) => [key(k), value(x)]));
  }
  return () => undefined;
};

const caster = (from: SqlType, to: SqlType): Caster => {
  if (sameType(from, to)) return (v) => v;
  if (from.kind === 'STRING') return fromText(to);
  switch (to.kind) {
    case 'STRING':
      return toText(from);
    case 'BOOLEAN':
      return toBoolean(from);
    case 'INT':
    case 'BIGINT':
      return toInteger(from, to);
    case 'DOUBLE':
      return toDouble(from);
    case 'DECIMAL':
      return toDecimal(from, to);
    case 'DATE':
      return (v) => Math.floor((v as number) / DAY_MS);
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return from.kind === 'DATE' ? (v) => (v as number) * DAY_MS : (v) => v;
    default:
      return elements(from, to);
  }
};

/** TRY_CAST: NULL where the value has no form in the other type. NULL stays NULL. */
export const tryCastTo = (from: SqlType, to: SqlType): ((v: Value) => Value) => {
  const cast = caster(from, to);
  return (v) => (v === null ? null : (cast(v) ?? null));
};

/** CAST. NULL stays NULL. @throws CastError where the value has no form in the other type */
export const castTo = (from: SqlType, to: SqlType): ((v: Value) => Value) => {
  const cast = caster(from, to);
  return (v) => {
    if (v === null) return null;
    const result = cast(v);
    if (result === undefined) throw new CastError(`CAST: ${JSON.stringify(String(v))} is no ${typeText(to)}`);
    return result;
  };
};
