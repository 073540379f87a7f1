import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CloudEvent } from '../../shared/event/cloud-event.ts';
import { packJson, unpackJson } from '../../shared/fold/pack.ts';
import type { Inner } from '../../shared/lanes/inner.ts';
import { position } from '../../shared/lanes/position.ts';
import { type EntryBody, entryBody } from '../../shared/steps/aggregate/entry-body.ts';
import { type Folded, foldBatch } from '../../shared/steps/aggregate/fold-batch.ts';
import type { PackedPartials } from '../../shared/steps/ledger/partials.ts';
import { NEW, type OpenQuery } from '../../shared/steps/operators/operator.ts';
import { operatorsOf } from '../../shared/steps/operators/operator-of.ts';
import { foldersOf, plan, START, streams } from './given-lanes.ts';

const folders = foldersOf();

type Total = {
  /** Query -> its packed state, keys in their order. */
  readonly states: ReadonlyMap<string, PackedPartials>;
  /** Table, key, start and COUNT(*) of every window, once all are closed. */
  readonly windows: readonly string[];
  readonly counts: ReadonlyMap<string, readonly number[]>;
  /** Late and failed, by query and position. */
  readonly side: readonly string[];
  readonly lanes: Folded['lanes'];
};

/** Folds batch after batch, each from the marks of the one before, and adds up the entries as refine does. */
const total = (batches: readonly (readonly Inner[])[]): Total => {
  const open = new Map<string, OpenQuery>(operatorsOf(plan, 'enriched').map((o) => [o.query.id, o.open()]));
  const counts = new Map<string, number[]>();
  const side: string[] = [];
  let lanes: Folded['lanes'] = new Map();
  for (const batch of batches) {
    const folded = foldBatch(folders, lanes, batch, START);
    ({ lanes } = folded);
    for (const [id, more] of Object.entries(folded.counts))
      counts.set(
        id,
        more.map((n, i) => n + (counts.get(id)?.[i] ?? 0)),
      );
    const body = entryBody(folded.partials, folded.side);
    if (body === null) continue;
    const { p, side: aside } = unpackJson(packJson(body)) as EntryBody;
    for (const [id, packed] of Object.entries(p)) open.get(id)?.fold(packed, NEW);
    side.push(...aside.map((e) => `${e.door} ${e.query} ${e.shard} ${e.position}`));
  }
  const states = new Map([...open].map(([id, q]) => [id, q.pack()]));
  const windows = [...open.values()].flatMap((q) =>
    q
      .due(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)
      .rows.map((r) => `${r.query.into} ${r.key} ${r.id.split('|')[0]} ${r.values.find((v) => typeof v === 'bigint')}`),
  );
  return { states, windows: windows.sort(), counts, side: side.sort(), lanes };
};

const cut = (items: readonly Inner[], at: readonly number[]): readonly (readonly Inner[])[] => {
  const borders = [0, ...at.map((n) => n % (items.length + 1)).sort((a, b) => a - b), items.length];
  return borders.slice(1).map((end, i) => items.slice(borders[i], end));
};
const cuts = fc.array(fc.nat(400), { maxLength: 12 });

const bump = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);

/** The same windows, from the words of the protocol alone: each event walks through every window that may hold it. */
const expected = (once: readonly Inner[]): readonly string[] => {
  const counts = new Map<string, number>();
  const visits = new Map<string, number[]>();
  const clocks = new Map<string, number>();
  for (const item of once) {
    const clock = clocks.get(item.lane) ?? Number.NEGATIVE_INFINITY;
    if (item.kind === 'mark') clocks.set(item.lane, Math.max(clock, item.clock));
    if (item.kind !== 'event') continue;
    const { id, time, data } = JSON.parse(Buffer.from(item.bytes).toString()) as CloudEvent;
    const { store, n, price } = data as { store: string; n: number; price: string };
    const [t, w] = [Date.parse(time), clock - 5_000];
    const each = (name: string, size: number, slide: number, lateness: number) => {
      for (let start = Math.floor(t / slide) * slide; start > t - size; start -= slide)
        if (start + size - 1 + lateness > w) bump(counts, `${name} ${start}`);
    };
    each(`each_one ["${id}"]`, 10_000, 10_000, 0);
    if (n > 2) each(`hops ["${store}"]`, 12_000, 4_000, 4_000);
    if (price === '7') each('prices []', 5_000, 5_000, 0);
    if (t > w) visits.set(store, [...(visits.get(store) ?? []), t]);
  }
  for (const [store, times] of visits) {
    let start = Number.NaN;
    let last = Number.NEGATIVE_INFINITY;
    for (const t of times.sort((a, b) => a - b)) {
      if (t > last + 3_000) start = t;
      last = t;
      bump(counts, `visits ["${store}"] ${start}`);
    }
  }
  return [...counts].map(([name, n]) => `${name} ${n}`).sort();
};

describe('a stream that is cut into batches anywhere, with stretches shown again', () => {
  test('folds to what its events, each once and in one batch, fold to', () => {
    fc.assert(
      fc.property(streams, cuts, ({ once, shown }, at) => {
        expect(total(cut(shown, at))).toEqual(total([once]));
      }),
      { numRuns: 200 },
    );
  });

  test('counts each event in every window that was not closed to it, and in no other', () => {
    fc.assert(
      fc.property(streams, cuts, ({ once, shown }, at) => {
        expect(total(cut(shown, at)).windows).toEqual(expected(once));
      }),
      { numRuns: 150 },
    );
  });

  test('counts each position once for each query: in = folded + filtered + late + failed', () => {
    fc.assert(
      fc.property(streams, cuts, ({ shown }, at) => {
        const events = new Set(
          shown.flatMap((i) => (i.kind === 'event' ? [`${i.lane} ${position(i.seq, i.index)}`] : [])),
        );
        const { counts, side, states } = total(cut(shown, at));
        for (const id of states.keys()) {
          const [seen = 0, folded = 0, filtered = 0, late = 0, failed = 0] = counts.get(id) ?? [];
          expect(seen).toBe(events.size);
          expect(folded + filtered + late + failed).toBe(seen);
          const own = side.filter((s) => s.split(' ')[1] === id);
          expect(own.filter((s) => s.startsWith('late')).length).toBe(late);
          expect(own.filter((s) => s.startsWith('rejected')).length).toBe(failed);
          // COUNT(*) is the first aggregate of each query.
          const packed = states.get(id);
          const [ones = []] = packed?.t !== 's' && packed?.t !== 'i' ? [] : packed.p.v;
          const n = ones.reduce((sum: number, one) => sum + Number(one), 0);
          expect(n).toBe(folded);
        }
        expect(new Set(side).size).toBe(side.length);
      }),
      { numRuns: 150 },
    );
  });

  test('is empty when it comes a second time', () => {
    fc.assert(
      fc.property(streams, ({ shown }) => {
        const { lanes } = foldBatch(folders, new Map(), shown, START);
        const again = foldBatch(folders, lanes, shown, START + 1);
        expect(again.applied).toBe(false);
        expect([again.counts, [...again.partials], again.side, again.lanes]).toEqual([{}, [], [], lanes]);
      }),
    );
  });
});
