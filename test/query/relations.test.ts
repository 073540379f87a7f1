// Any relation over windows, however it is nested: its plan holds together and gives the rows that plain loops give.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Example } from './example.ts';
import { queryFiles } from './example.ts';
import { compile, endsOf, planOf, play } from './given.ts';
import { TABLES } from './printed.ts';
import { type Given, given, relation } from './relations.ts';
import { unsound } from './sound.ts';

const MINUTES = ['2026-03-01T12:00:10.000Z', '2026-03-01T12:01:10.000Z', '2026-03-01T12:02:10.000Z'];

const examples = ({ orders, clicks }: Given): readonly Example[] =>
  [
    ...orders.map(({ k, v, minute }) => ({ table: 'orders', row: { store: k, n: v, ts: MINUTES[minute] } })),
    ...clicks.map(({ k, v, minute }) => ({
      table: 'clicks',
      row: { store: k, page: v === null ? null : 'p'.repeat(v), ts: MINUTES[minute] },
    })),
  ]
    .sort((a, b) => ((a.row.ts ?? '') < (b.row.ts ?? '') ? -1 : 1))
    .map(({ table, row }) => ({ table, row: JSON.stringify(row) }));

it('gives what its operators give one by one', { timeout: 60_000 }, async () => {
  let rows = 0;
  await fc.assert(
    fc.asyncProperty(relation, given, async (r, input) => {
      const plan = planOf(TABLES, `INSERT INTO o SELECT k, 'x', v FROM (${r.sql}) WHERE window_end IS NOT NULL;`);
      expect(unsound(plan)).toEqual([]);
      const played = await play(plan, examples(input));
      expect(played.rejected).toEqual([]);
      const found = endsOf(plan).flatMap((table) => played.rows.get(table) ?? []);
      const wanted = r.rows(input).map(({ k, v }) => JSON.stringify({ a: k, b: 'x', n: v }));
      rows += wanted.length;
      expect([...found].sort()).toEqual([...wanted].sort());
    }),
    { numRuns: 120, seed: 7 },
  );
  expect(rows).toBeGreaterThan(100);
});

it('of every accepted file holds together', () => {
  const plans = queryFiles().flatMap((file) => {
    const { plan, errors } = compile(file.text);
    return errors.length > 0 ? [] : [plan];
  });
  expect(plans.length).toBeGreaterThan(50);
  expect(plans.flatMap(unsound)).toEqual([]);
});
