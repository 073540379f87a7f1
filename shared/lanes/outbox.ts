// Collects what a function sends, by key group, and sends it when a group or the whole grows large.
import type { Stream } from '../ports.ts';
import { emit, type Patience } from './emit.ts';
import type { Inner } from './inner.ts';

/** Flush before a group needs a second record of 1 MiB, and before one PutRecords (5 MiB) is full. */
const GROUP_BYTES = 900_000;
const ALL_BYTES = 4_000_000;

type Group = { readonly items: Inner[]; bytes: number };

export class Outbox {
  readonly #stream: Stream;
  readonly #ring: number;
  readonly #patience: Patience | undefined;
  #groups = new Map<number, Group>();
  #bytes = 0;
  #full = false;

  /** @param ring number of key groups */
  constructor(stream: Stream, ring: number, patience?: Patience) {
    this.#stream = stream;
    this.#ring = ring;
    this.#patience = patience;
  }

  add(group: number, item: Inner): void {
    let held = this.#groups.get(group);
    if (held === undefined) {
      held = { items: [], bytes: 0 };
      this.#groups.set(group, held);
    }
    held.items.push(item);
    const size = item.kind === 'event' ? item.bytes.length + item.key.length + 64 : 128;
    held.bytes += size;
    this.#bytes += size;
    if (held.bytes > GROUP_BYTES || this.#bytes > ALL_BYTES) this.#full = true;
  }

  get full(): boolean {
    return this.#full;
  }

  /** Sends everything; on return nothing is in flight and the box is empty. */
  async flush(): Promise<void> {
    if (this.#groups.size === 0) return;
    const groups = new Map([...this.#groups].map(([group, { items }]) => [group, items] as const));
    await emit(this.#stream, groups, this.#ring, this.#patience);
    this.#groups = new Map();
    this.#bytes = 0;
    this.#full = false;
  }
}
