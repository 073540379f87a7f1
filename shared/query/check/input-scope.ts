// The names of the row that a clause reads: the columns of what stands in FROM.
import type { Ident } from '../ast.ts';
import type { Expr } from '../plan.ts';
import { didYouMean, listed, type Problems } from '../problem.ts';
import { checkField } from './access.ts';
import { isProctime, type Part, type Shown } from './relation.ts';
import type { Scope } from './scope.ts';

/** Where alone PROCTIME() may be named, but for SELECT of a sub-query. */
export const AS_OF = 'FOR SYSTEM_TIME AS OF';

const partsOf = (rel: Shown): readonly Part[] => rel.parts ?? [{ name: rel.name, from: 0, to: rel.columns.length }];

/** The tables of FROM that hold a column, to say which one is meant. */
const holders = (rel: Shown, name: string): readonly string[] =>
  partsOf(rel)
    .filter((p) => rel.columns.slice(p.from, p.to).some((c) => c.name === name))
    .map((p) => p.name);

export const inputScope = (rel: Shown, clause: string, problems: Problems): Scope => {
  const parts = partsOf(rel);
  const unknown = (ident: Ident, within: Part | undefined, qualifies: boolean): null => {
    if (rel.broken.has(ident.name)) return null;
    const columns = within ? rel.columns.slice(within.from, within.to) : rel.columns;
    const known = columns.map((c) => c.name);
    const tables = parts.map((p) => p.name);
    problems.add(
      ident.at,
      qualifies && tables.length > 1
        ? `${clause}: no table "${ident.name}" in FROM, and no column.${didYouMean(ident.name, [...tables, ...known])} Tables: ${listed(tables)}`
        : `${clause}: unknown column "${ident.name}".${didYouMean(ident.name, known)} ${within?.name ?? rel.name} has ${listed(known)}`,
    );
    return null;
  };
  const scope: Scope = {
    problems,
    clause,
    name(names) {
      const within = names.length > 1 ? parts.find((p) => p.name === names[0]?.name) : undefined;
      const [column, ...fields] = within ? names.slice(1) : names;
      if (!column) return null;
      const columns = within ? rel.columns.slice(within.from, within.to) : rel.columns;
      const [found, second] = columns.filter((c) => c.name === column.name);
      if (!found) return unknown(column, within, fields.length > 0);
      if (second) {
        const tables = within ? [] : holders(rel, column.name);
        problems.add(
          column.at,
          new Set(tables).size > 1
            ? `${clause}: "${column.name}" is a column of ${listed(tables)}; write ${tables.map((t) => `${t}.${column.name}`).join(' or ')}`
            : `${clause}: ${within?.name ?? rel.name} has two columns "${column.name}"; rename one by AS`,
        );
        return null;
      }
      if (isProctime(found.expr) && clause !== AS_OF) {
        problems.notYet(
          column.at,
          `"${column.name}", which is PROCTIME(), in ${clause}`,
          'use the event time column: the content of the stream fixes the result; PROCTIME() serves FOR SYSTEM_TIME AS OF alone',
        );
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
