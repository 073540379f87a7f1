// Which lane goes when. Calls run side by side, each lane in one of them at most.
import type { EpochMs, Ms } from '../time.ts';
import type { Told } from './counts.ts';
import { givenUp, type Judging, judge } from './judge.ts';
import { type Entry, Lane, pauseAfter } from './lane.ts';
import type { Timing } from './timing.ts';
import type { Fate, Load, Transport } from './transport.ts';

export type DispatchOptions = Omit<Judging, 'now'> & {
  readonly to: Transport;
  readonly linger: Ms;
  readonly calls: number;
  readonly timing: Timing;
  /** All that still waits, when none of it can go. */
  readonly all: () => Iterable<Entry>;
  /** Told after each call, when its events are settled. */
  readonly called: (told: Told | null) => void;
};

type Turn = readonly { readonly lane: Lane; readonly entries: readonly Entry[] }[];

const lost = (error: unknown): Fate => ({
  kind: 'again',
  rule: 'stream.unavailable',
  reason: error instanceof Error ? error.message : String(error),
  unknown: true,
});

export class Dispatch {
  readonly #o: DispatchOptions;
  readonly #lanes = new Map<string, Lane>();
  /** undefined: not known, or not any more. */
  #laneOf: ((key: string) => string) | undefined;
  #unplaced: Entry[] = [];
  #asking = false;
  #calls = 0;
  #flushTo = -1;
  #alarm: { readonly at: EpochMs; readonly cancel: () => void } | undefined;

  constructor(options: DispatchOptions) {
    this.#o = options;
  }

  /** Takes an event; it goes at once when its lane is full, else when it has waited for others. */
  add(entry: Entry): void {
    const lane = this.#place(entry);
    if (lane === undefined) this.pump();
    else if (!lane.busy) {
      const at = this.#dueAt(lane);
      if (at <= this.#o.timing.now()) this.pump();
      else this.#arm(at);
    }
  }

  /** Events up to this number wait for no others. */
  flush(upTo: number): void {
    this.#flushTo = Math.max(this.#flushTo, upTo);
    this.pump();
  }

  /** Events in no call now; they are forgotten here. */
  clear(): ReadonlySet<Entry> {
    const left = new Set([...this.#unplaced, ...[...this.#lanes.values()].flatMap((lane) => lane.waiting)]);
    this.#unplaced = [];
    for (const lane of this.#lanes.values()) lane.clear();
    return left;
  }

  stop(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
  }

  /** Starts every call that can start now, and sees to it that it is asked again when the next may. */
  pump(): void {
    if (this.#asking) return;
    if (this.#laneOf === undefined) {
      // What is under way went by the old lanes: a later event of its key must not overtake it.
      if (this.#calls === 0 && (this.#unplaced.length > 0 || this.#lanes.size > 0)) void this.#ask(0);
      return;
    }
    while (this.#calls < this.#o.calls) {
      const { turn, next } = this.#nextTurn();
      if (turn.length === 0) {
        if (next < Number.POSITIVE_INFINITY) this.#arm(next);
        return;
      }
      this.#calls += 1;
      void this.#call(turn);
    }
  }

  #place(entry: Entry): Lane | undefined {
    if (this.#laneOf === undefined) {
      this.#unplaced.push(entry);
      return undefined;
    }
    const name = this.#laneOf(entry.event.key);
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = new Lane(name);
      this.#lanes.set(name, lane);
    }
    lane.push(entry);
    return lane;
  }

  /** Where a lane gives one event at a time, the lanes are what fills a call. */
  #isFull(lane: Lane): boolean {
    const { load, call } = this.#o.to;
    return load.events === 1 ? this.#lanes.size >= call.lanes : lane.isFull(load);
  }

  /** When a lane may go; it has something that waits. */
  #dueAt(lane: Lane): EpochMs {
    const first = lane.waiting[0] as Entry;
    const atOnce = this.#isFull(lane) || first.tries > 0 || first.n <= this.#flushTo;
    return Math.max(first.since + (atOnce ? 0 : this.#o.linger), lane.notBefore);
  }

  #nextTurn(): { readonly turn: Turn; readonly next: EpochMs } {
    const { to, timing } = this.#o;
    const now = timing.now();
    const turn: { lane: Lane; entries: readonly Entry[] }[] = [];
    let bytes = 0;
    let next = Number.POSITIVE_INFINITY;
    for (const lane of this.#lanes.values()) {
      if (lane.busy || lane.waiting.length === 0) continue;
      const at = this.#dueAt(lane);
      if (at > now) {
        next = Math.min(next, at);
        continue;
      }
      const size = Math.min(lane.weight, to.load.bytes);
      if (turn.length === to.call.lanes || (turn.length > 0 && bytes + size > to.call.bytes)) continue;
      bytes += size;
      lane.busy = true;
      turn.push({ lane, entries: lane.take(to.load) });
    }
    return { turn, next };
  }

  async #call(turn: Turn): Promise<void> {
    const { to, timing } = this.#o;
    const began = timing.now();
    const loads = turn.map(({ lane, entries }): Load => ({ lane: lane.name, events: entries.map((e) => e.event) }));
    let fates: readonly (readonly Fate[])[];
    let moved = false;
    try {
      ({ fates, moved = false } = await to.send(loads));
    } catch (error) {
      fates = loads.map(({ events }) => events.map(() => lost(error)));
    }
    this.#calls -= 1;
    const sent = loads.flatMap((load) => load.events);
    const now = timing.now();
    const told: Told = {
      events: sent.length,
      bytes: sent.reduce((sum, e) => sum + e.bytes.length, 0),
      stored: 0,
      refused: 0,
      again: 0,
      givenUp: 0,
      ms: now - began,
    };
    turn.forEach(({ lane, entries }, i) => {
      judge(lane, entries, fates[i] ?? [], told, { ...this.#o, now });
      if (lane.waiting.length === 0) this.#lanes.delete(lane.name);
    });
    if (moved) this.#laneOf = undefined;
    this.#o.called(told);
    this.pump();
  }

  /** Asks how keys are cut into lanes, until it is told; then all that waits is placed anew, in the order of put. */
  async #ask(failures: number): Promise<void> {
    const { to, timing, random, all, called } = this.#o;
    this.#asking = true;
    try {
      this.#laneOf = await to.lanes();
    } catch (error) {
      const fate = lost(error);
      for (const entry of [...all()]) givenUp(entry, fate, { ...this.#o, now: timing.now() });
      called(null);
      timing.after(pauseAfter(failures, random), () => void this.#ask(failures + 1));
      return;
    }
    this.#asking = false;
    const waiting = [...this.#unplaced, ...[...this.#lanes.values()].flatMap((lane) => lane.waiting)];
    this.#lanes.clear();
    this.#unplaced = [];
    for (const entry of waiting.sort((a, b) => a.n - b.n)) if (this.#o.has(entry)) this.#place(entry);
    this.pump();
  }

  #arm(at: EpochMs): void {
    if (this.#alarm !== undefined && this.#alarm.at <= at) return;
    this.#alarm?.cancel();
    const { timing } = this.#o;
    const cancel = timing.after(Math.max(0, at - timing.now()), () => {
      this.#alarm = undefined;
      this.pump();
    });
    this.#alarm = { at, cancel };
  }
}
