// One query of each kind, over orders (store, total, ts) and payments (store, paid, ts).
import type { Expr, JoinSide, KeyedFold, Plan, Query, Side, TablePlan } from '../../shared/query/plan.ts';
import type { SqlType } from '../../shared/query/types.ts';

export const STRING: SqlType = { kind: 'STRING' };
export const BIGINT: SqlType = { kind: 'BIGINT' };
const TIMESTAMP: SqlType = { kind: 'TIMESTAMP' };
const BOOLEAN: SqlType = { kind: 'BOOLEAN' };
const slot = (n: number, type: SqlType): Expr => ({ kind: 'slot', slot: n, type });
const call = (fn: string, ...args: Expr[]): Expr => ({ kind: 'call', fn, args, type: BOOLEAN });

const at = { file: 'queries/q.sql', line: 1, col: 1 };
const side = (table: string, amount: string): Side => ({
  input: { stream: 'enriched', table, types: [`${table}.v1`], reads: [] },
  columns: [
    { name: 'store', type: STRING, from: { kind: 'data', path: ['store'] } },
    { name: amount, type: BIGINT, from: { kind: 'data', path: [amount] } },
    { name: 'ts', type: TIMESTAMP, from: { kind: 'event-time' } },
  ],
  where: null,
});
const store = slot(0, STRING);
const amount = slot(1, BIGINT);
const orders: Side = {
  ...side('orders', 'total'),
  where: call('>', amount, { kind: 'literal', value: '0', type: BIGINT }),
};
const payments = side('payments', 'paid');

const sum: KeyedFold = {
  ...orders,
  keys: [store],
  keep: { kind: 'aggregates', aggregates: [{ fn: 'SUM', distinct: false, arg: amount, filter: null, type: BIGINT }] },
};
const rows: KeyedFold = { ...payments, keys: [store], keep: { kind: 'rows', row: [store, amount], best: null } };
const best = { order: [{ expr: slot(1, BIGINT), descending: true, nullsFirst: false }], limit: 3, latestFirst: false };
const top: KeyedFold = { ...payments, keys: [store], keep: { kind: 'rows', row: [store, amount], best } };
const joinSide = (of: Side): JoinSide => ({ ...of, keys: [store], row: [store, amount] });
const base = (name: string) => ({ id: `${name}-1`, name, at, into: 'out' });
const select = [store, amount];

export const QUERIES: Readonly<Record<string, Query>> = {
  stateless: {
    ...base('stateless'),
    kind: 'stateless',
    ...orders,
    lookups: [
      { table: 'stores', keyColumn: 'id', key: store, columns: [{ name: 'region', type: STRING }], required: true },
    ],
    unnest: {
      array: slot(3, { kind: 'ARRAY', element: STRING }),
      columns: [{ name: 'tag', type: STRING }],
      ordinality: true,
      keepsEmpty: false,
    },
    select,
  },
  composed: {
    ...base('composed'),
    kind: 'composed',
    delay: 5_000,
    window: { kind: 'tumble', size: 60_000 },
    folds: [sum, rows],
    rel: {
      kind: 'project',
      of: {
        kind: 'rank',
        of: {
          kind: 'join',
          type: 'left',
          left: { kind: 'fold', fold: 0 },
          right: { kind: 'fold', fold: 1 },
          leftKeys: [store],
          rightKeys: [store],
          on: null,
          widths: [5, 6],
        },
        partition: [],
        order: best.order,
        latestFirst: false,
        from: 1,
        to: 3,
      },
      select: [store, slot(4, BIGINT)],
    },
  },
  interval: {
    ...base('interval'),
    kind: 'interval',
    delay: 5_000,
    left: joinSide(orders),
    right: joinSide(payments),
    low: -60_000,
    high: 0,
    on: null,
    select,
  },
  running: {
    ...base('running'),
    kind: 'running',
    delay: 5_000,
    fold: top,
    ttl: 86_400_000,
    emit: 'updates',
    having: null,
    select: [store, slot(3, BIGINT)],
  },
};

const out: TablePlan = {
  name: 'out',
  at,
  columns: [
    { name: 'store', type: STRING },
    { name: 'amount', type: BIGINT },
  ],
  watermark: null,
  primaryKey: ['store'],
  connector: 'dynamodb',
  types: [],
  ahead: 0,
  lateness: 0,
  options: {},
};
export const PLAN: Plan = { version: 2, tables: [out], queries: Object.values(QUERIES), functions: [] };
