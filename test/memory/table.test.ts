import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareText } from '../../shared/compare-text.ts';
import { itemBytes, writeUnits } from '../../shared/item-size.ts';
import { memoryTable } from '../../shared/memory/table.ts';

describe('write units', () => {
  test('are counted by the larger of the old and the new item, failed conditions too', async () => {
    const table = memoryTable();
    await table.put({ pk: 'p', sk: 's', text: 'x'.repeat(3_000) });
    expect([table.writes(), table.writeUnits()]).toEqual([1, 3]);
    await table.put({ pk: 'p', sk: 's', text: 'x' });
    expect([table.writes(), table.writeUnits()]).toEqual([2, 6]);
    await table.put({ pk: 'p', sk: 's' }, { kind: 'absent' });
    expect([table.writes(), table.writeUnits()]).toEqual([3, 7]);
    await table.delete({ pk: 'p', sk: 'none' });
    expect([table.writes(), table.writeUnits()]).toEqual([4, 8]);
  });

  test.each([
    [0, 1],
    [1_024, 1],
    [1_025, 2],
    [409_600, 400],
  ])('of %i bytes are %i', (bytes, units) => {
    expect(writeUnits(bytes)).toBe(units);
  });

  test('an item weighs its names and values', () => {
    expect(itemBytes({ pk: 'ab', sk: 'ü', yes: true, bin: new Uint8Array(5), n: -1234 })).toBe(
      4 + 4 + (3 + 1) + (3 + 5) + (1 + 4),
    );
  });
});

test('text compares as its UTF-8 bytes do', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});
