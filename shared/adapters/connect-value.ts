// Values by their Kafka Connect schema, as Debezium writes it beside them: https://debezium.io/documentation/reference/stable/connectors/
// (data types of each connector). Decimals and times become texts that a person and SQL can read; nothing loses a digit.
import type { Json, JsonObject } from '../event/cloud-event.ts';
import { isObject } from '../event/path.ts';

/** Why a value does not fit its schema, and where. */
export class Misfit extends Error {
  readonly path: readonly string[];
  readonly value: Json;
  constructor(path: readonly string[], message: string, value: Json) {
    super(message);
    this.path = path;
    this.value = value;
  }
}

/** Decimals beyond this many digits take long to read; no database has them. */
const MOST_BYTES = 1024;
const MOST_SCALE = 2000;

/** Two's complement, greatest byte first, times 10^-scale. */
export const decimalText = (base64: string, scale: number): string | undefined => {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || !Number.isInteger(scale) || Math.abs(scale) > MOST_SCALE)
    return undefined;
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === 0 || bytes.length > MOST_BYTES) return undefined;
  const unscaled = BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
  if (scale <= 0) return String(unscaled * 10n ** BigInt(-scale));
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
};

const integerOf = (value: Json): bigint | undefined =>
  typeof value === 'bigint' ? value : Number.isSafeInteger(value) ? BigInt(value as number) : undefined;
const floorDiv = (a: bigint, b: bigint): bigint => (a >= 0n || a % b === 0n ? a / b : a / b - 1n);

/** Dates that ISO 8601 writes with a sign and six digits too. */
const LAST_SECOND = 8_640_000_000_000n;
const dateTime = (seconds: bigint): string | undefined =>
  seconds > LAST_SECOND || seconds < -LAST_SECOND
    ? undefined
    : new Date(Number(seconds) * 1000).toISOString().slice(0, -5);

/** @param unit parts of a second; @param digits as many as the unit has */
const instantText = (value: bigint, unit: bigint, digits: number): string | undefined => {
  const seconds = floorDiv(value, unit);
  const text = dateTime(seconds);
  return text === undefined ? undefined : `${text}.${String(value - seconds * unit).padStart(digits, '0')}Z`;
};
const clockText = (value: bigint, unit: bigint, digits: number): string | undefined =>
  value < 0n || value >= 86_400n * unit ? undefined : instantText(value, unit, digits)?.slice(11, -1);
const dateText = (days: bigint): string | undefined => dateTime(days * 86_400n)?.replace(/T.*$/, '');

type Convert = (value: bigint) => string | undefined;
const MS = [1_000n, 3] as const;
const US = [1_000_000n, 6] as const;
const NS = [1_000_000_000n, 9] as const;
const INTEGERS: Readonly<Record<string, Convert>> = {
  'io.debezium.time.Date': dateText,
  'org.apache.kafka.connect.data.Date': dateText,
  'io.debezium.time.Timestamp': (v) => instantText(v, ...MS),
  'io.debezium.time.MicroTimestamp': (v) => instantText(v, ...US),
  'io.debezium.time.NanoTimestamp': (v) => instantText(v, ...NS),
  'org.apache.kafka.connect.data.Timestamp': (v) => instantText(v, ...MS),
  'io.debezium.time.Time': (v) => clockText(v, ...MS),
  'io.debezium.time.MicroTime': (v) => clockText(v, ...US),
  'io.debezium.time.NanoTime': (v) => clockText(v, ...NS),
  'org.apache.kafka.connect.data.Time': (v) => clockText(v, ...MS),
};

const fixed = (text: string | undefined, path: readonly string[], message: string, value: Json): string => {
  if (text === undefined) throw new Misfit(path, message, value);
  return text;
};

/** @throws Misfit */
export const connectValue = (schema: Json | undefined, value: Json, path: readonly string[] = []): Json => {
  if (value === null || !isObject(schema)) return value;
  const { name, type } = schema;
  const convert = typeof name === 'string' && Object.hasOwn(INTEGERS, name) ? INTEGERS[name] : undefined;
  if (convert !== undefined) {
    const integer = integerOf(value);
    return fixed(integer === undefined ? undefined : convert(integer), path, `must be a ${name}`, value);
  }
  if (name === 'org.apache.kafka.connect.data.Decimal') {
    const scale = isObject(schema.parameters) ? Number(schema.parameters.scale) : Number.NaN;
    // decimal.handling.mode or the converter's decimal.format may have made it a number or a text already.
    if (typeof value === 'number' || typeof value === 'bigint') return value;
    return fixed(
      typeof value === 'string' ? decimalText(value, scale) : undefined,
      path,
      'must be base64 of a decimal',
      value,
    );
  }
  if (name === 'io.debezium.data.VariableScaleDecimal') {
    const text =
      isObject(value) && typeof value.value === 'string' ? decimalText(value.value, Number(value.scale)) : undefined;
    return fixed(text, path, 'must be { scale, value } of a decimal', value);
  }
  switch (type) {
    case 'struct': {
      if (!isObject(value)) throw new Misfit(path, 'must be an object, as its schema says', value);
      const fields = new Map<string, Json>();
      for (const f of Array.isArray(schema.fields) ? (schema.fields as readonly Json[]) : [])
        if (isObject(f) && typeof f.field === 'string') fields.set(f.field, f);
      return Object.fromEntries(
        Object.entries(value).map(([n, v]) => [n, connectValue(fields.get(n), v, [...path, n])]),
      ) as JsonObject;
    }
    case 'array':
      return Array.isArray(value)
        ? value.map((v: Json, i) => connectValue(schema.items, v, [...path, String(i)]))
        : value;
    case 'map':
      return isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([n, v]) => [n, connectValue(schema.values, v, [...path, n])]))
        : value;
    default:
      return value;
  }
};
