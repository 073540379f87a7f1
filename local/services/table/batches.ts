// Reads of up to 100 items and writes of up to 25: what is too large for one answer is named as not done.
import type { Attributes } from './attribute.ts';
import { invalid, notHere } from './table-error.ts';
import type { Place } from './table-store.ts';
import {
  type Asked,
  keyOf,
  missing,
  placeOf,
  readUnitsOf,
  storedOf,
  type Table,
  wantsCapacity,
  writeUnitsOf,
} from './write-item.ts';

type Keys = { readonly Keys?: readonly Attributes[]; readonly ConsistentRead?: boolean };
type WriteRequest = {
  readonly PutRequest?: { readonly Item: Attributes };
  readonly DeleteRequest?: { readonly Key: Attributes };
};
export type Batch = Asked & { readonly RequestItems?: Readonly<Record<string, unknown>> };

const MOST_READS = 100;
const MOST_WRITES = 25;
const MOST_BYTES = 16 * 1024 * 1024;

const nameOf = ({ pk, sk }: Place): string => `${pk.length}:${pk}${sk}`;
const refuseTwice = (places: readonly Place[]): void => {
  if (new Set(places.map(nameOf)).size < places.length) throw invalid('Provided list of item keys contains duplicates');
};
const capacities = (asked: Asked, units: ReadonlyMap<string, number>): object =>
  wantsCapacity(asked)
    ? { ConsumedCapacity: [...units].map(([TableName, CapacityUnits]) => ({ TableName, CapacityUnits })) }
    : {};
const requested = ({ RequestItems }: Batch, sizeOf: (of: unknown) => number, most: number): [string, unknown][] => {
  const all = Object.entries(RequestItems ?? {});
  const size = all.reduce((sum, [, of]) => sum + sizeOf(of), 0);
  if (size === 0) throw invalid('RequestItems names nothing');
  if (size > most) throw invalid(`Too many items requested: ${size}, at most ${most} may be`);
  return all;
};

export const batchGet = (tableOf: (name: string) => Table, asked: Batch): object => {
  const Responses: Record<string, Attributes[]> = {};
  const UnprocessedKeys: Record<string, Keys> = {};
  const units = new Map<string, number>();
  let bytes = 0;
  for (const [name, of] of requested(asked, (k) => (k as Keys).Keys?.length ?? 0, MOST_READS)) {
    const { Keys = [], ConsistentRead, ...more } = of as Keys;
    if (Object.keys(more).length > 0) throw notHere(`${Object.keys(more)[0]} of BatchGetItem`);
    const table = tableOf(name);
    const places = Keys.map((k) => keyOf(k, table.schema));
    refuseTwice(places);
    const items: Attributes[] = [];
    const left: Attributes[] = [];
    places.forEach((place, i) => {
      const found = table.store.get(place);
      if (bytes + (found?.bytes ?? 0) > MOST_BYTES) {
        left.push(Keys[i] as Attributes);
        return;
      }
      bytes += found?.bytes ?? 0;
      units.set(name, (units.get(name) ?? 0) + readUnitsOf(found?.bytes ?? missing, ConsistentRead));
      if (found !== undefined) items.push(found.item);
    });
    Responses[name] = items;
    if (left.length > 0)
      UnprocessedKeys[name] = { Keys: left, ...(ConsistentRead !== undefined && { ConsistentRead }) };
  }
  return { Responses, UnprocessedKeys, ...capacities(asked, units) };
};

export const batchWrite = (tableOf: (name: string) => Table, asked: Batch): object => {
  const units = new Map<string, number>();
  const writes = requested(asked, (w) => (w as readonly unknown[]).length, MOST_WRITES).flatMap(([name, of]) => {
    const table = tableOf(name);
    const made = (of as readonly WriteRequest[]).map(({ PutRequest: put, DeleteRequest: remove }) => {
      const item = put?.Item;
      return {
        table,
        place: item === undefined ? keyOf(remove?.Key, table.schema) : placeOf(item, table.schema),
        stored: item === undefined ? null : storedOf(item),
      };
    });
    refuseTwice(made.map((w) => w.place));
    return made;
  });
  for (const { table, place, stored } of writes) {
    const cost = writeUnitsOf(stored?.bytes ?? 0, table.store.get(place)?.bytes ?? 0);
    units.set(table.name, (units.get(table.name) ?? 0) + cost);
    if (stored === null) table.store.delete(place);
    else table.store.set(place, stored);
  }
  return { UnprocessedItems: {}, ...capacities(asked, units) };
};
