// What queries written by hand are made of.
import type { Column, Expr, KeyedFold, Order, TablePlan } from '../../../shared/query/plan.ts';
import type { SqlType } from '../../../shared/query/types.ts';

export const STRING: SqlType = { kind: 'STRING' };
export const BIGINT: SqlType = { kind: 'BIGINT' };
export const BOOLEAN: SqlType = { kind: 'BOOLEAN' };
export const TIME: SqlType = { kind: 'TIMESTAMP' };
export const HERE = { file: 'by-hand.sql', line: 1, col: 1 };
export const TEN = 10_000;

export const slot = (n: number, type: SqlType): Expr => ({ kind: 'slot', slot: n, type });
export const literal = (value: number, type: SqlType): Expr => ({ kind: 'literal', value: String(value), type });
export const compare = (fn: '<' | '>=', left: Expr, right: Expr): Expr => ({
  kind: 'call',
  fn,
  args: [left, right],
  type: BOOLEAN,
});
export const data = (name: string, type: SqlType): Column => ({ name, type, from: { kind: 'data', path: [name] } });
export const time: Column = { name: 't', type: TIME, from: { kind: 'event-time' } };

/** Of a click: k, n, v, i, t. */
export const [K, N, V, I] = [slot(0, STRING), slot(1, BIGINT), slot(2, BIGINT), slot(3, STRING)];
export const clicks = (where: Expr | null) => ({
  input: { stream: 'enriched', table: 'clicks', types: ['click.v1'], reads: [] } as const,
  columns: [data('k', STRING), data('n', BIGINT), data('v', BIGINT), data('i', STRING), time],
  where,
});
export const rowsOf = (where: Expr | null, ...row: readonly Expr[]): KeyedFold => ({
  ...clicks(where),
  keys: [K],
  keep: { kind: 'rows', row, best: null },
});
export const common = (name: string) => ({ id: `${name}-0`, name, at: HERE, into: name });
export const topic = (
  name: string,
  columns: TablePlan['columns'],
  watermark: TablePlan['watermark'] = null,
): TablePlan => ({
  name,
  at: HERE,
  columns,
  watermark,
  primaryKey: [],
  connector: 'kinesis',
  types: [],
  ahead: 300_000,
  lateness: 0,
  options: {},
});
export const greatest = (expr: Expr): Order => ({ expr, descending: true, nullsFirst: false });
export const least = (expr: Expr): Order => ({ expr, descending: false, nullsFirst: true });
