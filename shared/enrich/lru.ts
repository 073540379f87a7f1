/** Keeps the newest answers: at most `room` of them, the one not asked for longest leaves first. */
export class Lru<V> {
  readonly #room: number;
  readonly #values = new Map<string, V>();

  /** @param room how many values are kept, > 0 */
  constructor(room: number) {
    this.#room = room;
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): V | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size <= this.#room) return;
    const oldest = this.#values.keys().next();
    if (!oldest.done) this.#values.delete(oldest.value);
  }
}
