// What the names in a clause mean.
import type { CallNode, ExprNode, Ident } from '../ast.ts';
import type { Expr } from '../plan.ts';
import type { Problems } from '../problem.ts';

export type Scope = {
  readonly problems: Problems;
  /** The clause, for texts: `WHERE`, `GROUP BY`, `SELECT`. */
  readonly clause: string;
  /** A column. Parts after the column are fields of its ROW. Reports and gives null when there is none. */
  name(parts: readonly Ident[]): Expr | null;
  /** An aggregate call. Reports and gives null where none may stand. */
  aggregate(node: CallNode): Expr | null;
  /** The expression that stands for the whole node, as a GROUP BY key does; undefined when none does, null after a report. */
  whole(node: ExprNode): Expr | null | undefined;
};

export const call = (fn: string, args: readonly Expr[], type: Expr['type']): Expr => ({ kind: 'call', fn, args, type });

/** Whether two expressions are the same, places apart. */
export const sameExpr = (a: Expr, b: Expr): boolean => JSON.stringify(a) === JSON.stringify(b);
