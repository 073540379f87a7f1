// What every Objects must do. Each test writes under a prefix of its own, so that the suite may run on a bucket that is there.
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Objects } from '../../shared/ports.ts';

export const objectsContract = (given: () => Promise<Objects>): void => {
  describe('a bucket', () => {
    let objects: Objects;
    beforeAll(async () => {
      objects = await given();
    });
    const fresh = () => `contract/${randomUUID()}/`;
    const bytes = (text: string) => new Uint8Array(Buffer.from(text));
    const text = (b: Uint8Array | undefined) => b && Buffer.from(b).toString();

    test.each([
      'plain',
      'R/agg/refined/p/shardId-000000000001/000000000007-n1',
      'type=shop.order/dt=2024-05-01/hour=12/a b+c&d.parquet',
      'zürich/東京',
      'äöü#?%20',
    ])('an object comes back byte for byte under the key %s', async (name) => {
      const key = fresh() + name;
      const content = new Uint8Array(70_000).map((_, i) => i * 31);
      await objects.put(key, content, { contentType: 'application/octet-stream' });
      expect(Buffer.from((await objects.get(key))!).equals(Buffer.from(content))).toBe(true);
      expect(await objects.list(key)).toEqual([{ key, size: 70_000 }]);
    });

    test('an object that is not there is undefined, whole and in part', async () => {
      const key = `${fresh()}none`;
      expect(await objects.get(key)).toBeUndefined();
      expect(await objects.getRange(key, 0, 1)).toBeUndefined();
    });

    test('a put replaces, an empty object is one', async () => {
      const key = `${fresh()}o`;
      await objects.put(key, bytes('first'));
      await objects.put(key, bytes(''));
      expect(text(await objects.get(key))).toBe('');
    });

    test.each([
      [0, 3, 'abc'],
      [2, 4, 'cd'],
      [4, 100, 'ef'],
      [3, 3, ''],
      [6, 8, ''],
    ])('the bytes from %i to %i of abcdef are %j', async (start, end, expected) => {
      const key = `${fresh()}range`;
      await objects.put(key, bytes('abcdef'));
      expect(text(await objects.getRange(key, start, end))).toBe(expected);
    });

    test('a put if absent stores once', async () => {
      const key = `${fresh()}once`;
      expect(await objects.putIfAbsent(key, bytes('first'))).toBe(true);
      expect(await objects.putIfAbsent(key, bytes('second'))).toBe(false);
      expect(text(await objects.get(key))).toBe('first');
    });

    test('of sixteen who put if absent, one wins', async () => {
      const key = `${fresh()}race`;
      const won = await Promise.all(
        Array.from({ length: 16 }, (_, i) => objects.putIfAbsent(key, bytes(`writer ${i}`))),
      );
      expect(won.filter(Boolean).length).toBe(1);
      expect(text(await objects.get(key))).toBe(`writer ${won.indexOf(true)}`);
    });

    test('after a delete a put if absent stores again', async () => {
      const key = `${fresh()}again`;
      await objects.putIfAbsent(key, bytes('first'));
      await objects.delete([key]);
      expect(await objects.putIfAbsent(key, bytes('second'))).toBe(true);
    });

    test('a list is in order, and knows prefix, after and limit', async () => {
      const prefix = fresh();
      for (const name of ['b', 'a/2', 'a/1', 'a/10', 'c']) await objects.put(prefix + name, bytes(name));
      const names = async (...args: Parameters<Objects['list']>) =>
        (await objects.list(...args)).map((o) => o.key.slice(prefix.length));
      expect(await names(prefix)).toEqual(['a/1', 'a/10', 'a/2', 'b', 'c']);
      expect(await names(`${prefix}a/`)).toEqual(['a/1', 'a/10', 'a/2']);
      expect(await names(prefix, { after: `${prefix}a/10` })).toEqual(['a/2', 'b', 'c']);
      expect(await names(prefix, { limit: 2 })).toEqual(['a/1', 'a/10']);
      expect(await names(`${prefix}x`)).toEqual([]);
    });

    test('a list passes over pages of 1,000, a delete too', async () => {
      const prefix = fresh();
      const keys = Array.from({ length: 1_003 }, (_, i) => `${prefix}${String(i).padStart(4, '0')}`);
      for (let i = 0; i < keys.length; i += 50)
        await Promise.all(keys.slice(i, i + 50).map((k) => objects.put(k, bytes('x'))));
      expect((await objects.list(prefix)).map((o) => o.key)).toEqual(keys);
      await objects.delete(keys);
      expect(await objects.list(prefix)).toEqual([]);
    });

    test('deleting nothing, and what is not there, is no complaint', async () => {
      await objects.delete([]);
      await objects.delete([`${fresh()}none`]);
    });
  });
};
