// Expressions as text, with names for their slots.
import { dateText, timestampText } from '../instants.ts';
import type { Aggregate, Expr, Order } from '../plan.ts';
import { typeText } from '../type-rules.ts';
import { showDuration } from './duration.ts';

const INFIX = new Set(['AND', 'OR', '=', '<>', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', '||', 'LIKE']);

const showLiteral = (e: Extract<Expr, { kind: 'literal' }>): string => {
  if (e.value === null) return 'NULL';
  switch (e.type.kind) {
    case 'STRING':
      return `'${String(e.value).replaceAll("'", "''")}'`;
    case 'TIMESTAMP':
      return `TIMESTAMP '${timestampText(Number(e.value))}'`;
    case 'DATE':
      return `DATE '${dateText(Number(e.value))}'`;
    case 'INTERVAL':
      return `INTERVAL ${showDuration(Number(e.value))}`;
    default:
      return String(e.value).toUpperCase();
  }
};

/** An expression with names for its slots. */
export const showExpr = (e: Expr, names: readonly string[]): string => {
  if (e.kind === 'slot') return names[e.slot] ?? `#${e.slot}`;
  if (e.kind === 'literal') return showLiteral(e);
  const args = e.args.map((arg) => showExpr(arg, names));
  const [a = '', b = ''] = args;
  if (INFIX.has(e.fn) && args.length === 2) return `(${a} ${e.fn} ${b})`;
  if (e.fn === 'FIELD' && e.args[0]?.type.kind === 'ROW') return `${a}.${e.args[0].type.fields[Number(b)]?.name ?? b}`;
  if (e.fn === 'ITEM') return `${a}[${b}]`;
  if (e.fn.startsWith('IS ') && args.length === 1) return `(${a} ${e.fn})`;
  if (e.fn === 'CAST' || e.fn === 'TRY_CAST') return `${e.fn}(${a} AS ${typeText(e.type)})`;
  return `${e.fn}(${args.join(', ')})`;
};

/** `COUNT(DISTINCT bidder) FILTER (WHERE …)`. */
export const showAggregate = (a: Aggregate, names: readonly string[]): string => {
  const arg = a.arg === null ? '*' : `${a.distinct ? 'DISTINCT ' : ''}${showExpr(a.arg, names)}`;
  return `${a.fn}(${arg})${a.filter ? ` FILTER (WHERE ${showExpr(a.filter, names)})` : ''}`;
};

/** `price DESC NULLS FIRST`; where NULL goes is said when it is not where it goes by itself. */
export const showOrder = (order: readonly Order[], names: readonly string[]): string =>
  order
    .map((o) => {
      const nulls = o.nullsFirst === o.descending ? ` NULLS ${o.nullsFirst ? 'FIRST' : 'LAST'}` : '';
      return `${showExpr(o.expr, names)} ${o.descending ? 'DESC' : 'ASC'}${nulls}`;
    })
    .join(', ');
