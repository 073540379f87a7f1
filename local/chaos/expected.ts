// What must have come out, computed in plain JavaScript from the events that lie in `enriched`.
import { shardOfLane } from '../../shared/lanes/position.ts';
import { expectedKeyed } from './expected-keyed.ts';
import { expectedRelations } from './expected-relations.ts';
import type { Click } from './producer.ts';
import type { Seen } from './read-streams.ts';
import { ALARMING } from './scenario.ts';
import type { Scene } from './world/scene.ts';

/** What a part of the reference is computed with. */
export type Reference = {
  readonly put: (table: string, row: object) => void;
  /** A query reads so many events. */
  readonly reads: (query: string, n: number) => void;
  /** Late for all windows of a query. */
  readonly isLate: (query: string, x: Counted) => void;
  /** The query's watermark that stood before an event. */
  readonly watermark: (query: string, x: Counted) => number;
  /** Those in time for their tumbling window of ten seconds; the others are late for the query. */
  readonly tumble: (query: string, all: readonly Counted[]) => readonly Counted[];
};

/** An event as it counts: with the answer of the look-up that stands in its first copy. */
export type Counted = {
  readonly c: Click;
  readonly w: number;
  readonly seen: Seen;
  /** Of an event that an operator sent again: its place in the order of arrival is the first one. */
  readonly first?: { readonly arrival: number; readonly shard: string; readonly seq: string; readonly index: number };
};
export type Expected = {
  /** `<table> <row as JSON>`, sorted. */
  readonly rows: readonly string[];
  /** `<query id> <raw shard> <position>` */
  readonly late: readonly string[];
  readonly failed: readonly string[];
  /** Query id -> events that it read: folded, filtered, late or failed. */
  readonly read: ReadonlyMap<string, number>;
};

export const stamp = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').slice(0, -1);
export const group = <T>(items: readonly T[], key: (t: T) => string): Map<string, T[]> => {
  const out = new Map<string, T[]>();
  for (const t of items) {
    const mine = out.get(key(t));
    if (mine) mine.push(t);
    else out.set(key(t), [t]);
  }
  return out;
};
const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);

type Interval = { s: number; e: number; rows: number[] };
/** Sessions of (time, weight) pairs: a gap of more than `gap` parts them. */
const sessions = (rows: readonly (readonly [time: number, weight: number])[], gap: number): Interval[] => {
  const out: Interval[] = [];
  for (const [t, weight] of [...rows].sort((a, b) => a[0] - b[0])) {
    const last = out.at(-1);
    if (last && t <= last.e) {
      last.e = t + gap;
      last.rows.push(weight);
    } else out.push({ s: t, e: t + gap, rows: [weight] });
  }
  return out;
};

const TEN = 10_000;
const startOf = (t: number, size = TEN): number => Math.floor(t / size) * size;
const isNumber = (x: string): boolean => /^\d+$/.test(x);

export const expected = (world: Scene, counted: readonly Counted[]): Expected => {
  const rows: string[] = [];
  const late: string[] = [];
  const failed: string[] = [];
  const read = new Map<string, number>();
  const queryOf = (name: string) => {
    const q = world.wholePlan.queries.find((x) => x.name === name);
    if (q === undefined) throw new Error(`the plan has no query ${name}`);
    return q;
  };
  const put = (table: string, row: object) => rows.push(`${table} ${JSON.stringify(row)}`);
  const nameOf = (query: string, { seen }: Counted) => `${queryOf(query).id} ${shardOfLane(seen.e.lane)} ${seen.pos}`;
  const delayOf = (query: string): number => {
    const q = queryOf(query);
    return q.kind === 'stateless' ? 0 : q.delay;
  };
  const reads = (query: string, n: number) => read.set(queryOf(query).id, n);

  /** Those in time for their tumbling window of ten seconds. */
  const tumble: Reference['tumble'] = (query, all) =>
    all.filter((x) => {
      if (startOf(x.c.t) + TEN - 1 > x.seen.clock - delayOf(query)) return true;
      late.push(nameOf(query, x));
      return false;
    });
  const byKey = (xs: readonly Counted[]) => group(xs, (x) => `${x.c.k} ${startOf(x.c.t)}`);

  reads('tens', counted.length);
  const tens: { t: number; n: number; hi: number }[] = [];
  for (const [key, xs] of byKey(tumble('tens', counted))) {
    const [k, s] = key.split(' ') as [string, string];
    const ns = xs.map((x) => x.c.n);
    const start = Number(s);
    const hi = Math.max(...ns);
    const t = start + TEN - 1;
    tens.push({ t, n: xs.length, hi });
    put('tens', {
      k,
      s: stamp(start),
      e: stamp(start + TEN),
      t: stamp(t),
      n: xs.length,
      v: sum(ns),
      lo: Math.min(...ns),
      hi,
    });
  }
  reads('twenties', tens.length);
  const twenties: { t: number; n: number }[] = [];
  for (const [key, xs] of group(tens, (x) => String(startOf(x.t, 20_000)))) {
    const t = Number(key) + 19_999;
    const n = sum(xs.map((x) => x.n));
    twenties.push({ t, n });
    put('twenties', { s: stamp(Number(key)), t: stamp(t), n, most: Math.max(...xs.map((x) => x.hi)) });
  }
  reads('forties', twenties.length);
  for (const [key, xs] of group(twenties, (x) => String(startOf(x.t, 40_000))))
    put('forties', { s: stamp(Number(key)), n: sum(xs.map((x) => x.n)) });

  reads('growing', counted.length);
  const growing = counted.flatMap((x) => {
    const start = startOf(x.c.t, 30_000);
    const ends = [1, 2, 3]
      .map((i) => start + i * TEN)
      .filter((end) => end > x.c.t && end - 1 > x.seen.clock - delayOf('growing'));
    if (ends.length === 0) late.push(nameOf('growing', x));
    return ends.map((end) => ({ k: x.c.k, start, end }));
  });
  for (const [key, xs] of group(growing, (x) => `${x.k} ${x.start} ${x.end}`)) {
    const [k, start, end] = key.split(' ') as [string, string, string];
    put('growing', { k, s: stamp(Number(start)), e: stamp(Number(end)), n: xs.length });
  }

  reads('hops', counted.length);
  const inWindows = counted.flatMap((x) => {
    const ends = [1, 2, 3]
      .map((i) => startOf(x.c.t) + i * TEN)
      .filter((end) => end - 1 + world.shape.lateness * 1_000 > x.seen.clock - delayOf('hops'));
    if (ends.length === 0) late.push(nameOf('hops', x));
    return ends.map((end) => ({ x, end }));
  });
  for (const [key, xs] of group(inWindows, ({ x, end }) => `${x.c.k} ${end - 3 * TEN}`)) {
    const [k, s] = key.split(' ') as [string, string];
    if (xs.length >= 6) continue;
    const start = Number(s);
    const kinds = new Set(xs.map(({ x }) => x.c.v)).size;
    put('hops', { k, s: stamp(start), e: stamp(start + 3 * TEN), n: xs.length, kinds });
  }

  reads('visits', counted.length);
  const visitors = counted.filter((x) => {
    if (x.c.t > x.seen.clock - delayOf('visits')) return true;
    late.push(nameOf('visits', x));
    return false;
  });
  const visits: [number, number][] = [];
  for (const [k, xs] of group(visitors, (x) => x.c.k))
    for (const { s, e, rows: ones } of sessions(
      xs.map((x) => [x.c.t, 1]),
      5_000,
    )) {
      visits.push([e - 1, ones.length]);
      put('visits', { k, s: stamp(s), e: stamp(e), t: stamp(e - 1), n: ones.length });
    }
  reads('visits_of_visits', visits.length);
  for (const { s, e, rows: ns } of sessions(visits, 5_000))
    put('visits_of_visits', { s: stamp(s), e: stamp(e), n: sum(ns) });

  const large = counted.filter((x) => x.c.v >= 3);
  for (const x of large) put('big', { k: x.c.k, v: x.c.v, t: stamp(x.c.t) });
  reads('big_tens', large.length);
  for (const [key, xs] of byKey(tumble('big_tens', large))) {
    const [k, s] = key.split(' ') as [string, string];
    const v = sum(xs.map((x) => x.c.v));
    if (v > ALARMING) put('big_tens', { k, s: stamp(Number(s)), v });
  }

  reads('numbers', counted.length);
  // Lateness is decided before the fold: what is late for its window fails nowhere.
  const numbers = tumble('numbers', counted).filter((x) => {
    if (isNumber(x.c.x)) return true;
    failed.push(nameOf('numbers', x));
    return false;
  });
  for (const [key, xs] of group(numbers, (x) => String(startOf(x.c.t))))
    put('numbers', { s: stamp(Number(key)), n: xs.length, v: sum(xs.map((x) => Number(x.c.x))) });

  reads('ranks', counted.length);
  for (const [key, xs] of byKey(tumble('ranks', counted))) {
    const [k, s] = key.split(' ') as [string, string];
    const ws = xs.map((x) => x.w);
    put('ranks', { k, s: stamp(Number(s)), w: sum(ws), top: Math.max(...ws) });
  }

  const reference: Reference = {
    put,
    reads,
    tumble,
    isLate: (query, x) => late.push(nameOf(query, x)),
    watermark: (query, x) => x.seen.clock - delayOf(query),
  };
  expectedRelations(reference, counted);
  expectedKeyed(reference, counted);

  for (const x of counted.filter((y) => y.c.v === 1))
    if (isNumber(x.c.x)) put('parsed', { k: x.c.k, x: Number(x.c.x), w: x.w, t: stamp(x.c.t) });
    else failed.push(nameOf('parsed', x));
  return { rows: rows.sort(), late, failed, read };
};
