import { expect, test } from 'vitest';
import { keyText, loadReference, referenceLookup } from '../../shared/enrich/reference.ts';
import { manualClock } from '../../shared/memory/clock.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import { minutes } from '../../shared/time.ts';

const COLUMNS = ['sku', 'name', 'pk'];

const given = async () => {
  const memory = memoryTable('reference');
  const asked: string[][] = [];
  const table = {
    ...memory,
    getMany: (keys: Parameters<typeof memory.getMany>[0]) => {
      asked.push(keys.map((k) => k.pk));
      return memory.getMany(keys);
    },
  };
  const clock = manualClock();
  await loadReference(table, 'products', COLUMNS, [
    ['mug-01', 'Mug', 'x'],
    ['pen-01', 'Pen', ''],
  ]);
  return { table, clock, asked, rows: referenceLookup({ table, clock, columns: { products: COLUMNS } }) };
};

test('rows have the columns of the file, in their order, whatever a column is called', async () => {
  const { rows } = await given();
  const found = await rows.find('products', ['mug-01', 'pen-01', 'gone'], minutes(1));
  expect(JSON.stringify([...found])).toBe(
    '[["mug-01",{"sku":"mug-01","name":"Mug","pk":"x"}],["pen-01",{"sku":"pen-01","name":"Pen","pk":""}],["gone",null]]',
  );
});

test('each key is asked once until its time is over, missing ones too', async () => {
  const { rows, table, clock, asked } = await given();
  const ask = async () => [...(await rows.find('products', ['mug-01', 'mug-01', 'gone'], minutes(1))).values()];
  await ask();
  clock.advance(minutes(1) - 1);
  await ask();
  expect(asked).toEqual([['products#mug-01', 'products#gone']]);
  await loadReference(table, 'products', COLUMNS, [['gone', 'Came', '']]);
  expect((await ask())[1]).toBeNull();
  clock.advance(1);
  expect((await ask())[1]).toMatchObject({ name: 'Came' });
  expect(asked).toHaveLength(2);
});

test('more keys than one read takes', async () => {
  const { rows, table, asked } = await given();
  const keys = Array.from({ length: 250 }, (_, i) => `k${i}`);
  await loadReference(
    table,
    'products',
    COLUMNS,
    keys.map((k) => [k, k.toUpperCase(), '']),
  );
  const found = await rows.find('products', keys, minutes(1));
  expect(keys.every((k) => (found.get(k) as { name: string }).name === k.toUpperCase())).toBe(true);
  expect(asked.map((a) => a.length)).toEqual([100, 100, 50]);
});

test('a table that does not answer is a fault, and nothing is remembered of it', async () => {
  const { table, clock } = await given();
  let down = true;
  const shaky = {
    ...table,
    getMany: (keys: Parameters<typeof table.getMany>[0]) =>
      down ? Promise.reject(new Error('down')) : table.getMany(keys),
  };
  const rows = referenceLookup({ table: shaky, clock, columns: { products: COLUMNS } });
  await expect(rows.find('products', ['mug-01'], minutes(1))).rejects.toThrow('down');
  down = false;
  expect((await rows.find('products', ['mug-01'], minutes(1))).get('mug-01')).toMatchObject({ name: 'Mug' });
});

test('a key that the table would refuse is never asked for, and cannot be loaded', async () => {
  const { rows, table, asked } = await given();
  const long = 'ü'.repeat(600);
  expect([...(await rows.find('products', [long, '\ud800'], minutes(1))).values()]).toEqual([null, null]);
  expect(asked.flat()).toEqual([]);
  await expect(loadReference(table, 'products', COLUMNS, [[long, '', '']])).rejects.toThrow(/products: the key üü/);
});

test('keys are compared as a CSV writes them', () => {
  expect(['a', 7, 7n, true, null, undefined, [], {}].map((v) => keyText(v as never))).toEqual([
    'a',
    '7',
    '7',
    'true',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
