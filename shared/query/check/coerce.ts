// Casts: those written, those that operators imply, and those that INSERT INTO makes by itself.
import type { Span } from '../ast.ts';
import type { Expr } from '../plan.ts';
import type { Problems } from '../problem.ts';
import { castsExplicitly, castsImplicitly, commonType, sameType, typeText } from '../type-rules.ts';
import type { SqlType } from '../types.ts';
import { isNull, literal } from './literals.ts';
import { call } from './scope.ts';

/** An integer constant in a wider type, where nothing can be lost; undefined for everything else. */
const widened = (e: Expr, type: SqlType): Expr | undefined => {
  if (e.kind !== 'literal' || e.type.kind !== 'INT') return undefined;
  if (type.kind === 'BIGINT') return literal(String(e.value), type);
  return type.kind === 'DOUBLE' ? literal(e.value, type) : undefined;
};

/** A cast that is known to be allowed; NULL takes any type. */
export const castTo = (e: Expr, type: SqlType): Expr => {
  if (sameType(e.type, type)) return e;
  return isNull(e) ? literal(null, type) : (widened(e, type) ?? call('CAST', [e], type));
};

/** Reports a NULL where Flink needs its type. */
export const refuseNull = (at: Span, e: Expr, problems: Problems): boolean => {
  if (isNull(e))
    problems.add(at, 'NULL has no type of its own here, for Flink either; write CAST(NULL AS STRING) or another type');
  return isNull(e);
};

/** The type that all of them go into, NULLs aside; null when there is none. All NULL: the first one's. */
export const commonOf = (all: readonly Expr[]): SqlType | null => {
  const typed = all.filter((e) => !isNull(e));
  const [first, ...rest] = typed.length > 0 ? typed : all;
  let type: SqlType | null = first?.type ?? null;
  for (const e of rest) type = type && (typed.length > 0 ? commonType(type, e.type) : type);
  return type;
};

export const writtenCast = (at: Span, e: Expr, type: SqlType, safe: boolean, problems: Problems): Expr | null => {
  const name = safe ? 'TRY_CAST' : 'CAST';
  if (isNull(e) || castsExplicitly(e.type, type)) return call(name, [isNull(e) ? literal(null, type) : e], type);
  problems.add(at, `${name}: no cast from ${typeText(e.type)} to ${typeText(type)}`);
  return null;
};

/** For a column of a destination, where Flink casts only what cannot lose its meaning. */
export const storeAs = (at: Span, e: Expr, column: string, type: SqlType, problems: Problems): Expr | null => {
  if (refuseNull(at, e, problems)) return null;
  if (castsImplicitly(e.type, type)) return castTo(e, type);
  const way = castsExplicitly(e.type, type) ? `; write CAST(… AS ${typeText(type)})` : '';
  problems.add(at, `INSERT INTO: column "${column}" is ${typeText(type)}, the query gives ${typeText(e.type)}${way}`);
  return null;
};
