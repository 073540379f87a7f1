// The names of the row that a clause reads: the columns of what stands in FROM.
import type { Ident } from '../ast.ts';
import type { Column, Expr } from '../plan.ts';
import { didYouMean, listed, type Problems } from '../problem.ts';
import { checkField } from './access.ts';
import type { Relation } from './relation.ts';
import type { Scope } from './scope.ts';
import { mapSlots, slotsOf } from './slots.ts';

/** @param alias what columns may be qualified with instead of the relation's name; '' for nothing */
export const inputScope = (
  rel: Pick<Relation, 'name' | 'columns' | 'broken'>,
  alias: string | null,
  clause: string,
  problems: Problems,
): Scope => {
  const known = rel.columns.map((c) => c.name);
  const unknown = (ident: Ident): null => {
    if (!rel.broken.has(ident.name))
      problems.add(
        ident.at,
        `${clause}: unknown column "${ident.name}".${didYouMean(ident.name, known)} ${rel.name} has ${listed(known)}`,
      );
    return null;
  };
  const scope: Scope = {
    problems,
    clause,
    name(parts) {
      const qualified = parts.length > 1 && parts[0]?.name === (alias ?? rel.name);
      const [column, ...fields] = qualified ? parts.slice(1) : parts;
      if (!column) return null;
      const [found, second] = rel.columns.filter((c) => c.name === column.name);
      if (!found) return unknown(column);
      if (second) {
        problems.add(column.at, `${clause}: ${rel.name} has two columns "${column.name}"; rename one by AS`);
        return null;
      }
      let expr: Expr | null = found.expr;
      for (const field of fields) expr = expr && checkField(expr, field, scope);
      return expr;
    },
    aggregate(node) {
      problems.add(
        node.at,
        `${clause}: ${node.name.name.toUpperCase()} is an aggregate; it stands in SELECT or HAVING of a query with GROUP BY`,
      );
      return null;
    },
    whole: () => undefined,
  };
  return scope;
};

/** Drops the columns that no expression reads. `move` puts an expression on the slots that are left. */
export const narrow = (
  columns: readonly Column[],
  exprs: readonly (Expr | null)[],
): { readonly columns: readonly Column[]; readonly move: (e: Expr) => Expr } => {
  const used = slotsOf(exprs);
  const move = (e: Expr): Expr => mapSlots(e, (s) => ({ ...s, slot: used.indexOf(s.slot) }));
  return { columns: used.flatMap((slot) => columns[slot] ?? []), move };
};
