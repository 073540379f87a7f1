// INSERT INTO … SELECT to queries, but for their ids and what they read, which follow from all files (graph.ts).
import type { Insert } from '../ast.ts';
import { didYouMean, listed, type Problems } from '../problem.ts';
import type { Draft, Places } from './draft.ts';
import { emit } from './emit.ts';
import { fill } from './fill.ts';
import { isNamed, type Names } from './names.ts';
import { checkQuery } from './query.ts';
import type { Table } from './tables.ts';

const checkInto = (node: Insert, names: Names, problems: Problems): Table | null => {
  const { name, at } = node.into;
  const found = names.find(name);
  if (found && !isNamed(found)) {
    if (found.reference)
      problems.add(
        at,
        `INSERT INTO: ${name} is a reference table ('millrace.reference'); write into a table without it`,
      );
    else if (!found.source) return found;
    else problems.add(at, `INSERT INTO: ${name} is a source ('millrace.type'); write into a table without it`);
  } else if (found) problems.add(at, `INSERT INTO: ${name} is a view; write into a table`);
  else {
    const tables = names.known.filter((known) => !isView(names, known));
    problems.add(at, `INSERT INTO: unknown table "${name}".${didYouMean(name, tables)} Tables: ${listed(tables)}`);
  }
  return null;
};

const isView = (names: Names, name: string): boolean => {
  const found = names.find(name);
  return found !== undefined && isNamed(found);
};

const placesOf = (node: Insert): Places => ({
  at: node.at,
  from: node.query.parts[0]?.from.at ?? node.at,
  query: node.query.at,
  into: node.into.at,
});

/** @returns one query for each part of a UNION ALL and each set of GROUPING SETS */
export const checkInsert = (node: Insert, name: string, names: Names, problems: Problems): readonly Draft[] => {
  const into = checkInto(node, names, problems);
  const parts = checkQuery(node.query, names, problems);
  if (!into || !parts) return [];
  return parts.flatMap((rel, i) => {
    const row = fill(node, into, rel, problems);
    const own = parts.length > 1 ? `${name}-part-${i + 1}` : name;
    return row ? emit(rel, { into, row, places: placesOf(node), problems }, own) : [];
  });
};
