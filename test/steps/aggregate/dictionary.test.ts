// Values that come again from batch to batch are kept in mind, as long as they take little room.
import { expect, test } from 'vitest';
import type { Column } from '../../../shared/query/plan.ts';
import { CodedColumn } from '../../../shared/steps/aggregate/columns/column.ts';
import { KeySpace } from '../../../shared/steps/aggregate/columns/key-space.ts';

const MB = 1024 * 1024;
const STORE: Column = { name: 'store', type: { kind: 'STRING' }, from: { kind: 'data', path: ['store'] } };
const longText = (i: number): string => `${i}${'x'.repeat(MB)}`;
const short = (i: number): string => `store ${i}`;

test.each([
  ['a thousand short ones', short, 1_000, false],
  ['seventeen thousand short ones', short, 17_000, true],
  ['three of a megabyte', longText, 3, false],
  ['five of a megabyte', longText, 5, true],
])('a column forgets its values when they are too many or too long: %s', (_, text, n, isFull) => {
  const column = new CodedColumn(STORE);
  for (let i = 0; i < n; i++) column.pushJson(i, text(i));
  const { dictionary } = column;
  expect(dictionary.isFull).toBe(isFull);
  dictionary.clear();
  expect(dictionary.isFull).toBe(false);
  column.pushJson(0, text(7));
  expect([column.valueAt(0), dictionary.values.length]).toEqual([text(7), 2]);
});

test('keys are forgotten when their texts are too long, and are the same again', () => {
  const [a, b] = [new CodedColumn(STORE), new CodedColumn(STORE)];
  const keys = new KeySpace([a, b], [STORE.type, STORE.type]);
  // Three long values in all, nine long keys.
  for (let row = 0; row < 9; row++) {
    a.pushJson(row, longText(row % 3));
    b.pushJson(row, short(Math.floor(row / 3)));
  }
  const before = Array.from({ length: 9 }, (_, row) => Buffer.from(keys.jsonOf(keys.keyOf(row))));
  expect(keys.size).toBe(10);
  keys.begin();
  expect(keys.size).toBe(1);
  expect([a.dictionary.isFull, b.dictionary.isFull]).toEqual([false, false]);
  const after = Array.from({ length: 9 }, (_, row) => Buffer.from(keys.jsonOf(keys.keyOf(row))));
  expect(after.every((text, i) => text.equals(before[i] as Buffer))).toBe(true);
});
