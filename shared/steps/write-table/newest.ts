// The newest row of each key in a batch, and which records of the batch are done once it is written.
import type { Item } from '../../ports.ts';

export type VersionedItem = Item & { readonly ver: string };
/** `record`: index of the first record with a row of this key; it is done only when `item` is written. */
export type KeyWrite = { item: VersionedItem; readonly record: number };

export class NewestRows {
  readonly #byKey = new Map<string, KeyWrite>();

  add(item: VersionedItem, record: number): void {
    const write = this.#byKey.get(item.pk);
    if (write === undefined) this.#byKey.set(item.pk, { item, record });
    else if (item.ver > write.item.ver) write.item = item;
  }

  /** In the order of their first records. */
  writes(): readonly KeyWrite[] {
    return [...this.#byKey.values()];
  }
}
