// How stamped events, marks and ends lie in a record of an inner stream: a KPL aggregate of one key group whose user records are
//   {"millrace":"stamp",…}  where the events that follow came from: lane, sequence numbers, arrivals, indexes: once per run of events
//   …                       the events, each the CloudEvent's own bytes
//   {"millrace":"mark",…}, {"millrace":"end",…} or {"millrace":"branch",…}
// So the stamp costs a few bytes an event, an event's bytes pass through a hop untouched, and any KPL reader can read the stream:
// it skips user records that begin with {"millrace": .
import { AggregateBuilder, type AggregatedRecord, decodeAggregate } from '../event/kpl.ts';
import { sealAll, wholeAmong } from '../event/kpl-sum.ts';
import type { EpochMs } from '../time.ts';
import { type AgainStamp, type Control, type Origin, readControl, type Stamp } from './controls.ts';
import type { Again, Branch, End, Inner, Mark, StampedEvent } from './inner.ts';
import { padSeq, SEQ_DIGITS } from './position.ts';

const CONTROL = Buffer.from('{"millrace":');
const CONTROL_KEY = '-';

/** What one event adds to an aggregate at most, beside its bytes and its key: KPL framing and its share of the stamp. */
const PER_EVENT = 104;
/** What a first place adds: a stamp of its own, with two shards' names and a query's. */
const AGAIN = 1_024;
/** An aggregate is cut before it grows beyond the 1 MiB of a record, less room for its last stamp and the outer key. */
const MAX_AGGREGATE = 1_048_576 - 1_024;

/** Asked of every event, so without a view of the bytes. */
const isControl = (bytes: Uint8Array): boolean => {
  if (bytes.length <= CONTROL.length) return false;
  for (let i = 0; i < CONTROL.length; i++) if (bytes[i] !== CONTROL[i]) return false;
  return true;
};

const againStamp = ({ shard, seq, index, arrival, only }: Again): AgainStamp => [
  shard,
  seq.replace(/^0+(?=.)/, ''),
  index,
  arrival,
  only ?? null,
];
const againOf = ([shard, seq, index, arrival, only]: AgainStamp): Again => ({
  shard,
  seq: padSeq(seq),
  index,
  arrival,
  ...(only === null ? {} : { only }),
});

/** @param items events of one lane in [from, to), none of them behind the next, all of one first place or none */
const stampOf = (items: readonly Inner[], from: number, to: number): Stamp => {
  const first = items[from] as StampedEvent;
  const origins: Origin[] = [];
  let { seq, arrival, clock } = first;
  let origin: Origin | undefined;
  for (let i = from; i < to; i++) {
    const e = items[i] as StampedEvent;
    if (origin === undefined || e.seq !== seq || e.arrival !== arrival || e.clock !== clock) {
      const delta = origin === undefined ? '' : (BigInt(e.seq) - BigInt(seq)).toString(16);
      origin = [delta, e.arrival - first.arrival, e.clock === undefined ? null : e.clock - first.arrival];
      origins.push(origin);
      ({ seq, arrival, clock } = e);
    }
    origin.push(e.child === 0 ? e.index : [e.index, e.child]);
  }
  return {
    millrace: 'stamp',
    l: first.lane,
    p: first.seq.replace(/^0+(?=.)/, ''),
    a: first.arrival,
    o: origins,
    ...(first.again && { r: againStamp(first.again) }),
  };
};

/** Rows that one event was fanned out to share the place. */
const isSame = (a: Again | undefined, b: Again | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && againStamp(a).join() === againStamp(b).join());

/** The end of the run that begins at `from`: events of one lane, whose steps only go up (a redelivery rewinds a lane). */
const runFrom = (items: readonly Inner[], from: number, to: number): number => {
  const { lane, seq: start, again } = items[from] as StampedEvent;
  let seq = start;
  let i = from + 1;
  for (; i < to; i++) {
    const next = items[i] as Inner;
    if (next.kind !== 'event' || next.lane !== lane || next.seq < seq || !isSame(next.again, again)) break;
    seq = next.seq;
  }
  return i;
};

const markOf = (m: Mark): Control => ({ millrace: 'mark', l: m.lane, p: m.pos, c: m.clock });
const nextOfLane = (e: End | Branch): Control => ({ millrace: e.kind, l: e.lane, n: e.next });

/** Bytes that an item takes in an aggregate, never too few. */
const sizeOf = (item: Inner): number => {
  if (item.kind === 'event') return item.bytes.length + 3 * item.key.length + PER_EVENT + (item.again ? AGAIN : 0);
  return item.kind === 'mark' ? 256 : 128 + item.next.reduce((n, l) => n + l.length + 4, item.lane.length);
};

/** One aggregate of the items in [from, to), without its MD5. */
const pack = (items: readonly Inner[], from: number, to: number, hashKey: string): Uint8Array => {
  const out = new AggregateBuilder();
  const control = (c: Control) => out.append(CONTROL_KEY, hashKey, Buffer.from(JSON.stringify(c)));
  for (let i = from; i < to; ) {
    const item = items[i] as Inner;
    if (item.kind !== 'event') {
      control(item.kind === 'mark' ? markOf(item) : nextOfLane(item));
      i++;
      continue;
    }
    const end = runFrom(items, i, to);
    control(stampOf(items, i, end));
    for (; i < end; i++) {
      const e = items[i] as StampedEvent;
      out.append(e.key, hashKey, e.bytes);
    }
  }
  return out.layOut();
};

/** `packGroup` but for the MD5s, which `sealAll` writes for all groups together. */
export const layOutGroup = (items: readonly Inner[], hashKey: string): Uint8Array[] => {
  const out: Uint8Array[] = [];
  let from = 0;
  let size = 0;
  items.forEach((item, i) => {
    const more = sizeOf(item);
    if (size + more > MAX_AGGREGATE && i > from) {
      out.push(pack(items, from, i, hashKey));
      from = i;
      size = 0;
    }
    size += more;
  });
  if (from < items.length) out.push(pack(items, from, items.length, hashKey));
  return out;
};

/**
 * Packs the items of one key group, in order, into aggregates of at most 1 MiB.
 * @param hashKey the group's point: explicit hash key of the record and of every user record in it
 */
export const packGroup = (items: readonly Inner[], hashKey: string): Uint8Array[] => {
  const out = layOutGroup(items, hashKey);
  sealAll(out);
  return out;
};

/** What a record of an inner stream holds; `foreign` when it was not written by a function of ours. */
export type Unpacked =
  | { readonly ok: true; readonly items: readonly Inner[] }
  | { readonly ok: false; readonly cause: string };

const foreign = (cause: string): Unpacked => ({ ok: false, cause });

/** The events that a stamp tells of, handed out one by one: no object stands between the stamp and the event. */
class Run {
  #lane = '';
  #first: EpochMs = 0;
  #origins: readonly Origin[] = [];
  #again: Again | undefined = undefined;
  /** The origin whose events come now, and the next of them. */
  #origin = -1;
  #at = 0;
  #seq = '';
  #arrival: EpochMs = 0;
  #clock: EpochMs | null = null;

  begin({ l, p, a, o, r }: Stamp): void {
    this.#lane = l;
    this.#first = a;
    this.#origins = o;
    this.#again = r && againOf(r);
    this.#seq = padSeq(p);
    this.#origin = -1;
    this.#at = 0;
    this.#nextOrigin();
  }
  /** To an origin that has events left; beyond the last one when there is none. */
  #nextOrigin(): void {
    const origins = this.#origins;
    while (this.#at >= (origins[this.#origin]?.length ?? 0) && this.#origin < origins.length) {
      const origin = origins[++this.#origin];
      if (origin === undefined) return;
      const [delta, arrival, clock] = origin;
      if (delta !== '') {
        this.#seq = padSeq((BigInt(this.#seq) + BigInt(`0x${delta}`)).toString());
        if (this.#seq.length > SEQ_DIGITS) throw new RangeError('a sequence number of too many digits');
      }
      this.#arrival = this.#first + arrival;
      this.#clock = clock === null ? null : this.#first + clock;
      this.#at = ORIGIN_HEAD;
    }
  }
  get isOver(): boolean {
    return this.#origin < 0 || this.#origin >= this.#origins.length;
  }
  /** @throws RangeError when the stamp tells of no further event, or not where it stood */
  event(r: AggregatedRecord, bytes: Uint8Array): StampedEvent {
    if (this.isOver) throw new RangeError('an event without a stamp');
    const origin = this.#origins[this.#origin] as Origin;
    const place = origin[this.#at++] as number | [number, number];
    const index = typeof place === 'number' ? place : place[0];
    const child = typeof place === 'number' ? 0 : place[1];
    if (!(index >= 0 && child >= 0)) throw new RangeError('an index that is no number');
    const [lane, seq, arrival, clock] = [this.#lane, this.#seq, this.#arrival, this.#clock];
    const key = r.partitionKey;
    if (this.#at >= origin.length) this.#nextOrigin();
    if (this.#again === undefined && clock !== null)
      return { kind: 'event', lane, seq, index, child, arrival, clock, key, bytes };
    return {
      ...{ kind: 'event', lane, seq, index, child, arrival, key, bytes },
      ...(clock !== null && { clock }),
      ...(this.#again !== undefined && { again: this.#again }),
    };
  }
}

/** @throws Error when it was not written by a function of ours */
const readAggregate = (records: readonly AggregatedRecord[]): readonly Inner[] => {
  const items: Inner[] = [];
  const run = new Run();
  for (const r of records) {
    const bytes = r.data;
    if (!isControl(bytes)) {
      items.push(run.event(r, bytes));
      continue;
    }
    if (!run.isOver) throw new RangeError(FEWER);
    const c = readControl(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
    if (c.millrace === 'stamp') run.begin(c);
    else if (c.millrace === 'mark') items.push({ kind: 'mark', lane: c.l, pos: c.p, clock: c.c });
    else items.push({ kind: c.millrace, lane: c.l, next: c.n });
  }
  if (!run.isOver) throw new RangeError(FEWER);
  return items;
};
const FEWER = 'fewer events than the stamp says';
/** Fields of an origin before its indexes. */
const ORIGIN_HEAD = 3;

const unpack = (data: Uint8Array, whole?: boolean): Unpacked => {
  const decoded = decodeAggregate(data, undefined, whole);
  if (decoded.kind !== 'aggregate') return foreign(decoded.kind === 'corrupt' ? decoded.cause : 'not an aggregate');
  try {
    return { ok: true, items: readAggregate(decoded.records) };
  } catch (error) {
    return foreign(error instanceof Error ? error.message : String(error));
  }
};

/** Reads a record of an inner stream. Never throws. */
export const unpackInner = (data: Uint8Array): Unpacked => unpack(data);

type Held = { readonly data: Uint8Array };
/** Reads records of one batch: the checksums of all are made together, before the first is read. */
export const innerReader = (records: readonly Held[]): ((record: Held) => Unpacked) => {
  const whole = wholeAmong(records.map((r) => r.data));
  return ({ data }) => unpack(data, whole.has(data));
};
