// Which queries are folded by columns. All others stay on the plain path: nothing here may throw for a row, so what may throw (an integer
// division, a CAST of text, a function of the user's) is folded event by event.
import type { Column, Expr, StatefulQuery } from '../../../query/plan.ts';
import type { SqlType } from '../../../query/types.ts';
import type { SlicedQuery } from '../../operators/window.ts';

const SCALAR: ReadonlySet<SqlType['kind']> = new Set([
  'BOOLEAN',
  'INT',
  'BIGINT',
  'DOUBLE',
  'DECIMAL',
  'STRING',
  'TIMESTAMP',
  'TIMESTAMP_LTZ',
  'DATE',
]);
const NUMBERS: ReadonlySet<SqlType['kind']> = new Set(['BOOLEAN', 'INT', 'BIGINT', 'DOUBLE', 'DECIMAL']);
/** They give a value or NULL, whatever their arguments are. */
const CALM = new Set([
  ...'= <> < <= > >= + - * NEGATE AND OR NOT CASE COALESCE IN'.split(' '),
  'IS NULL',
  'IS NOT NULL',
  'IS TRUE',
  'IS NOT TRUE',
  'IS FALSE',
  'IS NOT FALSE',
  'IS DISTINCT FROM',
  'IS NOT DISTINCT FROM',
]);

/** Whether no row can make it throw. */
export const isCalm = (e: Expr): boolean => {
  if (!SCALAR.has(e.type.kind)) return false;
  if (e.kind !== 'call') return true;
  if (e.fn === 'FIELD') return e.args[0]?.kind === 'slot';
  if (!e.args.every(isCalm)) return false;
  if (CALM.has(e.fn)) return true;
  if (e.fn === '/') return e.type.kind === 'DOUBLE';
  if (e.fn === 'LIKE') return e.args.slice(1).every((a) => a.kind === 'literal');
  return e.fn === 'CAST' && NUMBERS.has(e.type.kind) && NUMBERS.has((e.args[0] as Expr).type.kind);
};

const isCalmOrNone = (e: Expr | null): boolean => e === null || isCalm(e);

/** An attribute, or a field of `data` itself. */
const isField = (c: Column | undefined): boolean =>
  c !== undefined && (c.from.kind === 'attribute' || (c.from.kind === 'data' && c.from.path.length === 1));

/** A window over events of producers, without look-ups and UNNEST, grouped by columns. */
export const fitsColumns = (q: StatefulQuery): q is SlicedQuery =>
  q.kind === 'window' &&
  q.window.kind !== 'session' &&
  q.input.stream === 'enriched' &&
  (q.lookups ?? []).length === 0 &&
  q.unnest === undefined &&
  isCalmOrNone(q.where) &&
  q.keys.every((k) => k.kind === 'slot' && isCalm(k) && isField(q.columns[k.slot])) &&
  q.aggregates.every((a) => isCalmOrNone(a.arg) && isCalmOrNone(a.filter)) &&
  q.columns.every(({ from }) => from.kind !== 'attribute' || from.name !== 'data');
