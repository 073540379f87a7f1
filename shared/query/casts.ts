// CAST: what a value becomes in another type, as Flink has it. A cast that cannot be made gives undefined here: CAST then fails for
// the event, TRY_CAST gives NULL.
import { decimalOfDouble, decimalOfInteger, doubleOfDecimal, fitDecimal, truncateDecimal } from './decimal.ts';
import { DAY_MS } from './instants.ts';
import { type Caster, fromText, toText } from './text-casts.ts';
import { sameType, typeText } from './type-rules.ts';
import type { Decimal, SqlType, Value } from './types.ts';

export { doubleText } from './text-casts.ts';

export class CastError extends Error {}

type DecimalType = Extract<SqlType, { kind: 'DECIMAL' }>;

const INT_MIN = -(2 ** 31);
const INT_MAX = 2 ** 31 - 1;
const BIG_MIN = -(2n ** 63n);
const BIG_MAX = 2n ** 63n - 1n;

const saturated = (x: number, min: number, max: number): number =>
  Number.isNaN(x) ? 0 : Math.max(min, Math.min(max, Math.trunc(x)));
const bigSaturated = (x: number): bigint => {
  if (Number.isNaN(x)) return 0n;
  if (x >= 2 ** 63) return BIG_MAX;
  return x <= -(2 ** 63) ? BIG_MIN : BigInt(Math.trunc(x));
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
