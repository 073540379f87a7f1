// Events that keep their order: they wait here, go in loads, and what failed goes again before the others.
import type { EpochMs, Ms } from '../time.ts';
import type { Outgoing } from './outgoing.ts';

export type Entry = {
  readonly event: Outgoing;
  /** In the order of put, over all lanes. */
  readonly n: number;
  readonly weight: number;
  readonly since: EpochMs;
  tries: number;
  /** An answer for it was lost: a copy may be stored. */
  unknown: boolean;
  readonly settle: (outcome: Outcome) => void;
};

export type Outcome =
  | { readonly ok: true; readonly shard?: string; readonly seq?: string }
  | {
      readonly ok: false;
      readonly kind: 'refused' | 'not-stored' | 'unknown';
      readonly rule: string;
      readonly reason: string;
      readonly field?: string;
    };

const FIRST: Ms = 50;
const LONGEST: Ms = 3_000;

/** Anything up to 50 ms after the first failure, then up to twice as long each time, at most 3 s. */
export const pauseAfter = (failures: number, random: () => number): Ms =>
  random() * Math.min(LONGEST, FIRST * 2 ** failures);

export class Lane {
  readonly name: string;
  waiting: Entry[] = [];
  weight = 0;
  busy = false;
  failures = 0;
  notBefore: EpochMs = Number.NEGATIVE_INFINITY;
  /** Fewer than a load may hold, after the other side could not take that many. */
  most = Number.POSITIVE_INFINITY;

  constructor(name: string) {
    this.name = name;
  }

  push(entry: Entry): void {
    this.waiting.push(entry);
    this.weight += entry.weight;
  }

  isFull(limit: { readonly events: number; readonly bytes: number }): boolean {
    return this.weight >= limit.bytes || this.waiting.length >= Math.min(limit.events, this.most);
  }

  /** The first of those that wait, as many as a load may hold; at least one. */
  take(limit: { readonly events: number; readonly bytes: number }): readonly Entry[] {
    const most = Math.min(limit.events, this.most);
    let bytes = 0;
    let n = 0;
    while (n < this.waiting.length && n < most) {
      const { weight } = this.waiting[n] as Entry;
      if (n > 0 && bytes + weight > limit.bytes) break;
      bytes += weight;
      n += 1;
    }
    this.weight -= bytes;
    return this.waiting.splice(0, n);
  }

  /** In their old place, at the front. */
  giveBack(entries: readonly Entry[]): void {
    this.waiting.unshift(...entries);
    for (const { weight } of entries) this.weight += weight;
  }

  clear(): void {
    this.waiting = [];
    this.weight = 0;
  }

  /** @param after no sooner than this: the other side asked for it */
  failed(now: EpochMs, random: () => number, after: Ms): void {
    this.notBefore = now + after + pauseAfter(this.failures, random);
    this.failures += 1;
  }

  went(): void {
    this.failures = 0;
    this.notBefore = Number.NEGATIVE_INFINITY;
    this.most *= 2;
  }
}
