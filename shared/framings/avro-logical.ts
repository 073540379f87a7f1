// Logical types of Avro (https://avro.apache.org/docs/1.12.0/specification/#logical-types), and those that Debezium names beside them, as
// texts that a person and SQL can read. Nothing loses a digit.
import type { JsonObject } from '../event/cloud-event.ts';

const DAY = 86_400n;
const floorDiv = (a: bigint, b: bigint): bigint => (a >= 0n || a % b === 0n ? a / b : a / b - 1n);

/** Years 0001 to 9999, as SQL's TIMESTAMP has them. */
const [FIRST, LAST] = [-62_135_596_800n, 253_402_300_799n];
const dateTime = (seconds: bigint): string | undefined =>
  seconds < FIRST || seconds > LAST ? undefined : new Date(Number(seconds) * 1_000).toISOString().slice(0, 19);

const instant =
  (unit: bigint, digits: number, zone: string) =>
  (value: bigint): string | undefined => {
    const seconds = floorDiv(value, unit);
    const text = dateTime(seconds);
    return text === undefined ? undefined : `${text}.${String(value - seconds * unit).padStart(digits, '0')}${zone}`;
  };
const clock =
  (unit: bigint, digits: number) =>
  (value: bigint): string | undefined =>
    value < 0n || value >= DAY * unit ? undefined : instant(unit, digits, '')(value)?.slice(11);
const date = (days: bigint): string | undefined => dateTime(days * DAY)?.slice(0, 10);

const [MS, US, NS] = [1_000n, 1_000_000n, 1_000_000_000n];

/** By logicalType: what an int or long says; undefined for what no clock shows. */
const BY_TYPE: Readonly<Record<string, (value: bigint) => string | undefined>> = {
  date,
  'time-millis': clock(MS, 3),
  'time-micros': clock(US, 6),
  'timestamp-millis': instant(MS, 3, 'Z'),
  'timestamp-micros': instant(US, 6, 'Z'),
  'timestamp-nanos': instant(NS, 9, 'Z'),
  'local-timestamp-millis': instant(MS, 3, ''),
  'local-timestamp-micros': instant(US, 6, ''),
  'local-timestamp-nanos': instant(NS, 9, ''),
};
/** By connect.name, where Debezium and Kafka Connect say it so. */
const BY_NAME: Readonly<Record<string, (value: bigint) => string | undefined>> = {
  'io.debezium.time.Date': date,
  'io.debezium.time.Time': clock(MS, 3),
  'io.debezium.time.MicroTime': clock(US, 6),
  'io.debezium.time.NanoTime': clock(NS, 9),
  'io.debezium.time.Timestamp': instant(MS, 3, 'Z'),
  'io.debezium.time.MicroTimestamp': instant(US, 6, 'Z'),
  'io.debezium.time.NanoTimestamp': instant(NS, 9, 'Z'),
};

const pick = <T>(from: Readonly<Record<string, T>>, name: unknown): T | undefined =>
  typeof name === 'string' && Object.hasOwn(from, name) ? from[name] : undefined;

/** How an int or long of this schema is shown; undefined: as a number. */
export const integerShower = (schema: JsonObject): ((value: bigint) => string | undefined) | undefined =>
  pick(BY_TYPE, schema.logicalType) ?? pick(BY_NAME, schema['connect.name']);

/** No database has longer ones, and they take long to read. */
const MOST_BYTES = 1_024;
const MOST_SCALE = 2_000;

/** @returns the scale of a decimal; undefined: the bytes are none */
export const decimalScale = ({ logicalType, precision, scale = 0 }: JsonObject): number | undefined =>
  logicalType === 'decimal' &&
  typeof precision === 'number' &&
  typeof scale === 'number' &&
  Number.isInteger(scale) &&
  scale >= 0 &&
  scale <= Math.min(precision, MOST_SCALE)
    ? scale
    : undefined;

/** Two's complement, greatest byte first, times 10^-scale; undefined when it has no bytes or too many. */
export const decimalText = (bytes: Buffer, scale: number): string | undefined => {
  if (bytes.length === 0 || bytes.length > MOST_BYTES) return undefined;
  const unscaled = BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
  if (scale === 0) return String(unscaled);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
};
