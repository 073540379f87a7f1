// Literals: numbers, strings, TIMESTAMP '…', DATE '…', INTERVAL '…' UNIT.
import type { ExprNode } from '../ast.ts';
import type { Cursor } from './cursor.ts';

const UNITS = ['DAY', 'HOUR', 'MINUTE', 'SECOND', 'DAYS', 'HOURS', 'MINUTES', 'SECONDS'];
const FIELDS = ['DAY', 'HOUR', 'MINUTE', 'SECOND'];
const CALENDAR = ['YEAR', 'MONTH', 'QUARTER', 'WEEK', 'YEARS', 'MONTHS', 'QUARTERS', 'WEEKS'];

const unit = (c: Cursor): string => {
  const token = c.peek();
  if (CALENDAR.includes(token.key))
    c.refuse(
      token.at,
      `intervals of ${token.key}`,
      token.key.startsWith('WEEK')
        ? "count in days, INTERVAL '7' DAY"
        : 'months differ in length; use days, or FLOOR(ts TO MONTH) as a group key',
    );
  if (!UNITS.includes(token.key)) return c.fail('INTERVAL', 'DAY, HOUR, MINUTE or SECOND');
  c.next();
  return token.key.replace(/S$/, '');
};

const digits = (c: Cursor): number => {
  const token = c.peek();
  if (!/^\d{1,9}$/.test(token.text)) return c.fail('INTERVAL', 'a whole number of digits');
  c.next();
  return Number(token.text);
};

/** After INTERVAL: `'10' SECOND`, `'1 12' DAY TO HOUR`, `'100' SECOND(3)`. Only SECOND has digits after the point, written last. */
export const parseInterval = (c: Cursor): ExprNode => {
  const from = c.expect('INTERVAL', 'INTERVAL');
  if (c.peek().kind === 'number') c.fail('INTERVAL', `quotes around the number: INTERVAL '${c.peek().text}' SECOND`);
  if (c.sees('-') && c.peek(1).kind === 'string')
    c.refuse(c.peek().at, 'a sign before the text of INTERVAL', `write INTERVAL '-${c.peek(1).text}'`);
  const text = c.string('INTERVAL').text;
  const first = unit(c);
  let precision: number | null = null;
  if (c.accept('(')) {
    precision = digits(c);
    if (first === 'SECOND' && c.accept(',')) digits(c);
    c.expect('INTERVAL', ')');
  }
  const finer = FIELDS.slice(FIELDS.indexOf(first) + 1);
  // TO with anything else belongs to what stands around: FLOOR(ts + INTERVAL '1' HOUR TO DAY).
  if (!c.sees('TO') || !finer.includes(c.peek(1).key.replace(/S$/, '')))
    return { kind: 'interval', text, from: first, to: null, precision, at: c.span(from) };
  c.next();
  const to = unit(c);
  if (to === 'SECOND' && c.accept('(')) {
    digits(c);
    c.expect('INTERVAL', ')');
  }
  return { kind: 'interval', text, from: first, to, precision, at: c.span(from) };
};

/** A literal, if one is next. */
export const parseLiteral = (c: Cursor): ExprNode | null => {
  const token = c.peek();
  const at = token.at;
  if (token.kind === 'number') {
    c.next();
    const of = /[eE]/.test(token.text) ? 'double' : /\.\d/.test(token.text) ? 'decimal' : 'integer';
    return { kind: 'literal', of, text: token.text, at };
  }
  if (token.kind === 'word' && c.peek(1).kind === 'string' && /^([XN]|_.*)$/.test(token.key))
    c.refuse(at, `strings with ${token.text} before them`, 'write the string alone; all text is Unicode');
  if (token.kind === 'string') {
    c.next();
    if (c.peek().kind === 'string') c.refuse(c.peek().at, 'a string in pieces', 'write one string, or || between them');
    return { kind: 'literal', of: 'string', text: token.text, at };
  }
  if (token.key === 'INTERVAL') return parseInterval(c);
  if (token.key === 'TRUE' || token.key === 'FALSE' || token.key === 'NULL') {
    c.next();
    return { kind: 'literal', of: token.key === 'NULL' ? 'null' : 'boolean', text: token.key, at };
  }
  if ((token.key === 'TIMESTAMP' || token.key === 'DATE') && c.peek(1).kind === 'string') {
    c.next();
    const text = c.next().text;
    return { kind: 'literal', of: token.key === 'DATE' ? 'date' : 'timestamp', text, at: c.span(at) };
  }
  return null;
};
