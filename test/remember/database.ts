// A small database with transactions that overlap and lock rows: what its table holds, and what its log says, in the order of commits.
import type { Rng } from '../../local/generate/rng.ts';

export type Row = { readonly id: number; readonly name: string; readonly n: number };
export type Change = {
  readonly op: 'insert' | 'update' | 'delete' | 'truncate';
  readonly before: Row | null;
  readonly after: Row | null;
  /** Place in the log where it was written, before its transaction committed. */
  readonly lsn: number;
};
export type Transaction = {
  readonly id: number;
  readonly changes: readonly Change[];
  readonly commit: number;
  /** LSN of the commit before; null: there was none. */
  readonly before: number | null;
  readonly time: number;
};
type Open = { readonly id: number; readonly changes: Change[]; readonly rows: Map<number, Row | null> };

/** Few keys, so that changes meet. */
export const KEYS = 6;

export class Database {
  readonly rows = new Map<number, Row>();
  readonly log: Transaction[] = [];
  /** Where the next entry of the log will stand. */
  lsn: number;
  time = Date.parse('2026-01-05T09:00:00Z');
  readonly #rng: Rng;
  readonly #open: Open[] = [];
  readonly #locks = new Map<number, Open>();
  #ids = 100;
  #value = 0;

  constructor(rng: Rng, lsn: number) {
    this.#rng = rng;
    this.lsn = lsn;
  }

  #place(): number {
    const at = this.lsn;
    this.lsn += 1 + this.#rng.below(3);
    return at;
  }

  /** Whether a transaction that has not committed has written. */
  get isDirty(): boolean {
    return this.#open.some((t) => t.changes.length > 0);
  }

  commit(t: Open | undefined = this.#open[0]): void {
    if (t === undefined) return;
    this.#open.splice(this.#open.indexOf(t), 1);
    for (const [key, owner] of this.#locks) if (owner === t) this.#locks.delete(key);
    if (t.changes.length === 0) return;
    for (const [key, row] of t.rows) row === null ? this.rows.delete(key) : this.rows.set(key, row);
    this.time += this.#rng.below(3);
    const before = this.log.at(-1)?.commit ?? null;
    this.log.push({ id: t.id, changes: t.changes, commit: this.#place(), before, time: this.time });
  }

  /** A transaction of its own, by itself. */
  truncate(): void {
    if (this.isDirty) return;
    const lsn = this.#place();
    this.rows.clear();
    const change: Change = { op: 'truncate', before: null, after: null, lsn };
    const before = this.log.at(-1)?.commit ?? null;
    this.log.push({ id: ++this.#ids, changes: [change], commit: this.#place(), before, time: this.time });
  }

  /** A transaction in a table that nobody asked for: a mark of the connector's own. */
  mark(): Transaction & { readonly lsn: number } {
    const before = this.log.at(-1)?.commit ?? null;
    const lsn = this.#place();
    const t = { id: ++this.#ids, changes: [], commit: this.#place(), before, time: this.time };
    this.log.push(t);
    return { ...t, lsn };
  }

  #lock(t: Open, ...keys: readonly number[]): boolean {
    if (keys.some((k) => (this.#locks.get(k) ?? t) !== t)) return false;
    for (const k of keys) this.#locks.set(k, t);
    return true;
  }

  #change(t: Open, only: readonly string[] | undefined): void {
    const rng = this.#rng;
    const seen = (k: number): Row | undefined => (t.rows.has(k) ? (t.rows.get(k) ?? undefined) : this.rows.get(k));
    const id = rng.below(KEYS);
    if (!this.#lock(t, id)) return;
    const before = seen(id);
    const write = (op: Change['op'], old: Row | null, after: Row | null): void => {
      if (only !== undefined && !only.includes(op)) return;
      if (old !== null) t.rows.set(old.id, null);
      if (after !== null) t.rows.set(after.id, after);
      t.changes.push({ op, before: old, after, lsn: this.#place() });
    };
    const fresh = (key: number): Row => ({ id: key, name: `v${++this.#value}`, n: this.#value });
    const [other, what] = [rng.below(KEYS), rng.next()];
    const moves = only === undefined && what < 0.5 && other !== id && seen(other) === undefined;
    if (before === undefined) write('insert', null, fresh(id));
    else if (what < 0.3) write('delete', before, null);
    else write('update', before, fresh(moves && this.#lock(t, other) ? other : id));
  }

  /**
   * @param only      kinds of changes; without it all, keys that change too
   * @param truncates whether the table may be emptied at once
   */
  steps(count: number, only?: readonly string[], truncates = only === undefined): void {
    const rng = this.#rng;
    for (let i = 0; i < count; i++) {
      if (this.#open.length === 0 || (this.#open.length < 3 && rng.chance(0.2)))
        this.#open.push({ id: ++this.#ids, changes: [], rows: new Map() });
      const t = rng.pick(this.#open);
      const what = rng.next();
      if (what < 0.35) this.commit(t);
      else if (what < 0.37) {
        t.rows.clear();
        t.changes.length = 0; // rolled back
      } else if (what < 0.39 && truncates) this.truncate();
      else this.#change(t, only);
    }
  }
}
