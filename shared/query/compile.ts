// The user's SQL files to a plan, or every mistake in them at once.
import type { UserError } from '../user-error.ts';
import type { CreateTable, CreateView, Insert, Statement } from './ast.ts';
import type { Draft } from './check/draft.ts';
import { link } from './check/graph.ts';
import { checkInsert } from './check/insert.ts';
import { type Named, type Names, namesOf } from './check/names.ts';
import type { KnownNames } from './check/options.ts';
import { checkNamed } from './check/query.ts';
import { checkSchemaFit, type KnownSchemas } from './check/schema-fit.ts';
import { checkTable, type Table } from './check/tables.ts';
import { type DeclaredFunctions, declareFunction } from './check/user-call.ts';
import { parseFile } from './parser/statements.ts';
import type { Plan } from './plan.ts';
import { type Problems, problemsOf } from './problem.ts';
import type { KnownFunctions } from './user-functions.ts';

export type Known = KnownNames & {
  /** What files of pipeline/functions/ export, by the text of CREATE FUNCTION; none when absent. */
  readonly functions?: KnownFunctions;
  /** What the schemas say of `data`, by event type; columns are not held against the types that are absent. */
  readonly schemas?: KnownSchemas;
  /** What a script's statements stand for where no pipeline folder is (`millrace sql`): tables get their options here. */
  readonly adapt?: (statement: Statement) => Statement;
};
export type SqlFile = { readonly path: string; readonly text: string };
type Of<S extends Statement> = { readonly node: S; readonly problems: Problems; readonly name: string };

/** `queries/orders per minute.sql` gives `orders_per_minute`: query names are letters, digits, `_` and `-`. */
const stemOf = (path: string): string =>
  (path.split('/').pop() ?? path).replace(/\.sql$/i, '').replaceAll(/[^A-Za-z0-9_-]/g, '_');

/** Runs one check; an exception in it is a bug of ours, never the user's mistake. */
const guarded = <T>(node: Statement, problems: Problems, check: () => T): T | null => {
  try {
    return check();
  } catch (error) {
    problems.bug(node.at, error);
    return null;
  }
};

/** Several INSERTs in a file are called name, name-2, name-3. */
const nameInserts = (
  files: readonly { readonly path: string; readonly problems: Problems; readonly statements: readonly Statement[] }[],
) => {
  const inserts: Of<Insert>[] = [];
  const taken = new Map<string, string>();
  for (const { path, problems, statements } of files) {
    const own = statements.filter((s) => s.kind === 'insert');
    for (const [i, node] of own.entries()) {
      const name = i === 0 ? stemOf(path) : `${stemOf(path)}-${i + 1}`;
      const other = taken.get(name);
      if (other !== undefined)
        problems.add(
          node.at,
          `two queries are called ${name}, here and in ${other}; a query has its file's name, rename one`,
        );
      taken.set(name, path);
      inserts.push({ node, problems, name });
    }
  }
  return inserts;
};

const collectTables = (creates: readonly Of<CreateTable>[], known: KnownNames): ReadonlyMap<string, Table> => {
  const tables = new Map<string, Table>();
  for (const { node, problems } of creates) {
    const other = tables.get(node.name.name);
    if (other) {
      const { file, line } = other.plan.at;
      problems.add(node.name.at, `CREATE TABLE: ${node.name.name} is created twice, first in ${file}:${line}`);
      continue;
    }
    const table = guarded(node, problems, () => checkTable(node, known, problems));
    if (table) tables.set(node.name.name, table);
  }
  return tables;
};

/** Views by name. Each is checked once by itself, read or not. */
const collectViews = (
  views: readonly Of<CreateView>[],
  tables: ReadonlyMap<string, Table>,
): { readonly names: Names; readonly check: () => void } => {
  const byName = new Map<string, Named>();
  const names: Names = namesOf(tables, byName);
  for (const { node, problems, name } of views) {
    if (byName.has(name) || tables.has(name))
      problems.add(node.name.at, `CREATE VIEW: ${name} is created twice; rename one`);
    else byName.set(name, { kind: 'query', query: node.query, columns: node.columns, problems, names: () => names });
  }
  const check = (): void => {
    for (const { node, problems, name } of views) {
      const view = byName.get(name);
      if (view) guarded(node, problems, () => checkNamed(view, name));
    }
  };
  return { names, check };
};

/**
 * @param files paths as errors shall show them; a query is called after its file
 * @returns     the plan, complete only when there are no errors; errors in the order of files and lines
 */
export const compileSql = (
  files: readonly SqlFile[],
  known: Known,
): { readonly plan: Plan; readonly errors: readonly UserError[] } => {
  const errors: UserError[] = [];
  const declared: DeclaredFunctions = new Map();
  const parsed = files.map(({ path, text }) => {
    const problems = problemsOf(path, errors, declared);
    const statements = parseFile(text, problems);
    return { path, problems, statements: known.adapt === undefined ? statements : statements.map(known.adapt) };
  });
  for (const { problems, statements } of parsed)
    for (const node of statements)
      if (node.kind === 'create-function') declareFunction(node, known.functions ?? new Map(), declared, problems);
  const creates = parsed.flatMap(({ problems, statements }) =>
    statements.flatMap((node) => (node.kind === 'create-table' ? [{ node, problems, name: node.name.name }] : [])),
  );
  const tables = collectTables(creates, known);
  for (const table of tables.values())
    guarded(table.node, table.problems, () => checkSchemaFit(table, known.schemas ?? new Map()));
  const views = parsed.flatMap(({ problems, statements }) =>
    statements.flatMap((node) => (node.kind === 'create-view' ? [{ node, problems, name: node.name.name }] : [])),
  );
  const { names, check } = collectViews(views, tables);
  check();
  const drafts = nameInserts(parsed).flatMap(
    ({ node, problems, name }): readonly Draft[] =>
      guarded(node, problems, () => checkInsert(node, name, names, problems)) ?? [],
  );
  const linked = link(drafts);
  const named = [...tables.values()].filter((t) => t.reference === null);
  const plan: Plan = {
    version: 2,
    functions: [...declared.values()].flatMap((fn) => (fn ? [fn] : [])),
    tables: [...named, ...linked.tables].map((t) => t.plan),
    queries: linked.queries,
  };
  const order = new Map(files.map((f, i) => [f.path, i]));
  const place = (e: UserError): readonly number[] => [order.get(e.file) ?? 0, e.line, e.col];
  const byPlace = (a: UserError, b: UserError): number => {
    const [x, y] = [place(a), place(b)];
    return x.map((n, i) => n - (y[i] ?? 0)).find((n) => n !== 0) ?? 0;
  };
  return { plan, errors: errors.sort(byPlace) };
};
