// What every Stream must do. Shard counts are kept small: the suite may also run on a real stream.
import { beforeAll, describe, expect, test } from 'vitest';
import { hashKeyOf, holds } from '../../shared/lanes/ring.ts';
import type { OutRecord, Stream } from '../../shared/ports.ts';

export type GivenStream = {
  readonly stream: Stream;
  /** Doubles or halves the open shards, and waits until it is done; null for a log whose shards are never split. */
  readonly reshard: ((count: number) => Promise<void>) | null;
};

const record = (partitionKey: string, text = 'x'): OutRecord => ({ partitionKey, data: Buffer.from(text) });
const size = (bytes: number): OutRecord => ({ partitionKey: 'k', data: new Uint8Array(bytes) });

export const streamContract = (given: () => Promise<GivenStream>): void => {
  describe('a stream', () => {
    let stream: Stream;
    let reshard: GivenStream['reshard'];
    beforeAll(async () => {
      ({ stream, reshard } = await given()); // two shards
    });

    const openShards = async () => (await stream.shards()).filter((s) => !s.closed);
    const stored = async (records: readonly OutRecord[]) =>
      (await stream.put(records)).map((o) => {
        if (!o.ok) throw new Error(`${o.code}: ${o.message}`);
        return o;
      });

    test('a new stream has two open shards that share the ring without a gap', async () => {
      const shards = [...(await stream.shards())].sort((a, b) => (BigInt(a.startHash) < BigInt(b.startHash) ? -1 : 1));
      expect(shards.map((s) => [s.startHash, s.closed, s.parents])).toEqual([
        ['0', false, []],
        ['170141183460469231731687303715884105728', false, []],
      ]);
      expect(shards.map((s) => s.endHash)).toEqual([
        '170141183460469231731687303715884105727',
        '340282366920938463463374607431768211455',
      ]);
    });

    test('a shard without records has none', async () => {
      for (const s of await openShards()) expect(await stream.hasRecordAfter(s.id)).toBe(false);
    });

    test('a record lands in the shard that holds the MD5 of its key, or its explicit hash key', async () => {
      const shards = await openShards();
      const keys = ['Aachen', 'Berlin', 'Chemnitz', 'Zürich', '東京'];
      const placed = await stored(keys.map((k) => record(k)));
      for (const [i, o] of placed.entries())
        expect(holds(shards.find((s) => s.id === o.shard)!, hashKeyOf(keys[i]!))).toBe(true);
      for (const s of shards) {
        const [o] = await stored([{ ...record('Aachen'), hashKey: s.endHash }]);
        expect(o!.shard).toBe(s.id);
      }
    });

    test('sequence numbers rise in the order of the records of a put, and from put to put', async () => {
      const one = await stored([record('a'), record('a'), record('a')]);
      const two = await stored([record('a')]);
      const seqs = [...one, ...two].map((o) => BigInt(o.seq));
      expect(seqs).toEqual([...seqs].sort((a, b) => (a < b ? -1 : 1)));
      expect(new Set(seqs).size).toBe(4);
    });

    test('after the last record there is none, after the one before it there is', async () => {
      const [first, last] = await stored([record('b', '1'), record('b', '2')]);
      expect(await stream.hasRecordAfter(last!.shard, last!.seq)).toBe(false);
      expect(await stream.hasRecordAfter(last!.shard, first!.seq)).toBe(true);
      expect(await stream.hasRecordAfter(last!.shard)).toBe(true);
    });

    test.each([
      ['500 records', Array.from({ length: 500 }, () => size(1))],
      ['a record of 1 MiB with its key', [size(1_048_575)]],
      ['5 MiB in all', Array.from({ length: 5 }, () => size(1_048_575))],
      ['a key of 256 characters', [record('ü'.repeat(256))]],
      ['an empty record', [size(0)]],
    ])('a put takes %s', async (_, records) => {
      expect((await stream.put(records)).length).toBe(records.length);
    });

    test.each([
      ['501 records', Array.from({ length: 501 }, () => size(1))],
      ['no record', []],
      ['a record of 1 MiB and its key', [size(1_048_576)]],
      ['more than 5 MiB in all', [...Array.from({ length: 5 }, () => size(1_048_575)), size(1)]],
      ['a key of 257 characters', [record('u'.repeat(257))]],
      ['an empty key', [record('')]],
    ])('a put refuses %s as a mistake in planning', async (_, records) => {
      await expect(stream.put(records)).rejects.toThrow(RangeError);
    });

    test('resharding closes the parents, names them in their children, and children continue above them', async (t) => {
      if (reshard === null) return t.skip();
      const before = await openShards();
      const placed = await stored(before.map((s) => ({ ...record('p'), hashKey: s.startHash })));
      await reshard(4);
      const after = await stream.shards();
      const children = after.filter((s) => !s.closed);
      expect(children.length).toBe(4);
      for (const parent of before) {
        expect(after.find((s) => s.id === parent.id)!.closed).toBe(true);
        expect(children.filter((c) => c.parents.includes(parent.id)).length).toBe(2);
      }
      for (const child of children) {
        const [o] = await stored([{ ...record('c'), hashKey: child.startHash }]);
        const parent = placed.find((p) => child.parents.includes(p.shard))!;
        expect(o!.shard).toBe(child.id);
        expect(o!.seq.padStart(56, '0') > parent.seq.padStart(56, '0')).toBe(true);
      }
      for (const p of placed) {
        expect(await stream.hasRecordAfter(p.shard)).toBe(true);
        expect(await stream.hasRecordAfter(p.shard, p.seq)).toBe(false);
      }
    });

    test('a shard that the stream has never had, or has forgotten, holds no record', async () => {
      expect(await stream.hasRecordAfter('shardId-000000099999')).toBe(false);
    });
  });
};
