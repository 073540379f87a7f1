// The port Table in memory, with the conditions and write units of DynamoDB.

import { compareText } from '../compare-text.ts';
import { refuseUnwritable, refuseWideGet, writeUnits } from '../item-size.ts';
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

/** With what it weighs. */
type Kept = { readonly item: Item; readonly bytes: number };

export const memoryTable = (name = 'table'): MemoryTable => {
  const partitions = new SortedMap<SortedMap<Kept>>();
  let units = 0;
  let writes = 0;

  const keptAt = (key: Key): Kept | undefined => partitions.get(key.pk)?.get(key.sk);
  const find = (key: Key): Item | undefined => keptAt(key)?.item;
  const count = (before: Kept | undefined, after = 0): void => {
    writes += 1;
    units += writeUnits(Math.max(before?.bytes ?? 0, after));
  };
  const write = (item: Item, when?: Condition): Written => {
    const bytes = refuseUnwritable(item);
    let partition = partitions.get(item.pk);
    const found = partition?.get(item.sk);
    if (when && !allows(when, found?.item)) {
      count(found);
      return found ? { ok: false, found: found.item } : { ok: false };
    }
    count(found, bytes);
    if (partition === undefined) {
      partition = new SortedMap();
      partitions.set(item.pk, partition);
    }
    partition.set(item.sk, { item: { ...item }, bytes });
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
      count(keptAt(key));
      partitions.get(key.pk)?.delete(key.sk);
    },
    async query(pk, { after, prefix, newestFirst = false, limit } = {}) {
      const partition = partitions.get(pk);
      if (!partition) return [];
      const keys = partition.range(prefix, after);
      const ordered = newestFirst ? keys.toReversed() : keys;
      return ordered.slice(0, limit).flatMap((sk) => partition.get(sk)?.item ?? []);
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
