import { deaggregateSync, type UserRecord } from 'aws-kinesis-agg';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packGroup, unpackInner } from '../../shared/lanes/block.ts';
import type { Inner } from '../../shared/lanes/inner.ts';
import { padSeq, position } from '../../shared/lanes/position.ts';
import { pointOf } from '../../shared/lanes/ring.ts';

const HASH = pointOf(1, 4);
const SEQ = '49590338271490256608559692538361571095921575989136588898';

const event = (n: number, more: Partial<Extract<Inner, { kind: 'event' }>> = {}): Inner => ({
  kind: 'event',
  lane: 'shardId-000000000000/1',
  seq: SEQ,
  index: n,
  child: 0,
  arrival: 1_700_000_000_000,
  clock: 1_699_999_998_766,
  key: `user-${n % 3}`,
  bytes: Buffer.from(JSON.stringify({ specversion: '1.0', id: `e${n}` })),
  ...more,
});

const unpackAll = (records: readonly Uint8Array[]): Inner[] =>
  records.flatMap((r) => {
    const u = unpackInner(r);
    if (!u.ok) throw new Error(u.cause);
    return [...u.items];
  });

const plain = (i: Inner) => (i.kind === 'event' ? { ...i, bytes: Buffer.from(i.bytes).toString() } : i);

const seqs = fc.bigInt({ min: 0n, max: 10n ** 56n - 1n }).map((n) => padSeq(n.toString()));
const lanes = fc.constantFrom('shardId-000000000000/1', 'shardId-000000000007/1', 'm.aggregate/enriched.q-1.0/1');
const inner: fc.Arbitrary<Inner> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('event' as const),
      lane: lanes,
      seq: seqs,
      index: fc.nat(20_000),
      child: fc.constantFrom(0, 0, 0, 3, 10 ** 10 - 1),
      arrival: fc.integer({ min: 0, max: 2 ** 42 }),
      key: fc.string({ minLength: 1, maxLength: 20 }),
      bytes: fc.json().map((j) => Buffer.from(`{"data":${j}}`)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('mark' as const),
      lane: lanes,
      pos: seqs.map((s) => position(s, 3)),
      clock: fc.integer(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('end' as const), lane: lanes, next: fc.array(lanes) }) },
);

describe('a record of an inner stream', () => {
  test('gives back the items of a key group, in order, whatever their lanes and positions', () => {
    fc.assert(
      fc.property(fc.array(inner, { minLength: 1, maxLength: 40 }), (items) => {
        expect(unpackAll(packGroup(items, HASH)).map(plain)).toEqual(items.map(plain));
      }),
      { numRuns: 200 },
    );
  });

  test('holds at most 1 MiB; what is more goes into the next one, in order', () => {
    const items = Array.from({ length: 300 }, (_, n) => event(n, { bytes: Buffer.alloc(10_000, 0x20 + (n % 90)) }));
    const records = packGroup(items, HASH);
    expect(records.length).toBe(3);
    for (const r of records) expect(r.length).toBeLessThanOrEqual(1_048_576);
    expect(unpackAll(records).map((i) => i.kind === 'event' && i.index)).toEqual(items.map((_, n) => n));
  });

  test('stamps an event with at most 40 bytes, whether its raw record held one event or many', () => {
    const bytes = Buffer.alloc(525, 0x61);
    const many = Array.from({ length: 250 }, (_, n) => event(n * 4, { bytes, key: 'k' }));
    const alone = Array.from({ length: 250 }, (_, n) =>
      event(0, {
        bytes,
        key: 'k',
        seq: (BigInt(SEQ) + BigInt(n) * 1_208_925_819_614_629_174_706_176n).toString(),
        arrival: 1_700_000_000_000 + n,
      }),
    );
    // What the format itself takes for an event of this size: tags, lengths and indexes of keys.
    const framing = 12;
    for (const [items, most] of [
      [many, 4],
      [alone, 40],
    ] as const) {
      const [record] = packGroup(items, HASH);
      expect((record!.length - 250 * (525 + framing)) / 250).toBeLessThanOrEqual(most);
    }
  });

  test('is a KPL aggregate that aws-kinesis-agg reads; ours are the user records that begin with {"millrace":', () => {
    const [record] = packGroup(
      [event(0), event(1), { kind: 'mark', lane: 'shardId-000000000000/1', pos: position(SEQ, 9), clock: 5 }],
      HASH,
    );
    const out: UserRecord[] = [];
    deaggregateSync(
      {
        data: Buffer.from(record!).toString('base64'),
        partitionKey: '1',
        sequenceNumber: '1',
        kinesisSchemaVersion: '1.0',
        approximateArrivalTimestamp: 0,
      },
      true,
      (error, records) => {
        if (error) throw error;
        out.push(...(records ?? []));
      },
    );
    const texts = out.map((r) => Buffer.from(r.data, 'base64').toString());
    expect(texts.filter((t) => !t.startsWith('{"millrace":'))).toEqual([
      '{"specversion":"1.0","id":"e0"}',
      '{"specversion":"1.0","id":"e1"}',
    ]);
    expect(texts.filter((t) => t.startsWith('{"millrace":')).length).toBe(2);
    expect(new Set(out.map((r) => r.explicitPartitionKey))).toEqual(new Set([HASH]));
  });

  test('that was not written by us is said to be foreign, never thrown', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => unpackInner(bytes).ok === false));
    const [record] = packGroup([event(0), event(1)], HASH);
    const broken = Buffer.from(record!);
    broken[40] = 0;
    expect(unpackInner(broken).ok).toBe(false);
  });
});
