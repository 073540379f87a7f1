// Flink's rules of types: how they print, which are alike, and what arithmetic on them gives.
// Rules of DECIMAL: Flink's LogicalTypeMerging; precision at most 38, scale cut to no less than 6 when it does not fit.
import type { SqlType } from './types.ts';

export const BOOLEAN: SqlType = { kind: 'BOOLEAN' };
export const INT: SqlType = { kind: 'INT' };
export const BIGINT: SqlType = { kind: 'BIGINT' };
export const DOUBLE: SqlType = { kind: 'DOUBLE' };
export const STRING: SqlType = { kind: 'STRING' };
export const TIMESTAMP: SqlType = { kind: 'TIMESTAMP' };
export const TIMESTAMP_LTZ: SqlType = { kind: 'TIMESTAMP_LTZ' };
export const DATE: SqlType = { kind: 'DATE' };
export const INTERVAL: SqlType = { kind: 'INTERVAL' };
export const MAX_PRECISION = 38;

export type DecimalType = Extract<SqlType, { kind: 'DECIMAL' }>;
export const decimal = (precision: number, scale: number): DecimalType => ({ kind: 'DECIMAL', precision, scale });

/** As Flink prints it: `DECIMAL(10, 2)`, `TIMESTAMP(3)`, `ROW<a INT>`. */
export const typeText = (type: SqlType): string => {
  switch (type.kind) {
    case 'DECIMAL':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return `${type.kind}(3)`;
    case 'ROW':
      return `ROW<${type.fields.map((f) => `${f.name} ${typeText(f.type)}`).join(', ')}>`;
    case 'ARRAY':
      return `ARRAY<${typeText(type.element)}>`;
    case 'MAP':
      return `MAP<${typeText(type.key)}, ${typeText(type.value)}>`;
    default:
      return type.kind;
  }
};

export const sameType = (a: SqlType, b: SqlType): boolean => typeText(a) === typeText(b);

export const isNumeric = (type: SqlType): boolean =>
  type.kind === 'INT' || type.kind === 'BIGINT' || type.kind === 'DOUBLE' || type.kind === 'DECIMAL';
export const isExact = (type: SqlType): boolean => isNumeric(type) && type.kind !== 'DOUBLE';
export const isInstant = (type: SqlType): boolean => type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ';
export const isNested = (type: SqlType): boolean => type.kind === 'ROW' || type.kind === 'ARRAY' || type.kind === 'MAP';

/** An exact type as DECIMAL: INT has 10 digits, BIGINT 19. */
export const asDecimal = (type: SqlType): DecimalType =>
  type.kind === 'DECIMAL' ? type : type.kind === 'INT' ? decimal(10, 0) : decimal(19, 0);

/** Cuts the scale, to no less than 6, when the precision is beyond 38. */
const bounded = (precision: number, scale: number): DecimalType => {
  if (precision <= MAX_PRECISION) return decimal(precision, scale);
  const digits = precision - scale;
  return decimal(MAX_PRECISION, Math.max(MAX_PRECISION - digits, Math.min(scale, 6)));
};

const DECIMAL_RULES: Readonly<Record<string, (a: DecimalType, b: DecimalType) => DecimalType>> = {
  '+': (a, b) => {
    const scale = Math.max(a.scale, b.scale);
    return bounded(Math.max(a.precision - a.scale, b.precision - b.scale) + scale + 1, scale);
  },
  '*': (a, b) => bounded(a.precision + b.precision + 1, a.scale + b.scale),
  '/': (a, b) => {
    const scale = Math.max(6, a.scale + b.precision + 1);
    return bounded(a.precision - a.scale + b.scale + scale, scale);
  },
  '%': (a, b) => {
    const scale = Math.max(a.scale, b.scale);
    return bounded(Math.min(a.precision - a.scale, b.precision - b.scale) + scale, scale);
  },
};

/** The type of `a op b`, for + - * / %; null when either is no number, or no exact one for %. */
export const arithmeticType = (op: string, a: SqlType, b: SqlType): SqlType | null => {
  if (!isNumeric(a) || !isNumeric(b) || (op === '%' && !(isExact(a) && isExact(b)))) return null;
  if (a.kind === 'DOUBLE' || b.kind === 'DOUBLE') return DOUBLE;
  if (a.kind === 'DECIMAL' || b.kind === 'DECIMAL')
    return DECIMAL_RULES[op === '-' ? '+' : op]?.(asDecimal(a), asDecimal(b)) ?? null;
  if (op === '%') return b; // as Flink: the remainder has the divisor's type
  return a.kind === 'BIGINT' || b.kind === 'BIGINT' ? BIGINT : INT;
};

/** The one type that both go into without an explicit CAST, as in CASE, COALESCE and comparisons; null when there is none. */
export const commonType = (a: SqlType, b: SqlType): SqlType | null => {
  if (sameType(a, b)) return a;
  if (isNumeric(a) && isNumeric(b)) {
    if (a.kind === 'DOUBLE' || b.kind === 'DOUBLE') return DOUBLE;
    if (a.kind !== 'DECIMAL' && b.kind !== 'DECIMAL') return BIGINT;
    const [x, y] = [asDecimal(a), asDecimal(b)];
    const scale = Math.max(x.scale, y.scale);
    return decimal(Math.min(MAX_PRECISION, Math.max(x.precision - x.scale, y.precision - y.scale) + scale), scale);
  }
  return null;
};

/** Whether INSERT INTO casts by itself. Flink's LogicalTypeCasts, implicit part. */
export const castsImplicitly = (from: SqlType, to: SqlType): boolean => {
  if (sameType(from, to)) return true;
  switch (to.kind) {
    case 'BIGINT':
      return from.kind === 'INT';
    case 'DOUBLE':
    case 'DECIMAL':
      return isNumeric(from);
    case 'DATE':
      return from.kind === 'TIMESTAMP';
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return isInstant(from);
    case 'ARRAY':
      return from.kind === 'ARRAY' && castsImplicitly(from.element, to.element);
    case 'MAP':
      return from.kind === 'MAP' && castsImplicitly(from.key, to.key) && castsImplicitly(from.value, to.value);
    case 'ROW':
      return (
        from.kind === 'ROW' &&
        from.fields.length === to.fields.length &&
        from.fields.every((f, i) => castsImplicitly(f.type, to.fields[i]?.type ?? f.type))
      );
    default:
      return false;
  }
};

const SCALARS = new Set([
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

/** Whether CAST and TRY_CAST take it. Flink has no cast between numbers and times. */
export const castsExplicitly = (from: SqlType, to: SqlType): boolean => {
  if (castsImplicitly(from, to)) return true;
  if (!SCALARS.has(from.kind) || !SCALARS.has(to.kind)) return false;
  if (from.kind === 'STRING' || to.kind === 'STRING') return true;
  const time = (t: SqlType): boolean => isInstant(t) || t.kind === 'DATE';
  if (time(from) || time(to)) return time(from) && time(to);
  return true; // numbers and BOOLEAN among themselves
};

export const sumType = (type: SqlType): SqlType =>
  type.kind === 'DECIMAL' ? decimal(MAX_PRECISION, type.scale) : type;
export const averageType = (type: SqlType): SqlType =>
  type.kind === 'DECIMAL' ? decimal(MAX_PRECISION, Math.max(6, type.scale)) : type;
