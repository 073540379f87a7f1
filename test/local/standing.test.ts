import { expect, test } from 'vitest';
import type { PlaceHere } from '../../local/destinations/here/start.ts';
import { standingIn } from '../../local/start/standing.ts';

const place = (count: () => Promise<number>, row: object = { store: 'oslo', orders: 3n }): PlaceHere =>
  ({
    table: { name: 'hourly' },
    where: 'PostgreSQL at db',
    count,
    rows: async () => [{ key: 'k', version: '1', row }],
  }) as unknown as PlaceHere;

test('what stands is shown as text, whole numbers of any size too', async () => {
  const row = { store: null, orders: 9007199254740993n, of: { n: 9007199254740993n } };
  expect(
    await standingIn(
      place(async () => 7, row),
      undefined,
    ),
  ).toEqual({
    name: 'hourly',
    where: 'PostgreSQL at db',
    count: 7,
    rows: [{ store: '', orders: '9007199254740993', of: '{"n":9007199254740993}' }],
  });
});

test('one that does not answer is shown as it was, with the reason', async () => {
  const before = await standingIn(
    place(async () => 7),
    undefined,
  );
  const down = place(() => Promise.reject(new Error('connection refused')));
  expect(await standingIn(down, before)).toEqual({ ...before, trouble: 'connection refused' });
  expect(await standingIn(down, undefined)).toMatchObject({ count: 0, rows: [], trouble: 'connection refused' });
});
