// What stands exactly at a limit: bodies one byte below and above what an item holds, events as large as a record, entries with ten
// thousand lanes.
import { describe, expect, test } from 'vitest';
import { chaosPlan, click, DELAY } from '../../local/chaos/scenario.ts';
import { rngOf } from '../../local/generate/rng.ts';
import { MAX_EVENT_BYTES } from '../../shared/event/limits.ts';
import { packJson } from '../../shared/fold/pack.ts';
import { itemBytes, MAX_ITEM_BYTES } from '../../shared/item-size.ts';
import { packGroup, unpackInner } from '../../shared/lanes/block.ts';
import type { Inner } from '../../shared/lanes/inner.ts';
import { endOf, lane } from '../../shared/lanes/position.ts';
import { pointOf } from '../../shared/lanes/ring.ts';
import { countingNonce, manualClock } from '../../shared/memory/clock.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryObjects } from '../../shared/memory/objects.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import { memoryWake } from '../../shared/memory/wake.ts';
import { aggregate } from '../../shared/steps/aggregate/aggregate.ts';
import { judgeOf } from '../../shared/steps/judge.ts';
import { ledger } from '../../shared/steps/ledger/ledger.ts';
import { manifests, NO_MANIFEST, type Outgoing } from '../../shared/steps/refine/manifest.ts';
import { validate } from '../../shared/steps/validate.ts';

const RUN = '1';
const FN = 'aggregate/enriched';
const INLINE = 11 * 1024;
const MIB = 1_048_576;
const plenty = { remainingMs: () => 60_000 };
const plan = chaosPlan({ lateness: 0 });

const ports = () => {
  const clock = manualClock('2024-05-01T12:00:00Z');
  return { clock, table: memoryTable(), objects: memoryObjects(), nonce: countingNonce(), run: RUN };
};

/** Text that does not compress, so that a letter more is about a byte more. */
const noise = (letters: number, seed: number): string => {
  const r = rngOf(seed);
  return Array.from({ length: letters }, () => String.fromCharCode(33 + r.below(94)).replace(/["\\]/, '~')).join('');
};

/** A value of `make` that packs to exactly `bytes`. */
const packedTo = <T>(bytes: number, make: (text: string) => T): T => {
  for (let seed = 1; seed < 200; seed++)
    for (let low = 1, high = bytes * 2; low <= high; ) {
      const letters = (low + high) >> 1;
      const value = make(noise(letters, seed));
      const size = packJson(value).length;
      if (size === bytes) return value;
      if (size < bytes) low = letters + 1;
      else high = letters - 1;
    }
  throw new Error(`nothing packs to ${bytes} bytes`);
};

describe('a body stands in its item up to 11 KiB, and beyond that in an object', () => {
  test.each([
    [INLINE - 1, 0],
    [INLINE, 0],
    [INLINE + 1, 1],
  ])('an entry with %i bytes makes %i objects and reads back as it was', async (bytes, objects) => {
    const p = ports();
    const book = ledger({ ...p, fn: FN });
    const body = packedTo(bytes, (text) => ({ p: {}, side: [text] }));
    const head = { n: 0, lanes: new Map(), through: '' };
    const appended = await book.append('s', head, { lanes: new Map(), through: '7', counts: {}, body });
    expect(appended.ok).toBe(true);
    expect(p.objects.keys()).toHaveLength(objects);
    const [entry] = await book.after('s', 0);
    expect(entry?.size).toBe(bytes);
    expect(await entry?.body()).toEqual(body);
  });

  test.each([
    [INLINE - 1, 0],
    [INLINE, 0],
    [INLINE + 1, 1],
  ])('a decision with %i bytes to send makes %i objects and reads back as it was', async (bytes, objects) => {
    const p = ports();
    const store = manifests({ ...p, fn: FN, part: 0 });
    const out = packedTo(bytes, (event): Outgoing => {
      return { rows: [{ query: 'q', no: 1, key: 'k', event }], marks: [], markNo: 2, side: [] };
    });
    expect(await store.decide(NO_MANIFEST, { ...NO_MANIFEST, v: 1, out, sent: false })).toBe(true);
    expect(p.objects.keys()).toHaveLength(objects);
    expect((await store.read()).out).toEqual(out);
  });
});

describe('an event as large as a record', () => {
  const eventOf = (bytes: number): Buffer => {
    const of = (x: string) =>
      JSON.stringify({
        specversion: '1.0',
        id: 'c1',
        source: '/chaos',
        type: 'click.v1',
        time: '2024-05-01T12:00:00Z',
        data: { k: 'k1', n: 1, v: 1, x, t: '2024-05-01T12:00:00Z' },
      });
    return Buffer.from(of('x'.repeat(bytes - of('').length)));
  };
  /** How many bytes go on to `validated`, or the rule that refused it. */
  const send = async (data: Buffer): Promise<number | string> => {
    const p = ports();
    const raw = new MemoryLog('raw', { clock: p.clock });
    const validated = new MemoryLog('validated', { clock: p.clock });
    const step = validate({
      ...p,
      rejected: p.objects,
      raw: memoryStream(raw),
      validated: memoryStream(validated),
      groups: 4,
      delay: DELAY,
      sources: [],
      judge: judgeOf({ plan, types: { 'click.v1': click } }),
    });
    await memoryStream(raw).put([{ partitionKey: 'k1', data }]);
    const [shard] = raw.shards();
    const records = raw.read(shard?.id ?? '', null).records;
    expect(await step({ stream: 'raw', shard: shard?.id ?? '', records }, plenty)).toMatchObject({ done: 1 });
    const [side] = p.objects.keys();
    if (side !== undefined) {
      const line = Buffer.from((await p.objects.get(side)) ?? []).toString();
      expect(line.length).toBeGreaterThan(data.length);
      return (JSON.parse(line) as { rule: string }).rule;
    }
    const items = validated.read(validated.shards()[0]?.id ?? '', null).records.flatMap((r) => {
      const unpacked = unpackInner(r.data);
      return unpacked.ok ? unpacked.items : [];
    });
    const events = items.filter((i) => i.kind === 'event');
    expect(events).toHaveLength(1);
    return events[0]?.bytes.length ?? 0;
  };

  test('passes up to the room that a record of the next stream has, and is rejected one byte above', async () => {
    const added = Number(await send(eventOf(1_000))) - 1_000;
    expect(await send(eventOf(MAX_EVENT_BYTES - added))).toBe(MAX_EVENT_BYTES);
    expect(await send(eventOf(MAX_EVENT_BYTES - added + 1))).toBe('body.too-large');
  });

  test('a record of exactly 1 MiB with its key is rejected whole, not lost', async () => {
    expect(await send(eventOf(MIB - 2))).toBe('body.too-large');
  });
});

test('an entry with 10,240 lanes fits into an item, and filters what comes again', async () => {
  const groups = 64;
  const shards = 160;
  const p = ports();
  const enriched = new MemoryLog('enriched', { clock: p.clock });
  const step = aggregate({
    ...p,
    plan,
    reads: 'enriched',
    from: memoryStream(enriched),
    wake: memoryWake(),
    groups,
  });
  const r = rngOf(1);
  for (let g = 0; g < groups; g++) {
    const items = Array.from({ length: shards }, (_, s): Inner => {
      const seq = `49${String(s).padStart(4, '0')}${String(r.below(1_000_000_000)).padStart(50, '7')}`;
      const name = lane(`shardId-${String(s).padStart(12, '0')}`, g);
      return { kind: 'mark', lane: name, pos: endOf(seq), clock: p.clock.now() - r.below(1_000_000) };
    });
    for (const data of packGroup(items, pointOf(g, groups)))
      enriched.put({ partitionKey: String(g), hashKey: pointOf(g, groups), data });
  }
  const shard = enriched.shards()[0]?.id ?? '';
  const batch = { stream: 'enriched', shard, records: enriched.read(shard, null).records };
  expect(await step(batch, plenty)).toMatchObject({ done: batch.records.length });
  expect(await step(batch, plenty)).toMatchObject({ done: batch.records.length });
  const entries = p.table.items().filter((i) => i.sk.startsWith('e#'));
  expect(entries).toHaveLength(1);
  const head = await ledger({ ...p, fn: FN }).newest(shard);
  expect(head?.lanes.size).toBe(shards * groups);
  expect(itemBytes(entries[0] as (typeof entries)[number])).toBeLessThan(MAX_ITEM_BYTES / 2);
});
