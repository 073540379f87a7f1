// The names of the input row: the columns of the table that is read. Slots are the table's own column numbers until the query is
// whole; then only the used ones stay.
import type { Ident } from '../ast.ts';
import type { Column, Expr } from '../plan.ts';
import { didYouMean, listed, type Problems } from '../problem.ts';
import { checkField } from './access.ts';
import type { Scope } from './scope.ts';
import type { Table } from './tables.ts';

const WINDOW_COLUMNS = ['window_start', 'window_end', 'window_time'];

export const inputScope = (table: Table, alias: string | null, clause: string, problems: Problems): Scope => {
  const known = table.columns.map((c) => c.name);
  const unknown = (ident: Ident): null => {
    if (table.broken.has(ident.name)) return null;
    if (WINDOW_COLUMNS.includes(ident.name))
      problems.notYet(
        ident.at,
        `${ident.name} in ${clause}`,
        'filter windows in HAVING, select them beside GROUP BY window_start, window_end',
      );
    else
      problems.add(
        ident.at,
        `${clause}: unknown column "${ident.name}".${didYouMean(ident.name, known)} ${table.plan.name} has ${listed(known)}`,
      );
    return null;
  };
  const scope: Scope = {
    problems,
    clause,
    name(parts) {
      const qualified = parts.length > 1 && parts[0]?.name === (alias ?? table.plan.name);
      const [column, ...fields] = qualified ? parts.slice(1) : parts;
      if (!column) return null;
      const slot = known.indexOf(column.name);
      const found = table.columns[slot];
      if (!found) return unknown(column);
      let expr: Expr | null = { kind: 'slot', slot, type: found.type };
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

/** Every slot that the expressions read, in order. */
const slotsOf = (exprs: readonly (Expr | null)[]): readonly number[] => {
  const used = new Set<number>();
  const visit = (e: Expr | null): void => {
    if (e?.kind === 'slot') used.add(e.slot);
    if (e?.kind === 'call') e.args.forEach(visit);
  };
  exprs.forEach(visit);
  return [...used].sort((a, b) => a - b);
};

/** Drops the columns that no expression reads. `move` puts an expression on the slots that are left. */
export const narrow = (
  columns: readonly Column[],
  exprs: readonly (Expr | null)[],
): { readonly columns: readonly Column[]; readonly move: (e: Expr) => Expr } => {
  const used = slotsOf(exprs);
  const move = (e: Expr): Expr => {
    if (e.kind === 'slot') return { ...e, slot: used.indexOf(e.slot) };
    return e.kind === 'call' ? { ...e, args: e.args.map(move) } : e;
  };
  return { columns: used.flatMap((slot) => columns[slot] ?? []), move };
};
