// What is still to be sent, in order of sending: a binary heap by (time of sending, order of adding).
import type { EpochMs } from '../../shared/time.ts';

type Entry<T> = { readonly at: EpochMs; readonly n: number; readonly what: T };

export class Agenda<T> {
  readonly #heap: Entry<T>[] = [];
  #added = 0;

  /** When the next one is due; Infinity when nothing is left. */
  get due(): EpochMs {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  add(at: EpochMs, what: T): void {
    const heap = this.#heap;
    const entry = { at, n: this.#added++, what };
    let i = heap.length;
    while (i > 0) {
      const parent = heap[(i - 1) >> 1] as Entry<T>;
      if (!before(entry, parent)) break;
      heap[i] = parent;
      i = (i - 1) >> 1;
    }
    heap[i] = entry;
  }

  take(): { readonly at: EpochMs; readonly what: T } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Entry<T>, heap[child] as Entry<T>)) child++;
      const below = heap[child] as Entry<T>;
      if (!before(below, last)) break;
      heap[i] = below;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}

const before = <T>(a: Entry<T>, b: Entry<T>): boolean => a.at < b.at || (a.at === b.at && a.n < b.n);
