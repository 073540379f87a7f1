// What a name in FROM stands for: a table, a view, or a query named by WITH.
import type { Ident, QueryNode } from '../ast.ts';
import { didYouMean, listed, type Problems } from '../problem.ts';
import type { Table } from './tables.ts';

/** A view or WITH query; it is checked where it stands, so its mistakes are its own. */
export type Named = {
  readonly kind: 'query';
  readonly query: QueryNode;
  readonly columns: readonly Ident[] | null;
  readonly problems: Problems;
  /** What its own names mean. */
  readonly names: () => Names;
};
export type Names = { readonly known: readonly string[]; readonly find: (name: string) => Table | Named | undefined };

export const isNamed = (found: Table | Named): found is Named => 'kind' in found;

export const namesOf = (tables: ReadonlyMap<string, Table>, views: ReadonlyMap<string, Named>): Names => ({
  get known() {
    return [...tables.keys(), ...views.keys()];
  },
  find: (name) => views.get(name) ?? tables.get(name),
});

/** Names that WITH adds, each one known to those after it. */
export const withQueries = (query: QueryNode, outer: Names, problems: Problems): Names =>
  query.with.reduce<Names>((names, cte) => {
    const own: Named = { kind: 'query', query: cte.query, columns: cte.columns, problems, names: () => names };
    return {
      known: [...names.known, cte.name.name],
      find: (name) => (name === cte.name.name ? own : names.find(name)),
    };
  }, outer);

export const findName = (ident: Ident, clause: string, names: Names, problems: Problems): Table | Named | null => {
  const found = names.find(ident.name);
  if (found) return found;
  problems.add(
    ident.at,
    `${clause}: unknown table "${ident.name}".${didYouMean(ident.name, names.known)} Tables: ${listed(names.known)}`,
  );
  return null;
};
