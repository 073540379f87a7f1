// All events that are neither stored nor failed, in the order of put; bounded. What comes while it is full waits outside, in order.
import type { Entry, Outcome } from './lane.ts';

export type Bounds = { readonly events: number; readonly bytes: number };

export class Pending {
  readonly #inside = new Set<Entry>();
  #outside: Entry[] = [];
  #bytes = 0;
  readonly #bounds: Bounds;
  readonly #admit: (entry: Entry) => void;
  #flushers: { readonly upTo: number; readonly done: () => void }[] = [];
  #waiting: (() => void)[] = [];

  /** @param admit told of each event that comes inside */
  constructor(bounds: Bounds, admit: (entry: Entry) => void) {
    this.#bounds = bounds;
    this.#admit = admit;
  }

  get size(): number {
    return this.#inside.size + this.#outside.length;
  }
  has(entry: Entry): boolean {
    return this.#inside.has(entry);
  }
  inside(): Iterable<Entry> {
    return this.#inside;
  }

  add(entry: Entry): void {
    if (this.#hasRoom()) this.#enter(entry);
    else this.#outside.push(entry);
  }

  /** Nothing happens when it was settled before. */
  settle(entry: Entry, outcome: Outcome): void {
    if (!this.#inside.delete(entry)) return;
    this.#bytes -= entry.weight;
    entry.settle(outcome);
  }

  /** After some were settled: lets in what waits outside, and tells who waited for room or for the last of a flush. */
  settled(): void {
    while (this.#outside.length > 0 && this.#fits()) this.#enter(this.#outside.shift() as Entry);
    if (this.#hasRoom()) {
      for (const go of this.#waiting) go();
      this.#waiting = [];
    }
    const oldest = this.#inside.values().next().value?.n ?? this.#outside[0]?.n ?? Number.POSITIVE_INFINITY;
    for (const { upTo, done } of this.#flushers) if (oldest > upTo) done();
    this.#flushers = this.#flushers.filter(({ upTo }) => oldest <= upTo);
  }

  room(): Promise<void> {
    return this.#hasRoom() ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when nothing up to this number is left. */
  flushed(upTo: number): Promise<void> {
    return this.size === 0 ? Promise.resolve() : new Promise((done) => this.#flushers.push({ upTo, done }));
  }

  /** Gives up all that is left. */
  drop(outcomeOf: (entry: Entry) => Outcome): void {
    const outside = this.#outside;
    this.#outside = [];
    for (const entry of [...this.#inside]) this.settle(entry, outcomeOf(entry));
    for (const entry of outside) entry.settle(outcomeOf(entry));
    this.settled();
  }

  #fits(): boolean {
    return this.#inside.size < this.#bounds.events && this.#bytes < this.#bounds.bytes;
  }
  #hasRoom(): boolean {
    return this.#outside.length === 0 && this.#fits();
  }
  #enter(entry: Entry): void {
    this.#inside.add(entry);
    this.#bytes += entry.weight;
    this.#admit(entry);
  }
}
