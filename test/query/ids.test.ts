// The ids of the sample's queries. An id names a query's state: one that changes leaves its open windows behind, so it may change
// only when the query itself does, never because the compiler was rewritten.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileSql } from '../../shared/query/compile.ts';

const ROOM = new URL('../../pipeline/', import.meta.url);
const fileOf = (path: string) => ({ path, text: readFileSync(new URL(path, ROOM), 'utf8') });

it('keeps the ids of the sample pipeline', () => {
  const files = ['tables.sql', ...readdirSync(new URL('queries', ROOM)).map((name) => `queries/${name}`)].map(fileOf);
  const { plan, errors } = compileSql(files, { types: ['order.v1', 'page_view.v1', 'payment.v1'] });
  expect(errors).toEqual([]);
  expect(plan.queries.map((q) => q.id).sort()).toEqual([
    'large_orders-705e640e',
    'orders_per_hour-3e1262ca',
    'orders_per_minute-73907b8d',
    'payment_alerts-feca1811',
    'popular_pages-19030734',
    'revenue_last_10_minutes-70cfc6d9',
    'visits-b958d32c',
  ]);
});
