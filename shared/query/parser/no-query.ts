// Places where Flink's grammar takes an expression without a query inside it.
import type { ExprNode } from '../ast.ts';
import type { Cursor } from './cursor.ts';
import { parseExpr } from './expressions.ts';

/** An expression; a query in it is reported. `clause` names the place. */
export const parseWithoutQuery = (c: Cursor, clause: string): ExprNode => {
  const before = c.queries();
  const expr = parseExpr(c);
  if (c.queries() > before) c.problems.notSql(expr.at, `${clause}: no query can stand in it; write it in WHERE`);
  return expr;
};
