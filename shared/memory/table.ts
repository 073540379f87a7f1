// The port Table in memory, with the conditions and write units of DynamoDB.

import { compareText } from '../compare-text.ts';
import { itemBytes, refuseUnwritable, refuseWideGet, writeUnits } from '../item-size.ts';
import type { Condition, Item, Key, Scalar, Table, Written } from '../ports.ts';
import { SortedMap } from './sorted-map.ts';

export type MemoryTable = Table & {
  /** Every item, in the order of pk and sk. */
  items(): readonly Item[];
  /** What the writes so far would have cost: the larger of the old and the new item, failed conditions too. */
  writeUnits(): number;
  /** Writes so far, failed conditions too; a put of many counts each item. */
  writes(): number;
};

const isBelow = (a: Scalar, b: string | number): boolean =>
  typeof a === 'string' && typeof b === 'string'
    ? compareText(a, b) < 0
    : typeof a === 'number' && typeof b === 'number' && a < b;

const allows = (when: Condition, item: Item | undefined): boolean => {
  switch (when.kind) {
    case 'absent':
      return item === undefined;
    case 'below': {
      const field = item?.[when.field];
      return field === undefined || isBelow(field, when.value);
    }
    case 'equals':
      return item?.[when.field] === when.value;
    default:
      return when satisfies never;
  }
};

export const memoryTable = (name = 'table'): MemoryTable => {
  const partitions = new SortedMap<SortedMap<Item>>();
  let units = 0;
  let writes = 0;

  const find = (key: Key): Item | undefined => partitions.get(key.pk)?.get(key.sk);
  const count = (before: Item | undefined, after: Item | undefined): void => {
    writes += 1;
    units += writeUnits(Math.max(before ? itemBytes(before) : 0, after ? itemBytes(after) : 0));
  };
  const write = (item: Item, when?: Condition): Written => {
    refuseUnwritable(item);
    const found = find(item);
    if (when && !allows(when, found)) {
      count(found, undefined);
      return found ? { ok: false, found } : { ok: false };
    }
    count(found, item);
    const partition = partitions.get(item.pk) ?? new SortedMap<Item>();
    partitions.set(item.pk, partition);
    partition.set(item.sk, { ...item });
    return { ok: true };
  };

  return {
    name,
    get: async (key) => find(key),
    async getMany(keys) {
      refuseWideGet(keys);
      return [...new Set(keys.flatMap((k) => find(k) ?? []))];
    },
    put: async (item, when) => write(item, when),
    update: async (key, set, when) => write({ ...find(key), ...set, pk: key.pk, sk: key.sk }, when),
    async delete(key) {
      count(find(key), undefined);
      partitions.get(key.pk)?.delete(key.sk);
    },
    async query(pk, { after, prefix, newestFirst = false, limit } = {}) {
      const partition = partitions.get(pk);
      if (!partition) return [];
      const keys = partition.range(prefix, after);
      const ordered = newestFirst ? keys.toReversed() : keys;
      return ordered.slice(0, limit).flatMap((sk) => partition.get(sk) ?? []);
    },
    async putMany(items) {
      for (const item of items) write(item);
    },
    items: () =>
      partitions.range().flatMap((pk) =>
        partitions
          .get(pk)!
          .range()
          .flatMap((sk) => find({ pk, sk }) ?? []),
      ),
    writeUnits: () => units,
    writes: () => writes,
  };
};
