// The features table of docs/lake.md: for each label what was known before it, held against a look at every row.
import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const PAGE = readFileSync(new URL('../../docs/lake.md', import.meta.url), 'utf8');
const SQL = /```sql\n(-- For each order[^`]+)```/.exec(PAGE)?.[1] ?? '';

type Order = { readonly visitor: string; readonly at: number };
type Visit = Order & { readonly pages: number };
const visitor = fc.constantFrom('ada', 'bob', 'cleo');
const at = fc.integer({ min: 0, max: 20 });
const instant = (minute: number): string => `TIMESTAMP '2026-01-05 09:${String(minute).padStart(2, '0')}:00'`;

/** Two visits of a visitor cannot end at the same time: sessions do not overlap. */
const visits = fc.uniqueArray(fc.record({ visitor, at, pages: fc.nat(99) }), {
  selector: (v) => `${v.visitor}${v.at}`,
});

const expected = (orders: readonly Order[], all: readonly Visit[]) =>
  orders.map((o, i) => {
    const known = all.filter((v) => v.visitor === o.visitor && v.at <= o.at);
    const newest = known.reduce<Visit | undefined>((a, b) => (a === undefined || b.at > a.at ? b : a), undefined);
    return [i, newest?.pages ?? null];
  });

test('each label sees the newest values known before it, and none that came later', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ visitor, at }), { minLength: 1 }), visits, async (orders, all) => {
        await connection.run('CREATE OR REPLACE TABLE order_events (order_id INT, visitor TEXT, ordered_at TIMESTAMP)');
        await connection.run('CREATE OR REPLACE TABLE visits (visitor TEXT, window_end TIMESTAMP, pages INT)');
        await connection.run(
          `INSERT INTO order_events VALUES ${orders.map((o, i) => `(${i}, '${o.visitor}', ${instant(o.at)})`).join(', ')}`,
        );
        if (all.length > 0)
          await connection.run(
            `INSERT INTO visits VALUES ${all.map((v) => `('${v.visitor}', ${instant(v.at)}, ${v.pages})`).join(', ')}`,
          );
        const rows = (await connection.runAndReadAll(SQL)).getRows();
        expect(rows.map((row) => [row[0], row[3]])).toEqual(expected(orders, all));
      }),
      { numRuns: 60 },
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
});
