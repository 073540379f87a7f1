// One table's items in memory, by partition and in the order of their sort keys.
import { compareText } from '../../../shared/compare-text.ts';
import { SortedMap } from '../../../shared/memory/sorted-map.ts';
import type { Attributes } from './attribute.ts';
import type { KeyRange } from './key-condition.ts';

export type KeyNames = { readonly hash: string; readonly range: string | null };
/** An item as it came, and what it weighs. */
export type Stored = { readonly item: Attributes; readonly bytes: number };
export type Place = { readonly pk: string; readonly sk: string };

/** Most partitions hold one item (claims, rows by their key): it needs no order, and no map of its own. */
type Single = { readonly sk: string; readonly stored: Stored };
type Partition = Single | SortedMap<Stored>;
const isSingle = (partition: Partition): partition is Single => !(partition instanceof SortedMap);

const ordered = (partition: Partition): SortedMap<Stored> => {
  if (!isSingle(partition)) return partition;
  const map = new SortedMap<Stored>();
  map.set(partition.sk, partition.stored);
  return map;
};

/** The sort key of all items of a table that has none. */
export const NO_RANGE = '';

export class TableStore {
  readonly #partitions = new SortedMap<Partition>();
  #count = 0;
  #bytes = 0;

  get count(): number {
    return this.#count;
  }
  get bytes(): number {
    return this.#bytes;
  }

  get({ pk, sk }: Place): Stored | undefined {
    const partition = this.#partitions.get(pk);
    if (partition === undefined) return undefined;
    if (!isSingle(partition)) return partition.get(sk);
    return partition.sk === sk ? partition.stored : undefined;
  }

  set({ pk, sk }: Place, stored: Stored): void {
    const partition = this.#partitions.get(pk);
    const before = this.get({ pk, sk });
    this.#count += before === undefined ? 1 : 0;
    this.#bytes += stored.bytes - (before?.bytes ?? 0);
    if (partition === undefined || (isSingle(partition) && partition.sk === sk)) {
      this.#partitions.set(pk, { sk, stored });
      return;
    }
    const map = ordered(partition);
    map.set(sk, stored);
    if (map !== partition) this.#partitions.set(pk, map);
  }

  delete({ pk, sk }: Place): void {
    const partition = this.#partitions.get(pk);
    const before = this.get({ pk, sk });
    if (partition === undefined || before === undefined) return;
    this.#count--;
    this.#bytes -= before.bytes;
    if (isSingle(partition)) {
      this.#partitions.delete(pk);
      return;
    }
    partition.delete(sk);
    if (partition.size === 0) this.#partitions.delete(pk);
  }

  /** Items of one partition within a range, in order or against it, behind the sort key `after` in that direction. */
  *range({ pk, low, high, prefix }: KeyRange, forward: boolean, after?: string): Generator<Stored> {
    const found = this.#partitions.get(pk);
    if (found === undefined) return;
    const partition = ordered(found);
    const isIn = (sk: string): boolean => {
      if (prefix !== undefined) return sk.startsWith(prefix);
      const fromLow = low === undefined ? 1 : compareText(sk, low.key);
      const toHigh = high === undefined ? 1 : compareText(high.key, sk);
      return (low?.open ? fromLow > 0 : fromLow >= 0) && (high?.open ? toHigh > 0 : toHigh >= 0);
    };
    const least = prefix ?? low?.key ?? '';
    if (forward) {
      const from = after !== undefined && compareText(after, least) >= 0 ? after : least;
      let i = partition.firstAtLeast(from);
      for (let sk = partition.keyAt(i); sk !== undefined; sk = partition.keyAt(++i)) {
        if (sk === after) continue;
        if (isIn(sk)) yield partition.get(sk) as Stored;
        else if (compareText(sk, least) > 0) return;
      }
      return;
    }
    const beyond = after ?? high?.key ?? (prefix === undefined ? undefined : `${prefix}\u{10ffff}`);
    let i = beyond === undefined ? partition.size - 1 : partition.firstAtLeast(beyond);
    if (i === partition.size) i--;
    for (let sk = partition.keyAt(i); sk !== undefined; sk = partition.keyAt(--i)) {
      if (after !== undefined && compareText(sk, after) >= 0) continue;
      if (isIn(sk)) yield partition.get(sk) as Stored;
      else if (compareText(sk, least) < 0) return;
    }
  }

  /** All items in the order of their keys, behind a place. */
  *all(after?: Place): Generator<Stored> {
    let i = after === undefined ? 0 : this.#partitions.firstAtLeast(after.pk);
    for (let pk = this.#partitions.keyAt(i); pk !== undefined; pk = this.#partitions.keyAt(++i))
      yield* this.range({ pk }, true, pk === after?.pk ? after.sk : undefined);
  }
}
