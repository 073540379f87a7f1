// SELECT … FROM … WHERE … GROUP BY … HAVING.
import type { Select, SelectItem } from '../ast.ts';
import type { Cursor } from './cursor.ts';
import { parseExpr } from './expressions.ts';
import { parseFrom } from './from.ts';
import { parseGroupBy } from './group-by.ts';
import { isAlias, refuseRest } from './tails.ts';

const parseItem = (c: Cursor): SelectItem => {
  const at = c.peek().at;
  if (c.accept('*')) return { kind: 'star', table: null, at };
  if (c.peek(1).key === '.' && c.peek(2).key === '*') {
    const table = c.ident('SELECT');
    c.next();
    c.next();
    return { kind: 'star', table, at: c.span(at) };
  }
  const expr = parseExpr(c);
  if (c.sees('.', '*')) c.refuse(c.span(at), 'all fields of a ROW by *', 'name the fields');
  const alias = isAlias(c) ? c.ident('SELECT … AS') : null;
  return { kind: 'expr', expr, alias, at: c.span(at) };
};

export const parseSelect = (c: Cursor): Select => {
  if (c.sees('VALUES')) c.refuse(c.peek().at, 'INSERT INTO … VALUES', 'send the rows as events');
  if (c.sees('TABLE')) c.refuse(c.peek().at, 'TABLE t as a query', 'write SELECT * FROM t');
  const at = c.expect('query', 'SELECT');
  const first = c.peek().at;
  const distinct = c.accept('DISTINCT') ? first : null;
  if (!distinct) c.accept('ALL');
  const items = [];
  do items.push(parseItem(c));
  while (c.accept(','));
  if (c.sees(';') || c.peek().kind === 'end') c.refuse(at, 'SELECT without FROM', 'read a table: SELECT … FROM orders');
  c.expect('SELECT', 'FROM');
  const from = parseFrom(c);
  refuseRest(c);
  const where = c.accept('WHERE') ? parseExpr(c) : null;
  const groupBy = c.accept('GROUP', 'BY') ? parseGroupBy(c) : null;
  const having = c.accept('HAVING') ? parseExpr(c) : null;
  refuseRest(c);
  return { kind: 'select', distinct, items, from, where, groupBy, having, at: c.span(at) };
};
