import { expect, test } from 'vitest';
import { mustBeAtHome } from '../../local/stage/at-home.ts';
import { StageError } from '../../local/stage/stage-here.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import { homeItem } from '../../shared/steps/home.ts';

test('a command that changes a stage refuses a table that is a copy, and leaves it as it is', async () => {
  const copy = memoryTable('copy');
  await copy.putMany([homeItem('1', { table: 'ledger', epoch: 0, fences: [] })]);
  const before = copy.items();
  const asked = mustBeAtHome({ ledger: copy, run: '1' });
  await expect(asked).rejects.toBeInstanceOf(StageError);
  await expect(asked).rejects.toThrow('copy holds a copy of the state of ledger: run millrace restore');
  expect(copy.items()).toEqual(before);
  await expect(mustBeAtHome({ ledger: memoryTable('ledger'), run: '1' })).resolves.toBeUndefined();
});
