// Function calls, with the few that have a grammar of their own: CAST, CASE, EXTRACT, FLOOR, TRIM, SUBSTRING, POSITION.
import type { CallNode, ExprNode, Ident, Span } from '../ast.ts';
import { isCallable, isReserved } from '../words.ts';
import type { Cursor } from './cursor.ts';
import { parseExpr, parsePrimary } from './expressions.ts';
import { parseJsonExists, parseJsonValue } from './json.ts';
import { parseOver } from './over.ts';
import { parseType } from './types.ts';

const call = (name: Ident, at: Span, args: readonly ExprNode[], unit: string | null = null): CallNode => ({
  kind: 'call',
  name,
  star: false,
  distinct: false,
  args,
  unit,
  filter: null,
  over: null,
  at,
});

const unitWord = (c: Cursor, clause: string): string => {
  const token = c.peek();
  const reserved = isReserved(token.key) && !['DAY', 'HOUR', 'MINUTE', 'MONTH', 'SECOND', 'YEAR'].includes(token.key);
  if (token.kind !== 'word' || reserved) c.fail(clause, 'a unit such as HOUR');
  c.next();
  return token.key;
};

const parseCast = (c: Cursor, safe: boolean): ExprNode => {
  const clause = safe ? 'TRY_CAST' : 'CAST';
  const from = c.expect(clause, clause, '(');
  const arg = parseExpr(c);
  c.expect(clause, 'AS');
  const type = parseType(c);
  c.expect(clause, ')');
  return { kind: 'cast', safe, arg, type, at: c.span(from) };
};

const parseCase = (c: Cursor): ExprNode => {
  const from = c.expect('CASE', 'CASE');
  const operand = c.sees('WHEN') ? null : parseExpr(c);
  const whens = [];
  while (c.accept('WHEN')) {
    const when = parseExpr(c);
    if (c.sees(',')) c.refuse(c.peek().at, 'several values after WHEN', 'write a WHEN for each');
    c.expect('CASE', 'THEN');
    whens.push({ when, result: parseExpr(c) });
  }
  if (whens.length === 0) c.fail('CASE', 'WHEN');
  const otherwise = c.accept('ELSE') ? parseExpr(c) : null;
  c.expect('CASE', 'END');
  return { kind: 'case', operand, whens, otherwise, at: c.span(from) };
};

const parseExtract = (c: Cursor, name: Ident): ExprNode => {
  const unit = unitWord(c, 'EXTRACT');
  c.expect('EXTRACT', 'FROM');
  const arg = parseExpr(c);
  c.expect('EXTRACT', ')');
  return call(name, c.span(name.at), [arg], unit);
};

const parseTrim = (c: Cursor, name: Ident): ExprNode => {
  const side = ['LEADING', 'TRAILING', 'BOTH'].find((word) => c.accept(word));
  const first = side !== undefined && c.sees('FROM') ? null : parseExpr(c);
  const args = c.accept('FROM') ? [parseExpr(c), ...(first ? [first] : [])] : first ? [first] : [];
  c.expect('TRIM', ')');
  return call(name, c.span(name.at), args, side ?? 'BOTH');
};

/** What is looked for is a name, a text or a call: Flink's grammar takes no operators before IN. */
const parsePosition = (c: Cursor, name: Ident): ExprNode => {
  const needle = c.sees('(') ? c.fail('POSITION', 'a name, a text or a call before IN') : parsePrimary(c);
  c.expect('POSITION (after a name, a text or a call)', 'IN');
  const args = [needle, parseExpr(c)];
  c.expect('POSITION', ')');
  return call(name, c.span(name.at), args);
};

const parseSubstring = (c: Cursor, name: Ident): ExprNode => {
  const args = [parseExpr(c)];
  if (c.accept('FROM')) {
    args.push(parseExpr(c));
    if (c.accept('FOR')) args.push(parseExpr(c));
  } else while (c.accept(',')) args.push(parseExpr(c));
  c.expect('SUBSTRING', ')');
  return call(name, c.span(name.at), args);
};

/** TIMESTAMPADD(HOUR, 2, ts): the unit comes first and is a word. */
const parseWithUnit = (c: Cursor, name: Ident): ExprNode => {
  const clause = name.name.toUpperCase();
  const unit = unitWord(c, clause);
  const args: ExprNode[] = [];
  while (c.accept(',')) args.push(parseExpr(c));
  c.expect(clause, ')');
  return call(name, c.span(name.at), args, unit);
};

/** `FLOOR(x)` and `FLOOR(x TO HOUR)`, and CEIL. */
const parseFloor = (c: Cursor, name: Ident): ExprNode => {
  const clause = name.name.toUpperCase();
  const args = [parseExpr(c)];
  const unit = c.accept('TO') ? unitWord(c, clause) : null;
  c.expect(clause, ')');
  return call(name, c.span(name.at), args, unit);
};

const SPECIAL: Readonly<Record<string, (c: Cursor, name: Ident) => ExprNode>> = {
  CEIL: parseFloor,
  CEILING: parseFloor,
  EXTRACT: parseExtract,
  FLOOR: parseFloor,
  TRIM: parseTrim,
  POSITION: parsePosition,
  SUBSTRING: parseSubstring,
  TIMESTAMPADD: parseWithUnit,
  TIMESTAMPDIFF: parseWithUnit,
  JSON_VALUE: parseJsonValue,
  JSON_EXISTS: parseJsonExists,
};

const parsePlain = (c: Cursor, name: Ident): ExprNode => {
  const clause = name.name.toUpperCase();
  const star = c.accept('*');
  const distinct = !star && c.accept('DISTINCT');
  const quantified = distinct || (!star && c.accept('ALL'));
  const args: ExprNode[] = [];
  if (quantified || (!star && !c.sees(')'))) {
    if (c.peek(1).key === '=>') c.refuse(c.peek().at, `arguments of ${clause} by name`, 'write them in their order');
    do args.push(parseExpr(c));
    while (c.accept(','));
  }
  if (c.sees('ORDER')) c.refuse(c.peek().at, `ORDER BY inside ${clause}`, 'order where the rows are read');
  c.expect(clause, ')');
  let filter: ExprNode | null = null;
  if (c.accept('FILTER')) {
    c.expect('FILTER', '(', 'WHERE');
    filter = parseExpr(c);
    c.expect('FILTER', ')');
  }
  const over = c.sees('OVER') ? parseOver(c, clause) : null;
  return { kind: 'call', name, star, distinct, args, unit: null, filter, over, at: c.span(name.at) };
};

/** A call, CASE or CAST, if one is next. Reserved words such as HOUR or UPPER are functions only before a bracket. */
export const parseCall = (c: Cursor): ExprNode | null => {
  const token = c.peek();
  if (token.key === 'CASE') return parseCase(c);
  if ((token.key === 'CAST' || token.key === 'TRY_CAST') && c.peek(1).key === '(')
    return parseCast(c, token.key === 'TRY_CAST');
  if ((token.kind !== 'word' && token.kind !== 'quoted') || c.peek(1).key !== '(') return null;
  if (token.kind === 'word' && !isCallable(token.key)) return null;
  c.next();
  c.next();
  const name = { name: token.text, at: token.at };
  return (SPECIAL[token.key] ?? parsePlain)(c, name);
};
