// What must have come out, computed in plain JavaScript from what lies in the streams: nothing here is shared with the steps but
// the reading of records. Every difference is one line of text.
import { unpackRecord } from '../../shared/event/unpack.ts';
import { unpackInner } from '../../shared/lanes/block.ts';
import type { StampedEvent } from '../../shared/lanes/inner.ts';
import { position } from '../../shared/lanes/position.ts';
import type { MemoryLog } from '../../shared/memory/log.ts';
import type { WindowQuery } from '../../shared/query/plan.ts';
import { DELAY } from './scenario.ts';
import type { Click, World } from './world.ts';

const NEVER = Number.NEGATIVE_INFINITY;
const SECOND = 1_000;
type Seen = { readonly e: StampedEvent; readonly clock: number };

/** Each position of a stream once, with the clock of its lane at that place. Parents come before children. */
const firstTimes = (log: MemoryLog, problems: string[]): Seen[] => {
  const lanes = new Map<string, { pos: string; clock: number; ended: boolean }>();
  const out: Seen[] = [];
  for (const shard of log.shards())
    for (const record of log.read(shard.id, null).records) {
      const unpacked = unpackInner(record.data);
      if (!unpacked.ok) {
        problems.push(`${log.name}: ${unpacked.cause}`);
        continue;
      }
      for (const item of unpacked.items) {
        const lane = lanes.get(item.lane) ?? { pos: '', clock: NEVER, ended: false };
        if (lane.ended) continue;
        if (item.kind === 'end') {
          lanes.set(item.lane, { ...lane, ended: true });
          for (const next of item.next)
            if (!lanes.has(next)) lanes.set(next, { pos: '', clock: lane.clock, ended: false });
          continue;
        }
        const pos = item.kind === 'mark' ? item.pos : position(item.seq, item.index, item.child);
        if (pos <= lane.pos) continue;
        if (item.kind === 'event') out.push({ e: item, clock: lane.clock });
        lanes.set(item.lane, {
          pos,
          clock: item.kind === 'mark' ? Math.max(lane.clock, item.clock) : lane.clock,
          ended: false,
        });
      }
    }
  return out;
};

/** For each event, the greatest clock that its raw shard may have shown before it: later than that minus the delay is on time. */
const rawClocks = (world: World): Map<string, number> => {
  const out = new Map<string, number>();
  const ends = new Map<string, number>();
  for (const shard of world.raw.shards()) {
    let clock = Math.max(NEVER, ...shard.parents.map((p) => ends.get(p) ?? NEVER));
    let rose: number | null = null;
    for (const record of world.raw.read(shard.id, null).records) {
      rose ??= record.arrival;
      const unpacked = unpackRecord(record.data, record.partitionKey);
      for (const user of unpacked.ok ? unpacked.records : []) {
        const { id, time } = JSON.parse(Buffer.from(user.bytes).toString()) as { id: string; time: string };
        out.set(id, clock);
        const capped = Math.min(Date.parse(time), record.arrival);
        if (capped > clock - DELAY) rose = record.arrival;
        clock = Math.max(clock, capped);
      }
      if (record.data.length === 0 && record.arrival - rose >= 60 * SECOND) clock = Math.max(clock, record.arrival);
    }
    ends.set(shard.id, clock);
  }
  return out;
};

type Rows = Map<string, string>;
const stamp = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').slice(0, -1);
const group = <T>(items: readonly T[], key: (t: T) => string): Map<string, T[]> => {
  const out = new Map<string, T[]>();
  for (const t of items) out.set(key(t), [...(out.get(key(t)) ?? []), t]);
  return out;
};

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
const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);

type Counted = { readonly c: Click; readonly seen: Seen };

const expected = (world: World, counted: readonly Counted[]) => {
  const rows: Rows = new Map();
  const late = new Set<string>();
  const queryOf = (name: string) => world.plan.queries.find((q) => q.name === name) as WindowQuery;
  const put = (table: string, key: string, row: object) => rows.set(`${table} ${key}`, JSON.stringify(row));
  const isLate = (name: string, { seen }: Counted) =>
    late.add(
      `${queryOf(name).id} ${seen.e.lane.slice(0, seen.e.lane.lastIndexOf('/'))} ${position(seen.e.seq, seen.e.index, seen.e.child)}`,
    );
  const on = (x: Counted) => x.seen.clock - DELAY;

  const tumble = (name: string, all: readonly Counted[]) =>
    all.filter((x) => {
      const end = Math.floor(x.c.t / 10_000) * 10_000 + 10_000;
      if (end - 1 > on(x)) return true;
      isLate(name, x);
      return false;
    });
  const tens: { t: number; n: number; hi: number }[] = [];
  for (const [key, xs] of group(tumble('tens', counted), (x) => `${x.c.k} ${Math.floor(x.c.t / 10_000) * 10_000}`)) {
    const [k, s] = key.split(' ') as [string, string];
    const ns = xs.map((x) => x.c.n);
    const start = Number(s);
    const hi = Math.max(...ns);
    tens.push({ t: start + 9_999, n: xs.length, hi });
    put('tens', key, {
      k,
      s: stamp(start),
      e: stamp(start + 10_000),
      t: stamp(start + 9_999),
      n: xs.length,
      v: sum(ns),
      lo: Math.min(...ns),
      hi,
    });
  }
  for (const [key, xs] of group(tens, (x) => String(Math.floor(x.t / 20_000) * 20_000)))
    put('twenties', key, { s: stamp(Number(key)), n: sum(xs.map((x) => x.n)), most: Math.max(...xs.map((x) => x.hi)) });

  const { lateness } = queryOf('hops');
  const inWindows = counted.flatMap((x) => {
    const ends = [1, 2, 3]
      .map((i) => Math.floor(x.c.t / 10_000) * 10_000 + i * 10_000)
      .filter((end) => end - 1 + lateness > on(x));
    if (ends.length === 0) isLate('hops', x);
    return ends.map((end) => ({ x, end }));
  });
  for (const [key, xs] of group(inWindows, ({ x, end }) => `${x.c.k} ${end - 30_000}`)) {
    const [k, s] = key.split(' ') as [string, string];
    put('hops', key, {
      k,
      s: stamp(Number(s)),
      e: stamp(Number(s) + 30_000),
      n: xs.length,
      kinds: new Set(xs.map(({ x }) => x.c.v)).size,
    });
  }

  const visitors = counted.filter((x) => {
    if (x.c.t > on(x)) return true;
    isLate('visits', x);
    return false;
  });
  const visits: [number, number][] = [];
  for (const [k, xs] of group(visitors, (x) => x.c.k))
    for (const { s, e, rows: ones } of sessions(
      xs.map((x) => [x.c.t, 1]),
      5_000,
    )) {
      visits.push([e - 1, ones.length]);
      put('visits', `${k} ${s}`, { k, s: stamp(s), e: stamp(e), t: stamp(e - 1), n: ones.length });
    }
  for (const { s, e, rows: ns } of sessions(visits, 5_000))
    put('visits_of_visits', String(s), { s: stamp(s), e: stamp(e), n: sum(ns) });

  const large = counted.filter((x) => x.c.v >= 3);
  for (const x of large) put('big', x.c.id, { k: x.c.k, v: x.c.v, t: stamp(x.c.t) });
  for (const [key, xs] of group(tumble('big_tens', large), (x) => `${x.c.k} ${Math.floor(x.c.t / 10_000) * 10_000}`)) {
    const [k, s] = key.split(' ') as [string, string];
    put('big_tens', key, { k, s: stamp(Number(s)), v: sum(xs.map((x) => x.c.v)) });
  }
  return { rows, late };
};

type RowEvent = { id: string; type: string; revision?: string; data: Record<string, unknown> };

/** The newest revision of each row, as a sink keeps it; `big` rows are told apart by the click. */
const actualRows = (world: World, problems: string[]): string[] => {
  const newest = new Map<string, RowEvent>();
  for (const { e } of firstTimes(world.refined, problems)) {
    const row = JSON.parse(Buffer.from(e.bytes).toString()) as RowEvent;
    const old = newest.get(row.id);
    if (old === undefined || (row.revision ?? '') > (old.revision ?? '')) newest.set(row.id, row);
  }
  return [...newest.values()].map((r) => `${r.type} ${JSON.stringify(r.data)}`).sort();
};

const sideLines = async (world: World, door: string): Promise<Record<string, unknown>[]> => {
  const out: Record<string, unknown>[] = [];
  for (const { key } of await world.objects.list(`${door}/`)) {
    const bytes = await world.objects.get(key);
    for (const line of Buffer.from(bytes ?? [])
      .toString()
      .split('\n'))
      if (line !== '') out.push(JSON.parse(line) as Record<string, unknown>);
  }
  return out;
};

const differences = (what: string, want: readonly string[], have: readonly string[]): string[] => {
  const left = new Map<string, number>();
  for (const w of want) left.set(w, (left.get(w) ?? 0) + 1);
  const out: string[] = [];
  for (const h of have) {
    const n = left.get(h) ?? 0;
    if (n === 0) out.push(`${what}: unexpected ${h}`);
    else left.set(h, n - 1);
  }
  for (const [w, n] of left) for (let i = 0; i < n; i++) out.push(`${what}: missing ${w}`);
  return out;
};

/** Everything that is not as it must be; empty when the run was exact. */
export const judge = async (world: World): Promise<readonly string[]> => {
  const problems: string[] = [];
  const clicks = new Map(world.clicks.map((c) => [c.id, c]));
  const counted: Counted[] = [];
  const ids: string[] = [];
  for (const seen of firstTimes(world.enriched, problems)) {
    const { id } = JSON.parse(Buffer.from(seen.e.bytes).toString()) as { id: string };
    ids.push(id);
    const c = clicks.get(id);
    if (c !== undefined) counted.push({ c, seen });
  }
  problems.push(...differences('enriched', [...clicks.keys()], ids));
  const want = expected(world, counted);
  problems.push(
    ...differences(
      'rows',
      [...want.rows].map(([key, row]) => `${key.slice(0, key.indexOf(' '))} ${row}`).sort(),
      actualRows(world, problems),
    ),
  );
  const late = await sideLines(world, 'late');
  const named = new Set(late.map((l) => `${l.query} ${l.shard} ${l.position}`));
  problems.push(...differences('late', [...want.late], [...named]));
  const clocks = rawClocks(world);
  for (const l of late) {
    const { id } = l.event as { id: string };
    const c = clicks.get(id);
    if (c !== undefined && c.t > (clocks.get(id) ?? NEVER) - DELAY)
      problems.push(`late although on time: ${id} for ${l.query}`);
  }
  if ((await sideLines(world, 'rejected')).length > 0) problems.push('an event was rejected');
  return problems;
};
