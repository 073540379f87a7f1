// Plans written by hand: two inputs with the same columns, and destinations.
import type {
  Aggregate,
  Column,
  Expr,
  Keep,
  KeyedFold,
  Plan,
  Side,
  StatefulQuery,
  TableColumn,
  TablePlan,
} from '../../../shared/query/plan.ts';
import type { SqlType } from '../../../shared/query/types.ts';

export const STRING: SqlType = { kind: 'STRING' };
export const INT: SqlType = { kind: 'INT' };
export const BIGINT: SqlType = { kind: 'BIGINT' };
export const BOOLEAN: SqlType = { kind: 'BOOLEAN' };
export const TIMESTAMP: SqlType = { kind: 'TIMESTAMP' };

export const AT = { file: 'q.sql', line: 1, col: 1 };
export const slot = (n: number, type: SqlType): Expr => ({ kind: 'slot', slot: n, type });
export const literal = (value: null | number | string, type: SqlType): Expr => ({ kind: 'literal', value, type });
export const call = (fn: string, type: SqlType, ...args: readonly Expr[]): Expr => ({ kind: 'call', fn, args, type });
export const test = (fn: string, ...args: readonly Expr[]): Expr => call(fn, BOOLEAN, ...args);

export const COUNT: Aggregate = { fn: 'COUNT', distinct: false, arg: null, filter: null, type: BIGINT };
export const over = (fn: 'SUM' | 'MIN' | 'MAX', arg: Expr): Aggregate => ({
  fn,
  distinct: false,
  arg,
  filter: null,
  type: arg.type,
});

/** Slots of both inputs. */
export const ID = slot(0, STRING);
export const K = slot(1, STRING);
export const V = slot(2, INT);
export const T = slot(3, TIMESTAMP);
const COLUMNS: readonly Column[] = [
  { name: 'id', type: STRING, from: { kind: 'data', path: ['id'] } },
  { name: 'k', type: STRING, from: { kind: 'data', path: ['k'] } },
  { name: 'v', type: INT, from: { kind: 'data', path: ['v'] } },
  { name: 't', type: TIMESTAMP, from: { kind: 'event-time' } },
];
export type InputName = 'a' | 'b';
export const side = (name: InputName, where: Expr | null = null): Side => ({
  input: { stream: 'enriched', table: name, types: [`${name}.v1`], reads: [] },
  columns: COLUMNS,
  where,
});
/** Rows of another query's table. */
export const refinedSide = (table: string, reads: readonly string[], columns: readonly TableColumn[]): Side => ({
  input: { stream: 'refined', table, types: [table], reads },
  columns: columns.map(({ name, type }) => ({
    name,
    type,
    from: name === 't' ? { kind: 'event-time' } : { kind: 'data', path: [name] },
  })),
  where: null,
});
export const keyed = (of: Side, keys: readonly Expr[], keep: Keep): KeyedFold => ({ ...of, keys, keep });
export const aggregates = (...all: readonly Aggregate[]): Keep => ({ kind: 'aggregates', aggregates: all });
export const rows = (...row: readonly Expr[]): Keep => ({ kind: 'rows', row, best: null });

export const base = (name: string, into = 'out') => ({ id: `${name}-0`, name, at: AT, into, delay: 2_000 });

export const destination = (
  name: string,
  columns: readonly TableColumn[],
  primaryKey: readonly string[] = [],
  time?: string,
): TablePlan => ({
  name,
  at: AT,
  columns,
  watermark: time === undefined ? null : { column: time, delay: 0 },
  primaryKey,
  connector: primaryKey.length === 0 ? 'kinesis' : 'dynamodb',
  types: [],
  ahead: 300_000,
  lateness: 0,
  options: {},
});
export const column = (name: string, type: SqlType): TableColumn => ({ name, type });

export const planOf = (queries: readonly StatefulQuery[], ...tables: readonly TablePlan[]): Plan => ({
  version: 2,
  tables,
  queries,
  functions: [],
});
