import { describe, expect, test } from 'vitest';
import { alerts } from '../../shared/destinations/alerts.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import { sinkRow } from '../ports/destination.contract.ts';
import { memoryDestination } from '../steps/sink/given.ts';

const given = () => {
  const m = memoryDestination();
  const table = memoryTable();
  const destination = alerts({ table, run: '1', destination: m.destination });
  const tell = async (...revisions: readonly (readonly [k: string, n: number, breach: boolean])[]) => {
    for (const [k, n, breach] of revisions) {
      const row = sinkRow('hot', k, n, breach ? {} : { row: null });
      const [outcome] = await destination.write([row]).catch(() => [{ kind: 'failed' as const }]);
      if (outcome?.kind !== 'stored') await destination.write([row]);
    }
  };
  const sent = () =>
    m.messages.map((r) => `${JSON.parse(r.key)[0]} ${r.row === null ? 'ends' : 'breaches'} ${Number(r.version)}`);
  return { ...m, table, tell, sent };
};

describe('an alert', () => {
  test('is sent at the first breach and at its end, not in between', async () => {
    const g = given();
    await g.tell(['a', 1, true], ['a', 2, true], ['a', 3, true], ['a', 4, false], ['a', 5, false], ['a', 6, true]);
    expect(g.sent()).toEqual(['a breaches 1', 'a ends 4', 'a breaches 6']);
  });
  test('is each key’s own', async () => {
    const g = given();
    await g.tell(['a', 1, true], ['b', 2, true], ['a', 3, false], ['b', 4, true]);
    expect(g.sent()).toEqual(['a breaches 1', 'b breaches 2', 'a ends 3']);
  });
  test('of a key that never breached its end is no news', async () => {
    const g = given();
    await g.tell(['a', 1, false], ['a', 2, false]);
    expect(g.sent()).toEqual([]);
  });
  test('a replay of all rows raises no storm', async () => {
    const g = given();
    const history = [
      ['a', 1, true],
      ['a', 2, false],
      ['a', 3, true],
    ] as const;
    await g.tell(...history);
    await g.tell(...history);
    expect(g.sent()).toEqual(['a breaches 1', 'a ends 2', 'a breaches 3']);
  });
  test('that could not be sent is sent later; one whose answer was lost comes again with the same revision', async () => {
    const g = given();
    g.fail('throttled');
    await g.tell(['a', 1, true]);
    g.fail('lost');
    await g.tell(['a', 2, false]);
    expect(g.sent()).toEqual(['a breaches 1', 'a ends 2', 'a ends 2']);
  });
});
