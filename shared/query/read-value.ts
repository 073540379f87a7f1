// JSON values to SQL values. What does not fit its column's type is NULL, as with Flink's json.ignore-parse-errors; the schema of the
// event type is the place to refuse it. Like Flink: a number with decimals is cut for INT and BIGINT, text that holds a number is
// read as one, DECIMAL is rounded half up, anything is text for STRING. Unlike Flink: BOOLEAN takes true and false alone (Flink
// makes FALSE of all else), and TIMESTAMP takes RFC 3339 and ms since the epoch too.
import type { Json } from '../event/cloud-event.ts';
import { FIRST_INSTANT, LAST_INSTANT } from '../event/instant.ts';
import { tryCastTo } from './casts.ts';
import { decimalOfDouble, decimalOfInteger, fitDecimal } from './decimal.ts';
import { castDate, parseInstant } from './instants.ts';
import { STRING } from './type-rules.ts';
import type { SqlType, Value } from './types.ts';

export type ReadValue = (json: Json | undefined) => Value;

const INT_MAX = 2 ** 31;
const BIG_MAX = 2n ** 63n;
/** Whole digits in text, as Java's parseInt takes them. */
const whole = (text: string): bigint | null =>
  /^\s*[+-]?\d{1,40}\s*$/.test(text) ? BigInt(text.trim().replace(/^\+/, '')) : null;

const readInt: ReadValue = (json) => {
  const n = typeof json === 'string' ? Number(whole(json) ?? Number.NaN) : json;
  if (typeof n !== 'number') return null;
  const cut = Math.trunc(n);
  return cut >= -INT_MAX && cut < INT_MAX ? cut | 0 : null;
};

const readBigint: ReadValue = (json) => {
  if (typeof json === 'number') return Math.abs(json) < 2 ** 63 ? BigInt(Math.trunc(json)) : null;
  const n = typeof json === 'string' ? whole(json) : json;
  return typeof n === 'bigint' && n >= -BIG_MAX && n < BIG_MAX ? n : null;
};

const readInstant: ReadValue = (json) => {
  if (typeof json === 'string') return parseInstant(json);
  return typeof json === 'number' && Number.isInteger(json) && json >= FIRST_INSTANT && json <= LAST_INSTANT
    ? json
    : null;
};

const hasFields = (json: Json | undefined): json is { readonly [name: string]: Json } =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

const jsonText = (json: Json): string => {
  if (typeof json === 'bigint') return json.toString();
  if (Array.isArray(json)) return `[${json.map(jsonText).join(',')}]`;
  if (!hasFields(json)) return JSON.stringify(json);
  return `{${Object.entries(json)
    .map(([name, value]) => `${JSON.stringify(name)}:${jsonText(value)}`)
    .join(',')}}`;
};

const readDecimal = (type: Extract<SqlType, { kind: 'DECIMAL' }>): ReadValue => {
  const fromText = tryCastTo(STRING, type);
  return (json) => {
    if (typeof json === 'string') return fromText(json);
    const exact =
      typeof json === 'number' ? decimalOfDouble(json) : typeof json === 'bigint' ? decimalOfInteger(json) : null;
    return exact && fitDecimal(exact, type.precision, type.scale);
  };
};

/** Made once for each column. Reads own fields of objects only, so that `__proto__` is a name like any other. */
export const valueReader = (type: SqlType): ReadValue => {
  switch (type.kind) {
    case 'BOOLEAN':
      return (json) => (typeof json === 'boolean' ? json : json === 'true' ? true : json === 'false' ? false : null);
    case 'INT':
      return readInt;
    case 'BIGINT':
      return readBigint;
    case 'DOUBLE': {
      const fromText = tryCastTo(STRING, type);
      return (json) =>
        typeof json === 'number' || typeof json === 'bigint'
          ? Number(json)
          : typeof json === 'string'
            ? fromText(json)
            : null;
    }
    case 'DECIMAL':
      return readDecimal(type);
    case 'STRING':
      return (json) => (typeof json === 'string' ? json : json === undefined || json === null ? null : jsonText(json));
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return readInstant;
    case 'DATE':
      return (json) => (typeof json === 'string' && /^\d{4}-\d\d-\d\d$/.test(json) ? castDate(json) : null);
    case 'ARRAY': {
      const element = valueReader(type.element);
      return (json) => (Array.isArray(json) ? json.map((item: Json) => element(item)) : null);
    }
    case 'MAP': {
      const value = valueReader(type.value);
      return (json) => (hasFields(json) ? new Map(Object.entries(json).map(([k, v]) => [k, value(v)])) : null);
    }
    case 'ROW': {
      const fields = type.fields.map((f) => ({ name: f.name, read: valueReader(f.type) }));
      return (json) =>
        hasFields(json) ? fields.map((f) => f.read(Object.hasOwn(json, f.name) ? json[f.name] : null)) : null;
    }
    default:
      return () => null; // INTERVAL: in expressions only, never a column
  }
};
