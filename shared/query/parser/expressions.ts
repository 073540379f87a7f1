// Expressions, by precedence climbing. The levels are Calcite's: OR 22, AND 24, NOT 26, IS 28, comparison 30, BETWEEN IN LIKE 32,
// + - 40, * / % || 60, sign 80, field and element above all.
import type { BinaryOp, ExprNode, Ident } from '../ast.ts';
import { parseCall } from './calls.ts';
import type { Cursor } from './cursor.ts';
import { parseLiteral } from './literals.ts';
import { parseQuery } from './query.ts';

const BINARY: Readonly<Record<string, number>> = {
  OR: 22,
  AND: 24,
  '=': 30,
  '<>': 30,
  '<': 30,
  '<=': 30,
  '>': 30,
  '>=': 30,
  '+': 40,
  '-': 40,
  '*': 60,
  '/': 60,
  '%': 60,
  '||': 60,
};
const CLOCK = /^(CURRENT_(DATE|TIME|TIMESTAMP)|LOCALTIME|LOCALTIMESTAMP)$/;
const SUBQUERY = 'join the two: FROM a JOIN (SELECT …) AS b ON …';

/** `(a, b, c)` or `(SELECT …)` after IN. */
const parseIn = (c: Cursor, arg: ExprNode, not: boolean): ExprNode => {
  c.expect('IN', '(');
  if (c.sees('SELECT') || c.sees('WITH')) {
    const query = parseQuery(c);
    c.expect('IN', ')');
    return { kind: 'in-query', not, arg, query, at: c.span(arg.at) };
  }
  const list = [];
  do list.push(parseExpr(c));
  while (c.accept(','));
  c.expect('IN', ')');
  return { kind: 'in', not, arg, list, at: c.span(arg.at) };
};

const parseExists = (c: Cursor): ExprNode => {
  const at = c.expect('EXISTS', 'EXISTS', '(');
  const query = parseQuery(c);
  c.expect('EXISTS', ')');
  return { kind: 'in-query', not: false, arg: null, query, at: c.span(at) };
};

/** IS …, [NOT] BETWEEN, IN and LIKE after `arg`, when their level is at least `min`. */
const parsePredicate = (c: Cursor, arg: ExprNode, min: number): ExprNode | null => {
  const at = () => c.span(arg.at);
  if (c.sees('IS')) {
    if (min > 28) return null;
    c.next();
    const not = c.accept('NOT');
    if (c.accept('DISTINCT')) {
      c.expect('IS DISTINCT', 'FROM');
      const right = parseExpr(c, 31);
      return { kind: 'distinct', not, left: arg, right, at: at() };
    }
    const what = (['NULL', 'TRUE', 'FALSE', 'UNKNOWN'] as const).find((word) => c.accept(word));
    if (c.sees('JSON')) c.refuse(c.peek().at, 'IS JSON', "write JSON_EXISTS(x, '$')");
    return what === undefined
      ? c.fail('IS', 'NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM')
      : { kind: 'is', not, what, arg, at: at() };
  }
  if (min > 32) return null;
  const not = c.sees('NOT') && ['BETWEEN', 'IN', 'LIKE', 'SIMILAR'].includes(c.peek(1).key) && c.accept('NOT');
  if (c.accept('BETWEEN')) {
    const symmetric = c.accept('SYMMETRIC');
    if (!symmetric) c.accept('ASYMMETRIC');
    const low = parseExpr(c, 33);
    if (BINARY[c.peek().key] === 30 || c.sees('IS'))
      c.refuse(c.peek().at, 'a condition as a bound of BETWEEN', 'write brackets around it');
    c.expect('BETWEEN', 'AND');
    const high = parseExpr(c, 33);
    return { kind: 'between', not, symmetric, arg, low, high, at: at() };
  }
  if (c.accept('IN')) return parseIn(c, arg, not);
  if (c.accept('LIKE')) {
    const pattern = parseExpr(c, 33);
    const escapeBy = c.accept('ESCAPE') ? parseExpr(c, 33) : null;
    return { kind: 'like', not, arg, pattern, escape: escapeBy, at: at() };
  }
  if (c.sees('SIMILAR')) c.refuse(c.peek().at, 'SIMILAR TO', 'use LIKE, or REGEXP_EXTRACT(…) IS NOT NULL');
  return null;
};

/** A literal, a call, a name, or an expression in brackets. */
export const parsePrimary = (c: Cursor): ExprNode => {
  const literal = parseLiteral(c);
  if (literal) return literal;
  const call = parseCall(c);
  if (call) return call;
  const token = c.peek();
  if (c.sees('EXISTS')) return parseExists(c);
  if (c.sees('UNIQUE', '(')) c.refuse(token.at, 'UNIQUE (SELECT …)', 'count in a window, HAVING COUNT(*) > 1');
  if (c.accept('(')) {
    if (c.sees('SELECT') || c.sees('WITH')) c.refuse(c.peek().at, 'a sub-query as a value', SUBQUERY);
    const inner = parseExpr(c);
    if (c.sees(',')) c.refuse(c.peek().at, 'rows in brackets', 'compare the values one by one');
    c.expect('brackets', ')');
    return inner;
  }
  const clock = CLOCK.exec(token.key);
  if (clock) c.refuse(token.at, token.key, 'use the event time column: the content of the stream fixes the result');
  if (/^(CURRENT|SESSION|SYSTEM)_[A-Z]+$|^USER$/.test(token.key))
    c.refuse(token.at, token.key, 'take it from the event');
  if (token.key === 'UNKNOWN') c.refuse(token.at, 'UNKNOWN as a value', 'write CAST(NULL AS BOOLEAN)');
  if (c.sees('ROW', '(')) c.refuse(token.at, 'ROW (…) as a value', 'select the fields as columns of their own');
  if ((token.key === 'ARRAY' || token.key === 'MAP') && c.peek(1).key === '[')
    c.refuse(token.at, `${token.key}[…] as a value`, 'take the array or map from a column of the event');
  const parts: Ident[] = [c.ident('expression')];
  while (c.sees('.') && c.peek(1).key !== '*') {
    c.next();
    parts.push(c.ident('name'));
  }
  if (c.sees('(')) c.refuse(token.at, 'function names with a catalog or database', 'use the name alone');
  return { kind: 'name', parts, at: c.span(token.at) };
};

const parsePostfix = (c: Cursor): ExprNode => {
  let expr = parsePrimary(c);
  for (;;) {
    if (c.accept('[')) {
      const index = parseExpr(c);
      c.expect('element', ']');
      expr = { kind: 'item', of: expr, index, at: c.span(expr.at) };
    } else if (c.sees('.') && c.peek(1).key !== '*') {
      c.next();
      expr = { kind: 'field', of: expr, name: c.ident('field'), at: c.span(expr.at) };
    } else return expr;
  }
};

const parseUnary = (c: Cursor): ExprNode => {
  const at = c.peek().at;
  if (c.accept('NOT')) {
    const arg = parseExpr(c, 27);
    const exists = arg.kind === 'in-query' && arg.arg === null && !arg.not;
    return exists ? { ...arg, not: true, at: c.span(at) } : { kind: 'unary', op: 'NOT', arg, at: c.span(at) };
  }
  if (c.accept('-')) return { kind: 'unary', op: '-', arg: parseExpr(c, 80), at: c.span(at) };
  if (c.accept('+')) return { kind: 'unary', op: '+', arg: parseExpr(c, 80), at: c.span(at) };
  return parsePostfix(c);
};

/** An expression whose operators all bind at least as tightly as `min`. */
export const parseExpr = (c: Cursor, min = 0): ExprNode => {
  let left = parseUnary(c);
  let last: ExprNode | null = null;
  for (;;) {
    const predicate = parsePredicate(c, left, min);
    if (predicate) {
      refuseChain(c, last, predicate);
      left = predicate;
      last = predicate;
      continue;
    }
    const token = c.peek();
    if (token.key === '!=') c.fail('comparison', '"<>", which is how Flink writes it');
    const level = BINARY[token.key];
    if (level === undefined || level < min) return left;
    c.next();
    if (level === 30 && ['ANY', 'SOME', 'ALL'].includes(c.peek().key) && c.peek(1).key === '(')
      c.refuse(c.peek().at, `a comparison with ${c.peek().key} (…)`, 'write IN (…), or join the two');
    const right = parseExpr(c, level + 1);
    left = { kind: 'binary', op: token.key as BinaryOp, left, right, at: c.span(left.at) };
    last = null;
  }
};

/** LIKE binds to the right in Flink, so that `a LIKE b IN (TRUE)` means something else there than it says. */
const refuseChain = (c: Cursor, last: ExprNode | null, next: ExprNode): void => {
  if (last === null || next.kind === 'is' || next.kind === 'distinct') return;
  if (last.kind === 'like' || (next.kind === 'like' && last.kind !== 'is' && last.kind !== 'distinct'))
    c.refuse(next.at, 'LIKE beside another predicate', 'write brackets around the first of them');
};
