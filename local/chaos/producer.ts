// The clients: events in time and out of it, some that cannot pass, some sent twice because an answer was lost.
import { encodeAggregate } from '../../shared/event/kpl.ts';
import { position } from '../../shared/lanes/position.ts';
import { RING } from '../../shared/lanes/ring.ts';
import type { OutRecord } from '../../shared/ports.ts';
import { type EpochMs, hours, minutes } from '../../shared/time.ts';
import type { Rng } from '../generate/rng.ts';
import type { Struck } from './faults.ts';
import type { Journal } from './journal.ts';
import { DELAY } from './scenario.ts';
import type { Shape } from './shape.ts';

export type Click = {
  readonly id: string;
  readonly k: string;
  readonly n: number;
  readonly v: number;
  /** Text that a query casts to a number, which may fail. */
  readonly x: string;
  readonly t: EpochMs;
};
/** What stands at one position of `raw`. */
export type Sent =
  | { readonly kind: 'click'; readonly click: Click; readonly time: EpochMs; copied: boolean }
  /** `click`: what its client meant. */
  | { readonly kind: 'poison'; readonly id: string; readonly rule: string; readonly click: Click; copied: boolean };

type Made = { readonly record: OutRecord; readonly sent: readonly Sent[] };

const DISORDER = DELAY - 1_000;

export class Producer {
  /** `<raw shard> <position>` -> what was put there. */
  readonly sent = new Map<string, Sent>();
  readonly clicks: Click[] = [];
  /** Records whose answer the client did not get. */
  readonly #retries: Made[] = [];
  readonly #shape: Shape;
  readonly #raw: Journal;
  readonly #rng: Rng;
  readonly #struck: Struck;
  /** Event time of a world that sends history. */
  #then: EpochMs;
  #drawn = 0;
  #greatest: EpochMs = Number.NEGATIVE_INFINITY;
  /** A raw shard that gets nothing for now. */
  avoid: string | null = null;

  constructor(shape: Shape, raw: Journal, rng: Rng, struck: Struck, now: EpochMs) {
    this.#shape = shape;
    this.#raw = raw;
    this.#rng = rng;
    this.#struck = struck;
    this.#then = now - hours(30) - rng.below(hours(40));
  }

  get done(): boolean {
    return this.clicks.length >= this.#shape.events;
  }

  /** One record of one to three events at this instant of Kinesis' clock. */
  send(now: EpochMs): void {
    const { history, load } = this.#shape;
    if (history || load) {
      this.#then += this.#rng.chance(0.06) ? this.#rng.below(30_000) : this.#rng.below(2_000);
      if (history) this.#struck.add('history');
    }
    const made = this.#make(history || load ? this.#then : now, now);
    if (made === null) return;
    this.#put(made);
    if (!this.#shape.copies || !this.#rng.chance(0.15)) return;
    this.#struck.add('copies');
    for (const s of made.sent) s.copied = true;
    if (this.#rng.chance(0.5)) this.#put(made);
    else this.#retries.push(made);
  }

  /** A client that waited for an answer sends again. */
  retry(): void {
    const made = this.#retries.shift();
    if (made !== undefined) this.#put(made);
  }
  get waits(): boolean {
    return this.#retries.length > 0;
  }

  #put({ record, sent }: Made): void {
    for (const s of sent) if (s.kind === 'click') this.#greatest = Math.max(this.#greatest, s.time);
    const virtual = this.#shape.load ? Math.max(this.#greatest, this.#then) : undefined;
    const { shard, seq } = this.#raw.put(record, virtual);
    sent.forEach((s, i) => {
      this.sent.set(`${shard} ${position(seq, i)}`, s);
    });
  }

  #make(base: EpochMs, arrival: EpochMs): Made | null {
    for (let tries = 0; tries < 6; tries++) {
      const made = this.#draw(base, arrival);
      if (this.avoid !== null && this.#raw.shardFor(made.record) === this.avoid) continue;
      for (const s of made.sent) if (s.kind === 'click') this.clicks.push(s.click);
      return made;
    }
    return null;
  }

  #draw(base: EpochMs, arrival: EpochMs): Made {
    const r = this.#rng;
    const all = Array.from({ length: 1 + r.below(3) }, () => this.#event(base, arrival));
    const records = all.map(({ key, data }) => ({ partitionKey: key, data }));
    const first = records[0] as (typeof records)[number];
    const foreign = r.chance(0.1);
    const hashKey = (RING * BigInt(r.below(1_000))) / 1_000n;
    return {
      record: {
        partitionKey: first.partitionKey,
        ...(foreign ? { hashKey: String(hashKey) } : {}),
        data: records.length === 1 ? first.data : encodeAggregate(records),
      },
      sent: all.map((a) => a.sent),
    };
  }

  #event(base: EpochMs, arrival: EpochMs): { key: string; data: Uint8Array; sent: Sent } {
    const r = this.#rng;
    const late = r.chance(this.#shape.late) ? r.below(50_000) : 0;
    const isText = r.chance(0.12);
    const t = base - r.below(DISORDER) - late;
    const digit = r.below(10);
    const x = this.#shape.poison && isText ? `x${digit}` : String(digit);
    const c: Click = { id: `c${this.#drawn++}`, k: `k${r.below(4)}`, n: r.below(6), v: r.below(6), x, t };
    const event = eventOf(c);
    const spoil = r.chance(0.15);
    const way = r.below(POISONS.length);
    if (!this.#shape.poison || !spoil) {
      if (this.#shape.poison && isText) this.#struck.add('poison');
      return {
        key: c.k,
        data: Buffer.from(JSON.stringify(event)),
        sent: { kind: 'click', click: c, time: t, copied: false },
      };
    }
    this.#struck.add('poison');
    const [rule, make] = POISONS[way] as Poison;
    return {
      key: c.k,
      data: Buffer.from(make(event, arrival)),
      sent: { kind: 'poison', id: c.id, rule, click: c, copied: false },
    };
  }
}

export const eventOf = (c: Click) => {
  const time = new Date(c.t).toISOString();
  return {
    specversion: '1.0',
    id: c.id,
    source: '/chaos',
    type: 'click.v1',
    time,
    data: { i: c.id, k: c.k, n: c.n, v: c.v, x: c.x, t: time },
  };
};

type Event = { readonly data: { readonly t: string } };
type Poison = readonly [rule: string, make: (event: Event, arrival: EpochMs) => string];
const text = (event: Event, change: object): string => JSON.stringify({ ...event, ...change });
/** Each with the rule under which it must be found at the side door. */
const POISONS: readonly Poison[] = [
  ['body.not-json', (e) => JSON.stringify(e).slice(0, -3)],
  ['schema.mismatch', (e) => text(e, { data: { ...e.data, v: 'many' } })],
  ['event.unknown-type', (e) => text(e, { type: 'clack.v1' })],
  ['event.no-id', (e) => text(e, { id: '' })],
  ['event.bad-time', (e) => text(e, { data: { ...e.data, t: 'noon' }, time: 'noon' })],
  [
    'event.future',
    (e, arrival) => {
      const time = new Date(arrival + minutes(5) + hours(20_000)).toISOString();
      return text(e, { time, data: { ...e.data, t: time } });
    },
  ],
];
