// What DynamoDB says an item weighs, and what it takes.
import type { Item, Key, Scalar } from './ports.ts';

export const MAX_ITEM_BYTES = 400 * 1024;
const UNIT_BYTES = 1024;

/** Significant digits of a number, two to a byte, and one byte; one more below zero. */
const numberBytes = (n: number): number => {
  const digits = Math.abs(n).toExponential().split('e')[0]!.replace('.', '').length;
  return Math.ceil(digits / 2) + 1 + (n < 0 ? 1 : 0);
};

const scalarBytes = (v: Scalar): number =>
  typeof v === 'string'
    ? Buffer.byteLength(v)
    : typeof v === 'number'
      ? numberBytes(v)
      : typeof v === 'boolean'
        ? 1
        : v.byteLength;

/** Names and values of all fields, in bytes. Close to what the service counts, which rounds numbers its own way. */
export const itemBytes = (item: Item): number => {
  let sum = 0;
  for (const name in item) sum += Buffer.byteLength(name) + scalarBytes(item[name] as Scalar);
  return sum;
};

/** Write units of an item of that size. */
export const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / UNIT_BYTES));

/** @returns what the item weighs, in bytes @throws RangeError for what the service would refuse as an invalid item */
export const refuseUnwritable = (item: Item): number => {
  if (item.pk === '' || item.sk === '') throw new RangeError('an item needs a pk and an sk that are not empty');
  for (const name in item) {
    const value = item[name];
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new RangeError(`field ${name} of item ${item.pk} ${item.sk} is ${value}`);
  }
  const bytes = itemBytes(item);
  if (bytes > MAX_ITEM_BYTES)
    throw new RangeError(`item ${item.pk} ${item.sk} has ${bytes} bytes, the limit is ${MAX_ITEM_BYTES}`);
  return bytes;
};

const MAX_KEYS = 100;

/** @throws RangeError for more keys than one read of many takes */
export const refuseWideGet = (keys: readonly Key[]): void => {
  if (keys.length > MAX_KEYS) throw new RangeError(`a read of many takes ${MAX_KEYS} keys, got ${keys.length}`);
};
