// Literals and intervals to typed expressions.
import type { ExprNode } from '../ast.ts';
import { castDate, parseInstant } from '../instants.ts';
import type { Expr } from '../plan.ts';
import type { Problems } from '../problem.ts';
import { BIGINT, BOOLEAN, DATE, DOUBLE, decimal, INT, INTERVAL, STRING, TIMESTAMP } from '../type-rules.ts';
import type { SqlType } from '../types.ts';

export const literal = (value: null | boolean | number | string, type: SqlType): Expr => ({
  kind: 'literal',
  value,
  type,
});
export const isNull = (e: Expr): boolean => e.kind === 'literal' && e.value === null;

const INT_MIN = -(2n ** 31n);
const BIG_MIN = -(2n ** 63n);

const tooBig = (node: Extract<ExprNode, { kind: 'literal' }>, problems: Problems): null => {
  problems.add(
    node.at,
    `the number ${node.text} has too many digits for a constant; write CAST('${node.text}' AS DECIMAL(38, …))`,
  );
  return null;
};

/** DECIMAL with as many digits as are written: 0.05 is DECIMAL(3, 2), .5 is DECIMAL(1, 1). */
const exact = (node: Extract<ExprNode, { kind: 'literal' }>, problems: Problems): Expr | null => {
  const [whole = '', part = ''] = node.text.split('.');
  if (BigInt(whole + part) >= -BIG_MIN) return tooBig(node, problems);
  return literal(`${whole === '' ? '0' : whole}.${part}`, decimal(whole.length + part.length, part.length));
};

export const checkLiteral = (node: Extract<ExprNode, { kind: 'literal' }>, problems: Problems): Expr | null => {
  switch (node.of) {
    case 'integer': {
      const value = BigInt(node.text.replace('.', ''));
      if (value >= INT_MIN && value < -INT_MIN) return literal(Number(value), INT);
      return value >= BIG_MIN && value < -BIG_MIN ? literal(value.toString(), BIGINT) : tooBig(node, problems);
    }
    case 'decimal':
      return exact(node, problems);
    case 'double':
      return literal(Number(node.text), DOUBLE);
    case 'string':
      return literal(node.text, STRING);
    case 'boolean':
      return literal(node.text === 'TRUE', BOOLEAN);
    case 'null':
      return literal(null, STRING);
    case 'date': {
      const day = /^\d{4}-\d\d-\d\d$/.test(node.text) ? castDate(node.text) : null;
      if (day === null) problems.add(node.at, `DATE '${node.text}' is no day; write DATE '2026-03-01'`);
      return day === null ? null : literal(day, DATE);
    }
    case 'timestamp': {
      const at = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,3})?$/.test(node.text) ? parseInstant(node.text) : null;
      if (at === null)
        problems.add(
          node.at,
          `TIMESTAMP '${node.text}' is no instant that fits; write TIMESTAMP '2026-03-01 12:00:00.000'`,
        );
      return at === null ? null : literal(at, TIMESTAMP);
    }
    default:
      return node.of satisfies never;
  }
};

const UNIT: Readonly<Record<string, number>> = { DAY: 86_400_000, HOUR: 3_600_000, MINUTE: 60_000, SECOND: 1000 };
const ORDER = ['DAY', 'HOUR', 'MINUTE', 'SECOND'];
const SEPARATORS: Readonly<Record<string, string>> = { HOUR: ' ', MINUTE: ':', SECOND: ':' };
const BOUNDS: Readonly<Record<string, number>> = { HOUR: 23, MINUTE: 59, SECOND: 59 };

/** Ms of an interval, or null when it is none; the mistake is then reported. Flink gives the leading field two digits unless told. */
export const intervalMs = (node: Extract<ExprNode, { kind: 'interval' }>, problems: Problems): number | null => {
  const wrong = (reason: string): null => {
    const unit = node.to ? `${node.from} TO ${node.to}` : node.from;
    problems.add(node.at, `INTERVAL '${node.text}' ${unit}: ${reason}`);
    return null;
  };
  const [first, last] = [ORDER.indexOf(node.from), ORDER.indexOf(node.to ?? node.from)];
  if (node.to !== null && last <= first) return wrong('the second unit must be the smaller one');
  const fields = ORDER.slice(first, last + 1);
  const pattern = fields.map((f, i) => (i === 0 ? '(\\d+)' : `${SEPARATORS[f]}(\\d{1,2})`)).join('');
  const fraction = fields.includes('SECOND') ? '(?:\\.(\\d{1,9}))?' : '';
  const found = new RegExp(`^([+-]?)${pattern}${fraction}$`).exec(node.text.trim());
  if (!found) return wrong(`expected ${node.to ? "a value such as '1:30'" : "a number such as '10'"}`);
  let ms = 0;
  for (const [i, field] of fields.entries()) {
    const value = Number(found[i + 2]);
    if (i > 0 && value > (BOUNDS[field] ?? 0)) return wrong(`${field} goes up to ${BOUNDS[field]}`);
    ms += value * (UNIT[field] ?? 0);
  }
  const digits = (found[2] ?? '').replace(/^0+/, '').length;
  if (digits > (node.precision ?? 2))
    return wrong(
      `${node.from} takes ${node.precision ?? 2} digits here, as in Flink; write ${node.from}(${digits}) or a larger unit`,
    );
  const part = found[fields.length + 2] ?? '';
  if (/[1-9]/.test(part.slice(3))) return wrong('finer than a millisecond');
  ms += Number(part.slice(0, 3).padEnd(3, '0'));
  return found[1] === '-' ? -ms : ms;
};

export const checkInterval = (node: Extract<ExprNode, { kind: 'interval' }>, problems: Problems): Expr | null => {
  const ms = intervalMs(node, problems);
  return ms === null ? null : literal(ms, INTERVAL);
};
