// What every Table must do. Each test writes under a pk of its own, so that the suite may run on a table that is there.
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Condition, Item, Table } from '../../shared/ports.ts';

export type TableLimits = {
  /** Whether conditions compare text by UTF-8 bytes, as DynamoDB does; dynalite 4.0.0 compares UTF-16 units. */
  readonly comparesUtf8: boolean;
};

export const tableContract = (given: () => Promise<Table>, { comparesUtf8 }: TableLimits): void => {
  describe('a table', () => {
    let table: Table;
    beforeAll(async () => {
      table = await given();
    });
    const fresh = () => `contract-${randomUUID()}`;
    const bySk = (items: readonly Item[]) => items.map((i) => i.sk);

    test('an item comes back with its values and their types', async () => {
      const item = {
        pk: fresh(),
        sk: 's',
        text: 'Zürich 東京 𝄞',
        empty: '',
        whole: 12,
        negative: -0.25,
        large: 9_007_199_254_740_991,
        tiny: 1e-7,
        yes: true,
        no: false,
        bytes: new Uint8Array([0, 1, 254, 255]),
      };
      expect(await table.put(item)).toEqual({ ok: true });
      const found = await table.get({ pk: item.pk, sk: 's' });
      expect({ ...found, bytes: [...(found!.bytes as Uint8Array)] }).toEqual({ ...item, bytes: [...item.bytes] });
    });

    test('an item that is not there is undefined', async () => {
      expect(await table.get({ pk: fresh(), sk: 's' })).toBeUndefined();
    });

    test('a put replaces the whole item', async () => {
      const pk = fresh();
      await table.put({ pk, sk: 's', a: 1, b: 2 });
      await table.put({ pk, sk: 's', a: 3 });
      expect(await table.get({ pk, sk: 's' })).toEqual({ pk, sk: 's', a: 3 });
    });

    test('an update sets its fields, keeps the others, and makes an item where there is none', async () => {
      const pk = fresh();
      expect(await table.update({ pk, sk: 's' }, { a: 1, size: 2 })).toEqual({ ok: true });
      expect(await table.update({ pk, sk: 's' }, { size: 'large' })).toEqual({ ok: true });
      expect(await table.get({ pk, sk: 's' })).toEqual({ pk, sk: 's', a: 1, size: 'large' });
    });

    test('an update that sets nothing makes an item of its key', async () => {
      const pk = fresh();
      expect(await table.update({ pk, sk: 's' }, {})).toEqual({ ok: true });
      expect(await table.get({ pk, sk: 's' })).toEqual({ pk, sk: 's' });
    });

    const v = (value: string | number): Condition => ({ kind: 'below', field: 'v', value });
    const is = (value: string | number): Condition => ({ kind: 'equals', field: 'v', value });
    const absent: Condition = { kind: 'absent' };
    const nothing = undefined;
    test.each<[string, Condition, string | number | undefined, boolean]>([
      ['absent, nothing stands there', absent, nothing, true],
      ['absent, an item stands there', absent, 1, false],
      ['below, nothing stands there', v(1), nothing, true],
      ['below, a smaller number', v(2), 1, true],
      ['below, the same number', v(2), 2, false],
      ['below, a greater number', v(2), 3, false],
      ['below, 9 and 10 as numbers', v(10), 9, true],
      ['below, 9 and 10 as text', v('10'), '9', false],
      ['below, a number where text is asked for', v('5'), 1, false],
      ['equals, nothing stands there', is(1), nothing, false],
      ['equals, the same', is('a'), 'a', true],
      ['equals, another', is('a'), 'b', false],
      ['equals, a number where text is asked for', is('1'), 1, false],
    ])('%s', async (_, when, standing, passes) => {
      for (const write of ['put', 'update'] as const) {
        const key = { pk: fresh(), sk: 's' };
        const old = standing === undefined ? undefined : { ...key, v: standing, more: 'kept' };
        if (old) await table.put(old);
        const result =
          write === 'put' ? await table.put({ ...key, v: 'new' }, when) : await table.update(key, { v: 'new' }, when);
        expect(result).toEqual(passes ? { ok: true } : old ? { ok: false, found: old } : { ok: false });
        const now = await table.get(key);
        if (!passes) expect(now).toEqual(old);
        else expect(now).toEqual(write === 'update' && old ? { ...old, v: 'new' } : { ...key, v: 'new' });
      }
    });

    test.skipIf(!comparesUtf8)('below compares text by UTF-8 bytes, where UTF-16 has another order', async () => {
      const key = { pk: fresh(), sk: 's' };
      await table.put({ ...key, v: '\uffee' });
      expect((await table.put({ ...key, v: 'new' }, v('\u{1f600}'))).ok).toBe(true);
      await table.put({ ...key, v: '\u{1f600}' });
      expect((await table.put({ ...key, v: 'new' }, v('\uffee'))).ok).toBe(false);
    });

    test('below holds on an item that lacks the field', async () => {
      const key = { pk: fresh(), sk: 's' };
      await table.put({ ...key, other: 1 });
      expect(await table.update(key, { v: 1 }, v(5))).toEqual({ ok: true });
    });

    test('of sixteen who put under absent, one wins, and the others find what it wrote', async () => {
      const key = { pk: fresh(), sk: 's' };
      const results = await Promise.all(Array.from({ length: 16 }, (_, i) => table.put({ ...key, by: i }, absent)));
      const winner = results.findIndex((r) => r.ok);
      expect(results.filter((r) => r.ok).length).toBe(1);
      for (const [i, r] of results.entries())
        if (i !== winner) expect(r).toEqual({ ok: false, found: { ...key, by: winner } });
    });

    test('a delete removes an item, and removes it again without complaint', async () => {
      const key = { pk: fresh(), sk: 's' };
      await table.put(key);
      await table.delete(key);
      await table.delete(key);
      expect(await table.get(key)).toBeUndefined();
    });

    test('a read of many answers with what is there, once each', async () => {
      const pk = fresh();
      const keys = Array.from({ length: 98 }, (_, i) => ({ pk, sk: `s${i}` }));
      await table.putMany(keys);
      const found = await table.getMany([...keys, keys[0]!, { pk, sk: 'missing' }]);
      expect(bySk(found).sort()).toEqual(keys.map((k) => k.sk).sort());
      expect(await table.getMany([])).toEqual([]);
    });

    test('a read of many takes a hundred keys', async () => {
      const keys = Array.from({ length: 101 }, (_, i) => ({ pk: 'p', sk: `s${i}` }));
      await expect(table.getMany(keys)).rejects.toThrow(RangeError);
    });

    test('a put of many stores all, and the last of those that share a key', async () => {
      const pk = fresh();
      const items = Array.from({ length: 60 }, (_, i) => ({ pk, sk: `s${String(i % 55).padStart(2, '0')}`, i }));
      await table.putMany(items);
      const found = await table.query(pk);
      expect(found.length).toBe(55);
      expect(found[0]).toEqual({ pk, sk: 's00', i: 55 });
      await table.putMany([]);
    });

    describe('a query', () => {
      const pk = fresh();
      beforeAll(async () => {
        await table.putMany(['e#1', 'e#2', 'e#3', 'e#3x', 'floor', 'a', 'é'].map((sk) => ({ pk, sk })));
      });
      test.each<[string, Parameters<Table['query']>[1], readonly string[]]>([
        ['all, in order', {}, ['a', 'e#1', 'e#2', 'e#3', 'e#3x', 'floor', 'é']],
        ['after one that is there', { after: 'e#2' }, ['e#3', 'e#3x', 'floor', 'é']],
        ['after one that is not', { after: 'e#2x' }, ['e#3', 'e#3x', 'floor', 'é']],
        ['with a prefix', { prefix: 'e#' }, ['e#1', 'e#2', 'e#3', 'e#3x']],
        ['with a prefix, after one of them', { prefix: 'e#', after: 'e#2' }, ['e#3', 'e#3x']],
        ['with a prefix, after what sorts before it', { prefix: 'e#', after: 'a' }, ['e#1', 'e#2', 'e#3', 'e#3x']],
        ['with a prefix, after what sorts behind it', { prefix: 'e#', after: 'floor' }, []],
        ['newest first', { prefix: 'e#', newestFirst: true }, ['e#3x', 'e#3', 'e#2', 'e#1']],
        ['the newest one', { prefix: 'e#', newestFirst: true, limit: 1 }, ['e#3x']],
        ['newest first, down to what stands after', { prefix: 'e#', newestFirst: true, after: 'e#2' }, ['e#3x', 'e#3']],
        ['the first two after one', { prefix: 'e#', after: 'e#1', limit: 2 }, ['e#2', 'e#3']],
        ['none of them', { limit: 0 }, []],
      ])('%s', async (_, options, expected) => {
        expect(bySk(await table.query(pk, options))).toEqual(expected);
      });
    });

    test('a query passes over the pages of 1 MB', async () => {
      const pk = fresh();
      const items = Array.from({ length: 6 }, (_, i) => ({ pk, sk: `s${i}`, text: 'x'.repeat(300_000) }));
      for (const item of items) await table.put(item);
      expect(bySk(await table.query(pk))).toEqual(items.map((i) => i.sk));
      expect((await table.getMany(items)).length).toBe(6);
    });

    test.each<[string, Item]>([
      ['an empty sk', { pk: 'p', sk: '' }],
      ['a number that is none', { pk: 'p', sk: 's', n: Number.NaN }],
      ['more than 400 KB', { pk: 'p', sk: 's', text: 'x'.repeat(410_000) }],
    ])('%s is a mistake in planning', async (_, item) => {
      await expect(table.put(item)).rejects.toThrow(RangeError);
    });
  });
};
