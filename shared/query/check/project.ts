// SELECT: the columns that it names.
import type { ExprNode, Ident, SelectItem } from '../ast.ts';
import { didYouMean, type Problems, quietly } from '../problem.ts';
import { checkExpr } from './expression.ts';
import { AS_OF, inputScope } from './input-scope.ts';
import { checkOver, RANK, rankCall } from './rank.ts';
import { isProctime, PROCTIME, type Ranked, type RelColumn, type Shown } from './relation.ts';
import type { Scope } from './scope.ts';
import { isHuge } from './slots.ts';

const nameOf = (item: Extract<SelectItem, { kind: 'expr' }>, index: number): string => {
  if (item.alias) return item.alias.name;
  if (item.expr.kind === 'name') return item.expr.parts.at(-1)?.name ?? '';
  return item.expr.kind === 'field' ? item.expr.name.name : `EXPR$${index}`;
};

/** PROCTIME(), or a column that is it: passed on by SELECT as it is, for a look-up join outside. */
const namesProctime = (node: ExprNode, rel: Shown, problems: Problems): boolean => {
  if (node.kind === 'call') return node.name.name.toUpperCase() === 'PROCTIME' && node.args.length === 0;
  if (node.kind !== 'name' || !rel.columns.some((c) => isProctime(c.expr))) return false;
  const found = inputScope(rel, AS_OF, quietly(problems)).name(node.parts);
  return found !== null && isProctime(found);
};

export type Projected = {
  readonly columns: readonly RelColumn[];
  readonly rank: (Pick<Ranked, 'partition' | 'order'> & { readonly at: RelColumn['at'] }) | null;
};

const star = (table: Ident | null, rel: Shown, problems: Problems): readonly RelColumn[] | null => {
  if (rel.broken.size > 0) return null;
  if (!table) return rel.columns;
  const parts = rel.parts ?? [{ name: rel.name, from: 0, to: rel.columns.length }];
  const part = parts.find((p) => p.name === table.name);
  if (part) return rel.columns.slice(part.from, part.to);
  const hint = didYouMean(
    table.name,
    parts.map((p) => p.name),
  );
  problems.add(table.at, `SELECT: no table "${table.name}" in FROM.${hint}`);
  return null;
};

/** The selected columns; `*` gives every column. null when one has a mistake. */
export const project = (items: readonly SelectItem[], rel: Shown, scope: Scope, grouped: boolean): Projected | null => {
  const { problems } = scope;
  let good = true;
  let rank: Projected['rank'] = null;
  const columns = items.flatMap((item, i): readonly RelColumn[] => {
    if (item.kind === 'star') {
      if (grouped)
        problems.add(
          item.at,
          'SELECT: * does not go with GROUP BY; name the keys, the window columns and the aggregates',
        );
      const all = grouped ? null : star(item.table, rel, problems);
      good &&= all !== null;
      return (all ?? []).map((c) => ({ ...c, at: item.at }));
    }
    const name = nameOf(item, i);
    if (namesProctime(item.expr, rel, problems)) return [{ name, type: PROCTIME.type, expr: PROCTIME, at: item.at }];
    const over = rankCall(item.expr);
    if (over && rank) {
      problems.notYet(item.at, 'ROW_NUMBER() twice in one SELECT', 'number the rows of one sub-query after another');
      good = false;
      return [];
    }
    if (over) {
      const found = checkOver(over, scope);
      good &&= found !== null;
      if (found) rank = { ...found, at: item.at };
      return found ? [{ name, type: RANK.type, expr: RANK, at: item.at }] : [];
    }
    const expr = checkExpr(item.expr, scope);
    if (expr && isHuge(expr))
      problems.notYet(
        item.at,
        'an expression of more than 10,000 parts, once the views in it are written out',
        'write what the inner view gives into a kinesis table, and read that',
      );
    good &&= expr !== null && !isHuge(expr);
    return expr ? [{ name, type: expr.type, expr, at: item.at }] : [];
  });
  return good ? { columns, rank } : null;
};
