// A window query of a plan as SQL for DuckDB, written from the plan by itself: windows by arithmetic on the event time, sessions by a running
// sum over gaps, late rows left out by the clock that is stamped on them. Only what has the same meaning in both is written; a query that
// needs more does not fit.
import type { Expr, WindowQuery } from '../../shared/query/plan.ts';
import type { SqlType } from '../../shared/query/types.ts';

export type WindowSql = {
  /** CREATE TABLE for the rows: time, clock, clock_at_most, sure, then the slots that are used. */
  readonly create: string;
  /** Slots in the order of the table's columns behind the first four. */
  readonly slots: readonly { readonly slot: number; readonly type: SqlType }[];
  /**
   * Rows: window start, end, whether it is sure, the keys, then for each aggregate its sum (AVG, SUM), its least or greatest value, or its count,
   * and for AVG the count behind it; all as text.
   */
  readonly select: string;
};

export class DoesNotFit extends Error {}
const never = (what: string): never => {
  throw new DoesNotFit(what);
};

/** How a value stands in DuckDB; instants as milliseconds, dates as days. */
const typeOf = (type: SqlType): string => {
  switch (type.kind) {
    case 'BOOLEAN':
      return 'BOOLEAN';
    case 'INT':
    case 'DATE':
      return 'INTEGER';
    case 'BIGINT':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return 'BIGINT';
    case 'STRING':
      return 'VARCHAR';
    case 'DECIMAL':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    default:
      return never(`${type.kind} in a group or an aggregate`);
  }
};

const INFIX = new Set(['AND', 'OR', '=', '<>', '<', '<=', '>', '>=']);
const TESTS = new Set(['IS NULL', 'IS NOT NULL', 'IS TRUE', 'IS NOT TRUE', 'IS FALSE', 'IS NOT FALSE']);

/** A cast that changes no number. */
const widens = (from: SqlType | undefined, to: SqlType): boolean => {
  if (from?.kind === 'DECIMAL')
    return to.kind === 'DECIMAL' && to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale;
  return (from?.kind === 'INT' || from?.kind === 'BIGINT') && (to.kind === 'BIGINT' || to.kind === 'DECIMAL');
};

const literal = (e: Extract<Expr, { kind: 'literal' }>): string => {
  if (e.value === null) return 'NULL';
  if (typeof e.value === 'string' && e.type.kind === 'STRING') return `'${e.value.replaceAll("'", "''")}'`;
  return `CAST(${typeof e.value === 'string' ? `'${e.value}'` : String(e.value)} AS ${typeOf(e.type)})`;
};

const sqlOf = (e: Expr, used: Map<number, SqlType>): string => {
  if (e.kind === 'literal') return literal(e);
  if (e.kind === 'slot') {
    typeOf(e.type);
    used.set(e.slot, e.type);
    return `c${e.slot}`;
  }
  const args = e.args.map((arg) => sqlOf(arg, used));
  const [a = '', b = ''] = args;
  if (INFIX.has(e.fn) && args.length === 2) return `(${a} ${e.fn} ${b})`;
  if (TESTS.has(e.fn)) return `(${a} ${e.fn})`;
  if (e.fn === 'NOT') return `(NOT ${a})`;
  if (e.fn === 'CAST' && widens(e.args[0]?.type, e.type)) return `CAST(${a} AS ${typeOf(e.type)})`;
  if (e.fn === 'COALESCE') return `COALESCE(${args.join(', ')})`;
  // Integers wrap around with us, and fail in DuckDB: sums of columns hardly ever come so far, and then it says so.
  if ((e.fn === '+' || e.fn === '-') && args.length === 2 && (e.type.kind === 'BIGINT' || e.type.kind === 'INT'))
    return `(${a} ${e.fn} ${b})`;
  return never(`${e.fn} in a group or an aggregate`);
};

/** FROM of rows with their windows, `w_start` and `w_end`. */
const windowed = (q: WindowQuery): string => {
  const { window } = q;
  const down = (n: number) => `(time - (((time % ${n}) + ${n}) % ${n}))`;
  switch (window.kind) {
    case 'tumble':
      return `SELECT *, ${down(window.size)} AS w_start, ${down(window.size)} + ${window.size} AS w_end FROM input`;
    case 'hop': {
      const most = Math.ceil(window.size / window.slide);
      return `SELECT *, ${down(window.slide)} - i * ${window.slide} AS w_start, ${down(window.slide)} - i * ${window.slide} + ${window.size} AS w_end
  FROM input, range(${most}) AS r(i) WHERE ${down(window.slide)} - i * ${window.slide} + ${window.size} > time`;
    }
    case 'cumulate':
      return `SELECT *, ${down(window.size)} AS w_start, ${down(window.size)} + i * ${window.step} AS w_end
  FROM input, range(1, ${window.size / window.step} + 1) AS r(i) WHERE ${down(window.size)} + i * ${window.step} > time`;
    case 'session':
      return never('sessions have no grid');
    default:
      return window satisfies never;
  }
};

const keyNames = (n: number): readonly string[] => Array.from({ length: n }, (_, i) => `k${i}`);

const inTime = (q: WindowQuery): string => {
  const keys = keyNames(q.keys.length);
  if (q.window.kind !== 'session') {
    const late = (clock: string) => `w_end - 1 + ${q.lateness} <= ${clock} - ${q.delay}`;
    return `windowed AS (${windowed(q)}),
members AS (SELECT *, ${late('clock_at_most')} AS doubtful FROM windowed WHERE NOT (${late('clock')}))`;
  }
  const { gap } = q.window;
  const late = (clock: string) => `time <= ${clock} - ${q.delay}`;
  const parts = keys.length === 0 ? '' : `PARTITION BY ${keys.join(', ')} `;
  return `intime AS (SELECT *, ${late('clock_at_most')} AS doubtful FROM input WHERE NOT (${late('clock')})),
begun AS (SELECT *, CASE WHEN time - lag(time) OVER (${parts}ORDER BY time) <= ${gap} THEN 0 ELSE 1 END AS begins FROM intime),
numbered AS (SELECT *, sum(begins) OVER (${parts}ORDER BY time ROWS UNBOUNDED PRECEDING) AS session FROM begun),
members AS (SELECT *, min(time) OVER (${parts ? `${parts}, session` : 'PARTITION BY session'}) AS w_start,
  max(time) OVER (${parts ? `${parts}, session` : 'PARTITION BY session'}) + ${gap} AS w_end FROM numbered)`;
};

/** @throws DoesNotFit saying what is not the same in DuckDB */
export const windowSql = (q: WindowQuery): WindowSql => {
  const used = new Map<number, SqlType>();
  const keys = q.keys.map((k) => sqlOf(k, used));
  const results = q.aggregates.flatMap((a): readonly string[] => {
    if (a.arg?.type.kind === 'DOUBLE' && a.fn !== 'COUNT') return never('DOUBLE: its sums depend on their order');
    const arg = a.arg === null ? '*' : `${a.distinct ? 'DISTINCT ' : ''}${sqlOf(a.arg, used)}`;
    const filter = a.filter === null ? '' : ` FILTER (WHERE ${sqlOf(a.filter, used)})`;
    const of = (fn: string): string => `CAST(${fn}(${arg})${filter} AS VARCHAR)`;
    return a.fn === 'AVG' ? [of('sum'), of('count')] : [of(a.fn.toLowerCase())];
  });
  const where = q.where === null ? null : fitting(q.where, used);
  const slots = [...used].map(([slot, type]) => ({ slot, type }));
  const columns = slots.map(({ slot, type }) => `c${slot} ${type.kind === 'DECIMAL' ? 'VARCHAR' : typeOf(type)}`);
  const typed = slots.map(({ slot, type }) =>
    type.kind === 'DECIMAL' ? `CAST(c${slot} AS ${typeOf(type)}) AS c${slot}` : `c${slot}`,
  );
  const names = keyNames(q.keys.length);
  return {
    slots,
    create: `CREATE OR REPLACE TABLE rows (${['time BIGINT', 'clock BIGINT', 'clock_at_most BIGINT', 'sure BOOLEAN', ...columns].join(', ')})`,
    select: `WITH read AS (SELECT ${['time', 'clock', 'clock_at_most', 'sure', ...typed].join(', ')} FROM rows),
input AS (SELECT *${names.map((n, i) => `, ${keys[i]} AS ${n}`).join('')} FROM read${where === null ? '' : ` WHERE ${where}`}),
${inTime(q)}
SELECT ${[
      'CAST(w_start AS VARCHAR)',
      'CAST(w_end AS VARCHAR)',
      "CASE WHEN bool_and(sure) AND NOT bool_or(doubtful) THEN 'sure' ELSE 'unsure' END",
      ...names.map((n) => `CAST(${n} AS VARCHAR)`),
      ...results,
    ].join(', ')}
FROM members GROUP BY ${['w_start', 'w_end', ...names, ...(q.window.kind === 'session' ? ['session'] : [])].join(', ')}`,
  };
};

/** WHERE once more, where it fits: the rows have passed it already. */
const fitting = (where: Expr, used: Map<number, SqlType>): string | null => {
  const mine = new Map(used);
  try {
    const sql = sqlOf(where, mine);
    for (const [slot, type] of mine) used.set(slot, type);
    return sql;
  } catch (error) {
    if (error instanceof DoesNotFit) return null;
    throw error;
  }
};
