// Reads the fields of a request, with the limits that the API documents.
import { RING } from '../../shared/lanes/ring.ts';
import { kinesisError } from './errors.ts';

export type Input = Readonly<Record<string, unknown>>;

const violates = (value: unknown, field: string, constraint: string) =>
  kinesisError(
    'ValidationException',
    `1 validation error detected: Value '${String(value)}' at '${field}' failed to satisfy constraint: ${constraint}`,
  );
const wrongType = (field: string, type: string) => kinesisError('SerializationException', `${field} must be a ${type}`);

/** A request body as an object. */
export const inputOf = (body: unknown): Input => {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw kinesisError('SerializationException', 'the body must be a JSON object');
  return body as Input;
};

export const optionalText = (input: Input, field: string, max = 1_048_576): string | undefined => {
  const value = input[field] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw wrongType(field, 'String');
  if (value.length < 1 || value.length > max)
    throw violates(value.slice(0, 64), field, `Member must have length between 1 and ${max}`);
  return value;
};

export const text = (input: Input, field: string, max?: number): string => {
  const value = optionalText(input, field, max);
  if (value === undefined) throw violates('null', field, 'Member must not be null');
  return value;
};

export const optionalWhole = (input: Input, field: string, min: number, max: number): number | undefined => {
  const value = input[field] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(field, 'Integer');
  if (value < min) throw violates(value, field, `Member must have value greater than or equal to ${min}`);
  if (value > max) throw violates(value, field, `Member must have value less than or equal to ${max}`);
  return value;
};

export const whole = (input: Input, field: string, min: number, max: number): number => {
  const value = optionalWhole(input, field, min, max);
  if (value === undefined) throw violates('null', field, 'Member must not be null');
  return value;
};

/** A time in seconds since 1970, with fractions, as ms. */
export const timestamp = (input: Input, field: string): number => {
  const value = input[field];
  if (typeof value !== 'number') throw wrongType(field, 'Timestamp');
  return Math.round(value * 1_000);
};

export const list = (input: Input, field: string, max: number): readonly unknown[] => {
  const value = input[field];
  if (!Array.isArray(value)) throw wrongType(field, 'List');
  if (value.length < 1 || value.length > max)
    throw violates(`${value.length} members`, field, `Member must have length between 1 and ${max}`);
  return value;
};

/** What Node's decoder takes as well, for the alphabet of URLs. */
const isOfUrls = (text: string): boolean => text.includes('-') || text.includes('_');

/** Strict base64: what a lenient decoder would skip is a mistake of the sender, and leaves fewer bytes than the text has room for. */
export const blob = (input: Input, field: string): Buffer => {
  const value = input[field];
  const mistake = () => kinesisError('SerializationException', `${field} must be base64`);
  if (typeof value !== 'string' || value.length % 4 !== 0 || isOfUrls(value)) throw mistake();
  const padding = value.endsWith('==') ? 2 : value.endsWith('=') ? 1 : 0;
  // Of its own size: a part of Node's pool of 64 KiB would keep all of it for as long as the record stands.
  const bytes = Buffer.allocUnsafeSlow((value.length / 4) * 3 - padding);
  if (bytes.write(value, 'base64') !== bytes.byteLength) throw mistake();
  return bytes;
};

/** Decimal text of a number on the ring. */
export const hashKey = (value: string, field: string): bigint => {
  if (!/^(0|[1-9]\d{0,38})$/.test(value))
    throw violates(value, field, 'Member must satisfy regular expression pattern: 0|([1-9]\\d{0,38})');
  const hash = BigInt(value);
  if (hash >= RING)
    throw kinesisError('InvalidArgumentException', `${field} ${value} is invalid. It must be less than 2^128.`);
  return hash;
};

export const sequenceNumber = (input: Input, field: string): string => {
  const value = text(input, field);
  if (!/^(0|[1-9]\d{0,128})$/.test(value))
    throw violates(value, field, 'Member must satisfy regular expression pattern: 0|([1-9]\\d{0,128})');
  return value;
};

/** The stream that a request means, by StreamName or by StreamARN. */
export const streamName = (input: Input): string => {
  const arn = optionalText(input, 'StreamARN', 2048);
  const name = arn === undefined ? text(input, 'StreamName', 128) : (arn.split(':stream/')[1] ?? '');
  if (!/^[a-zA-Z0-9_.-]+$/.test(name))
    throw violates(name, 'streamName', 'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+');
  return name;
};
