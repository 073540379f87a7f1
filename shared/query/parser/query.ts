// A query: WITH names, then SELECTs joined by UNION ALL.
import type { Cte, Ident, QueryNode, Select } from '../ast.ts';
import type { Cursor } from './cursor.ts';
import { parseSelect } from './select.ts';

/** `(a, b, c)` */
export const parseNames = (c: Cursor, clause: string): readonly Ident[] => {
  c.expect(clause, '(');
  const list = [];
  do list.push(c.ident(clause));
  while (c.accept(','));
  c.expect(clause, ')');
  return list;
};

const parseCtes = (c: Cursor): readonly Cte[] => {
  if (!c.accept('WITH')) return [];
  if (c.sees('RECURSIVE')) c.refuse(c.peek().at, 'WITH RECURSIVE', 'write the steps out');
  const ctes: Cte[] = [];
  do {
    const name = c.ident('WITH');
    const columns = c.sees('(') ? parseNames(c, 'WITH columns') : null;
    c.expect('WITH', 'AS', '(');
    ctes.push({ name, columns, query: parseQuery(c) });
    c.expect('WITH', ')');
  } while (c.accept(','));
  return ctes;
};

/** One SELECT, or a query in brackets as part of a union. */
const parsePart = (c: Cursor): readonly Select[] => {
  if (!c.accept('(')) return [parseSelect(c)];
  if (c.sees('WITH')) c.refuse(c.peek().at, 'WITH inside a part of a UNION', 'write it before the first SELECT');
  const parts = parseParts(c);
  c.expect('UNION ALL', ')');
  return parts;
};

const parseParts = (c: Cursor): readonly Select[] => {
  const parts = [...parsePart(c)];
  while (c.sees('UNION')) {
    const at = c.next().at;
    if (!c.accept('ALL'))
      c.refuse(at, 'UNION, which drops equal rows', 'write UNION ALL, or GROUP BY in a window over it');
    parts.push(...parsePart(c));
  }
  return parts;
};

export const parseQuery = (c: Cursor): QueryNode => {
  const at = c.peek().at;
  const ctes = parseCtes(c);
  const parts = parseParts(c);
  return { with: ctes, parts, at: c.span(at) };
};
