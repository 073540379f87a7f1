// A query: WITH names, then SELECTs joined by UNION ALL.
import type { Cte, Ident, QueryNode, Select } from '../ast.ts';
import type { Cursor } from './cursor.ts';
import { parseSelect } from './select.ts';
import { refuseRest } from './tails.ts';

/** `(a, b, c)` */
export const parseNames = (c: Cursor, clause: string): readonly Ident[] => {
  c.expect(clause, '(');
  const list = [];
  do {
    list.push(c.ident(clause));
    if (c.sees('.')) c.refuse(c.peek().at, `a field of a row in ${clause}`, 'name whole columns');
  } while (c.accept(','));
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

/** A query in brackets inside a union; its own WITH would be lost there. */
const partsOf = (c: Cursor, query: QueryNode): readonly Select[] => {
  if (query.with.length > 0) c.refuse(query.at, 'WITH inside a part of a UNION', 'write it before the first SELECT');
  return query.parts;
};

/** One SELECT, or a query in brackets. */
const parsePart = (c: Cursor): QueryNode => {
  const at = c.peek().at;
  if (!c.accept('(')) return { with: [], parts: [parseSelect(c)], at: c.span(at) };
  const query = parseQuery(c);
  c.expect('query in brackets', ')');
  refuseRest(c);
  return query;
};

/** What follows a first part: `UNION ALL …`, if it does. */
export const parseUnion = (c: Cursor, first: QueryNode): QueryNode => {
  if (!c.sees('UNION')) return first;
  const parts = [...partsOf(c, first)];
  while (c.sees('UNION')) {
    const at = c.next().at;
    if (!c.accept('ALL'))
      c.refuse(at, 'UNION, which drops equal rows', 'write UNION ALL, or GROUP BY in a window over it');
    parts.push(...partsOf(c, parsePart(c)));
  }
  return { with: [], parts, at: c.span(first.at) };
};

export const parseQuery = (c: Cursor): QueryNode => {
  const at = c.peek().at;
  const ctes = parseCtes(c);
  const first = parsePart(c);
  if (ctes.length > 0 && first.with.length > 0)
    c.refuse(first.at, 'WITH inside a query that has one', 'write one WITH, before the first SELECT');
  const { with: inner, parts } = parseUnion(c, first);
  return { with: [...ctes, ...inner], parts, at: c.span(at) };
};
