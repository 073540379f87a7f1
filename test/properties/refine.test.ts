// Refine over random ledgers: entries in any order of shards, several runs at once, answers of the manifest's put lost.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unpackInner } from '../../shared/lanes/block.ts';
import type { Inner } from '../../shared/lanes/inner.ts';
import { endOf, type Lane, lane, padSeq } from '../../shared/lanes/position.ts';
import { countingNonce, manualClock } from '../../shared/memory/clock.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import type { Table } from '../../shared/ports.ts';
import { entryBody } from '../../shared/steps/aggregate/entry-body.ts';
import { foldBatch } from '../../shared/steps/aggregate/fold-batch.ts';
import { type Head, ledger } from '../../shared/steps/ledger/ledger.ts';
import { type Manifest, manifests } from '../../shared/steps/refine/manifest.ts';
import { refine, SETTLE } from '../../shared/steps/refine/refine.ts';
import type { EpochMs } from '../../shared/time.ts';
import { foldersOf, plan, START } from './given-lanes.ts';

const GROUPS = 4;
const FN = 'aggregate/enriched';
/** A batch that is committed while the runs are at work. */
type Arriving = { readonly group: number; readonly step: number };
type Op =
  | { readonly kind: 'batch'; readonly group: number; readonly step: number; readonly end: boolean }
  | {
      readonly kind: 'refine';
      readonly who: readonly number[];
      readonly settle: boolean;
      readonly wait: number;
      readonly during: Arriving | null;
    }
  | { readonly kind: 'lose'; readonly when: 'before' | 'after' }
  /** A lane that nobody announced, far behind; it ends the next time. */
  | { readonly kind: 'stranger'; readonly group: number };
const ops: fc.Arbitrary<readonly Op[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('batch' as const),
        group: fc.nat(GROUPS - 1),
        step: fc.nat(15_000),
        end: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('refine' as const),
        who: fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 3 }),
        settle: fc.boolean(),
        wait: fc.nat(200_000),
        during: fc.option(fc.record({ group: fc.nat(GROUPS - 1), step: fc.nat(15_000) })),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('lose' as const), when: fc.constantFrom('before', 'after') }),
    },
  ),
  { minLength: 10, maxLength: 60 },
);

const pauses = fc.array(fc.nat(30), { minLength: 1, maxLength: 17 });

/** @param pauses how many turns of the event loop's microtasks each call of the table takes, in turn */
const world = (pauses: readonly number[]) => {
  const clock = manualClock(START);
  const table = memoryTable();
  const objects = memoryObjects();
  const nonce = countingNonce();
  const [raw, from, to] = ['raw', 'enriched', 'refined'].map((name) => new MemoryLog(name, { shards: 2, clock }));
  let lose: 'before' | 'after' | null = null;
  let calls = 0;
  const pause = async () => {
    for (let n = pauses[calls++ % pauses.length] as number; n > 0; n--) await null;
  };
  const flaky: Table = {
    ...table,
    async get(key) {
      await pause();
      return table.get(key);
    },
    async query(...args) {
      await pause();
      return table.query(...args);
    },
    async put(item, when) {
      await pause();
      const how = item.pk.startsWith('man#') ? lose : null;
      if (how !== null) lose = null;
      if (how === 'before') throw new Error('lost before the write');
      const written = await table.put(item, when);
      if (how === 'after') throw new Error('lost after the write');
      return written;
    },
  };
  const shared = { table: flaky, objects, clock, nonce, run: 'r', groups: GROUPS };
  const streams = { raw: memoryStream(raw as MemoryLog), from: memoryStream(from as MemoryLog) };
  const deps = { ...shared, ...streams, plan, reads: 'enriched' as const, to: memoryStream(to as MemoryLog) };
  return {
    clock,
    runs: [0, 1, 2].map(() => refine(deps)),
    book: ledger({ ...shared, fn: FN }),
    store: manifests({ ...shared, fn: FN, part: 0 }),
    to: to as MemoryLog,
    lose: (when: 'before' | 'after') => {
      lose = when;
    },
  };
};

/** Batches of the lanes of raw shards, one lane for each group; a lane that ends is followed by a child's. */
const source = (w: ReturnType<typeof world>) => {
  const folders = foldersOf();
  const heads = new Map<string, Head>();
  const lanes = Array.from({ length: GROUPS }, (_, g) => ({
    at: lane(`shardId-00000000000${g >> 1}`, g),
    clock: START,
    ends: 0,
  }));
  let seq = 100;
  const strangers = new Set<number>();
  const append = async (group: number, items: readonly Inner[], through: string): Promise<void> => {
    const shard = `shardId-00000000000${group >> 1}`;
    const head = heads.get(shard) ?? { n: 0, lanes: new Map(), through: '' };
    const folded = foldBatch(folders, head.lanes, items, w.clock.now());
    const body = entryBody(folded.partials, folded.side);
    const entry = { lanes: folded.lanes, through: padSeq(through), counts: folded.counts, body };
    const appended = await w.book.append(shard, head, entry);
    if (!appended.ok) throw new Error(`entry ${head.n + 1} of ${shard} is taken`);
    heads.set(shard, appended.head);
  };
  const stranger = (group: number): Promise<void> => {
    const at = String(seq++);
    const own = lane(`shardId-0000009${String(strangers.size).padStart(5, '0')}`, group);
    const ends = strangers.delete(group);
    if (!ends) strangers.add(group);
    const item: Inner = ends
      ? { kind: 'end', lane: own, next: [] }
      : { kind: 'mark', lane: own, pos: endOf(at), clock: START - 100_000 };
    return append(group, [item], at);
  };
  const batch = async (op: Arriving & { readonly end: boolean }): Promise<void> => {
    const l = lanes[op.group] as (typeof lanes)[number];
    const at = String(seq++);
    const time = new Date(l.clock + op.step).toISOString();
    const data = { id: `e${seq}`, store: 's', n: 5, price: '7', t: time };
    const event = { specversion: '1.0', id: data.id, source: '/s', type: 'order.v1', time, data };
    const items: Inner[] = [
      {
        kind: 'event',
        lane: l.at,
        seq: padSeq(at),
        index: 0,
        child: 0,
        arrival: START,
        key: 's',
        bytes: Buffer.from(JSON.stringify(event)),
      },
      { kind: 'mark', lane: l.at, pos: endOf(at), clock: l.clock + op.step },
    ];
    l.clock += op.step;
    if (op.end) {
      const next = lane(`shardId-0000000${op.group}${String(++l.ends).padStart(4, '0')}`, op.group);
      items.push({ kind: 'end', lane: l.at, next: [next] });
      l.at = next;
    }
    await append(op.group, items, at);
  };
  return { batch, stranger };
};

const neverFalls = (before: Manifest, after: Manifest): void => {
  expect(after.v).toBeGreaterThanOrEqual(before.v);
  expect(after.next).toBeGreaterThanOrEqual(before.next);
  if (after.v > before.v) expect(after.next).toBeGreaterThan(before.next);
  for (const [q, w] of Object.entries(before.closed)) expect(after.closed[q]).toBeGreaterThanOrEqual(w);
  for (const [s, n] of Object.entries(before.cur)) expect(after.cur[s]).toBeGreaterThanOrEqual(n);
};

/** Of each refined lane: numbers and watermarks as a reader counts them, rewinds left out. One number has one content. */
const shownMarks = (log: MemoryLog): ReadonlyMap<Lane, readonly EpochMs[]> => {
  const marks = new Map<Lane, { last: string; clocks: EpochMs[] }>();
  const rows = new Map<string, string>();
  for (const shard of log.shards())
    for (const { data } of log.read(shard.id, null).records) {
      const unpacked = unpackInner(data);
      if (!unpacked.ok) throw new Error(unpacked.cause);
      for (const item of unpacked.items) {
        if (item.kind === 'event') {
          const text = `${item.lane} ${Buffer.from(item.bytes)}`;
          expect(rows.get(item.seq) ?? text).toBe(text);
          rows.set(item.seq, text);
        }
        if (item.kind !== 'mark') continue;
        const held = marks.get(item.lane) ?? { last: '', clocks: [] };
        if (item.pos > held.last) marks.set(item.lane, { last: item.pos, clocks: [...held.clocks, item.clock] });
      }
    }
  return new Map([...marks].map(([l, m]) => [l, m.clocks]));
};

test('over any decisions watermarks, cursors, versions and outbox numbers never fall, in manifests and on refined', async () => {
  let decisions = 0;
  let marks = 0;
  await fc.assert(
    fc.asyncProperty(ops, pauses, async (all, turns) => {
      const w = world(turns);
      const put = source(w);
      let before = await w.store.read();
      for (const op of [...all, { kind: 'refine', who: [0], settle: true, wait: 0, during: null } as const]) {
        if (op.kind === 'batch') await put.batch(op);
        else if (op.kind === 'stranger') await put.stranger(op.group);
        else if (op.kind === 'lose') w.lose(op.when);
        else {
          w.clock.advance(op.wait);
          const budget = { remainingMs: () => 60_000 };
          await Promise.all([
            ...op.who.map((i) => w.runs[i]?.(op.settle ? [SETTLE] : [''], budget)),
            op.during && put.batch({ ...op.during, end: false }),
          ]);
          const after = await w.store.read();
          neverFalls(before, after);
          before = after;
        }
      }
      decisions += before.v;
      for (const clocks of shownMarks(w.to).values()) {
        expect(clocks).toEqual([...clocks].sort((a, b) => a - b));
        marks += clocks.length;
      }
    }),
    { numRuns: 40 },
  );
  expect(decisions).toBeGreaterThan(40);
  expect(marks).toBeGreaterThan(40);
});
