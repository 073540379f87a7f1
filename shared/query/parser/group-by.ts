// GROUP BY: expressions, GROUPING SETS, CUBE and ROLLUP.
import type { ExprNode, GroupNode } from '../ast.ts';
import type { Cursor } from './cursor.ts';
import { parseExpr } from './expressions.ts';

/** `(a, b)`, `()`, or one expression. */
const parseList = (c: Cursor, clause: string): readonly ExprNode[] => {
  if (!c.sees('(')) return [parseExpr(c)];
  c.expect(clause, '(');
  const exprs: ExprNode[] = [];
  if (clause === 'GROUPING SETS' && c.accept(')')) return exprs;
  do exprs.push(parseExpr(c));
  while (c.accept(','));
  c.expect(clause, ')');
  if (!c.sees(',') && !c.sees(')'))
    c.refuse(
      c.peek().at,
      `an expression in ${clause} that begins with a bracket`,
      'write brackets around the whole of it',
    );
  return exprs;
};

const parseItem = (c: Cursor, inSets: boolean): GroupNode => {
  const at = c.peek().at;
  if (c.accept('GROUPING', 'SETS')) {
    c.expect('GROUPING SETS', '(');
    const sets: GroupNode[] = [];
    do sets.push(parseItem(c, true));
    while (c.accept(','));
    c.expect('GROUPING SETS', ')');
    return { kind: 'sets', sets, at: c.span(at) };
  }
  if ((c.sees('CUBE') || c.sees('ROLLUP')) && c.peek(1).key === '(') {
    const kind = c.next().key === 'CUBE' ? 'cube' : 'rollup';
    c.expect(kind.toUpperCase(), '(');
    const lists: (readonly ExprNode[])[] = [];
    do lists.push(parseList(c, kind.toUpperCase()));
    while (c.accept(','));
    c.expect(kind.toUpperCase(), ')');
    return { kind, lists, at: c.span(at) };
  }
  if (inSets) return { kind: 'list', exprs: parseList(c, 'GROUPING SETS'), at: c.span(at) };
  if (c.accept('(', ')')) return { kind: 'list', exprs: [], at: c.span(at) };
  return { kind: 'expr', expr: parseExpr(c), at: c.span(at) };
};

/** After GROUP BY. */
export const parseGroupBy = (c: Cursor): readonly GroupNode[] => {
  const items: GroupNode[] = [];
  if (c.sees('DISTINCT')) c.refuse(c.peek().at, 'GROUP BY DISTINCT', 'write each set once');
  do items.push(parseItem(c, false));
  while (c.accept(','));
  return items;
};
