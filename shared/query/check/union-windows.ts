// UNION ALL of rows of the same windows.
import type { Span } from '../ast.ts';
import type { Tree } from '../logic-plan/tree.ts';
import type { Problems } from '../problem.ts';
import { literal } from './literals.ts';
import { isProctime, type Relation, type RelColumn, type Rows, type Windows } from './relation.ts';
import { sameWindows } from './window-join.ts';
import { treeOf } from './windows.ts';

/** Parts of a union of trees, and its columns. PROCTIME() stays what it is: it is no value of a row. */
export const sideBySide = (
  parts: readonly { readonly tree: Tree; readonly columns: readonly RelColumn[] }[],
): { readonly of: Extract<Tree, { kind: 'union' }>['of']; readonly columns: readonly RelColumn[] } => ({
  of: parts.map(({ tree, columns }) => ({
    tree,
    select: columns.map((c) => (isProctime(c.expr) ? literal(null, c.type) : c.expr)),
  })),
  columns: (parts[0]?.columns ?? []).map((c, slot) =>
    parts.every((p) => p.columns[slot] && isProctime(p.columns[slot].expr))
      ? c
      : { ...c, expr: { kind: 'slot', slot, type: c.type } },
  ),
});

/** UNION ALL of rows of the same windows. */
export const unionOfWindows = (parts: readonly (Rows | Windows)[], at: Span, problems: Problems): Relation | null => {
  const trees = parts.map((p) => treeOf(p, 'UNION ALL', at, problems)?.rel ?? null);
  const known = trees.flatMap((t) => t ?? []);
  const [first, ...rest] = known;
  if (!first || known.length < trees.length) return null;
  if (!rest.every((t) => sameWindows(first, t, 'UNION ALL', at, problems))) return null;
  const { of, columns } = sideBySide(known.map(({ tree, columns }) => ({ tree, columns })));
  const { parts: _, ...plain } = first;
  return {
    ...plain,
    name: 'the union',
    columns,
    broken: new Set(known.flatMap((t) => [...t.broken])),
    tree: { kind: 'union', of },
  };
};
