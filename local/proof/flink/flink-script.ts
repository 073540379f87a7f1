// A script of ours as Flink runs it in a proof: the same text, with the connectors of the proof.
import { getOrMake } from '../../../shared/get-or-make.ts';
import type { CreateTable, Insert } from '../../../shared/query/ast.ts';
import { parseFile } from '../../../shared/query/parser/statements.ts';
import { problemsOf } from '../../../shared/query/problem.ts';
import type { UserError } from '../../../shared/user-error.ts';
import { quoted, tablesIn, withOptions, withoutAsOf } from './statement-text.ts';

export type FlinkScript = {
  /** NDJSON file of each source table and reference table. */
  readonly sources: ReadonlyMap<string, string>;
  /** Class of each function, by the text of CREATE FUNCTION. */
  readonly classes?: ReadonlyMap<string, string>;
  readonly shards?: number;
  readonly shardColumn?: string;
};

/** Of a table between queries, which is a view on Flink, the rows. */
export const COPY = '__rows';

const jsonOptions = (node: CreateTable): Readonly<Record<string, string>> =>
  Object.fromEntries(node.options.filter((o) => o.key.startsWith('json.')).map((o) => [o.key, o.value]));

/**
 * @param name   of the job: results are collected under it
 * @returns      statements, and the tables whose rows are collected
 * @throws Error when the text is not SQL
 */
export const flinkStatements = (
  name: string,
  text: string,
  { sources, classes, shards, shardColumn }: FlinkScript,
): { readonly statements: readonly string[]; readonly results: readonly string[] } => {
  const errors: UserError[] = [];
  const parsed = parseFile(text, problemsOf(name, errors));
  if (errors.length > 0) throw new Error(errors.map((e) => `${e.file}:${e.line}:${e.col} ${e.message}`).join('\n'));
  const written = new Set(parsed.filter((s): s is Insert => s.kind === 'insert').map((s) => s.into.name));
  const read = new Set(parsed.flatMap(tablesIn));
  const sharded = {
    ...(shards !== undefined && { shards: String(shards) }),
    ...(shardColumn !== undefined && { 'shard-column': shardColumn }),
  };
  const tables: string[] = [];
  const views = new Map<string, string[]>();
  const columns = new Map<string, string>();
  const inserts: string[] = [];
  const results: string[] = [];

  const addTable = (s: CreateTable): void => {
    const own = s.name.name;
    const file = sources.get(own);
    if (file !== undefined) {
      const source = { connector: 'millrace-file', file, format: 'json', ...jsonOptions(s), ...sharded };
      tables.push(withOptions(text, s, own, source));
      return;
    }
    // No file is both written and read, so a table between queries is a view there.
    const result = written.has(own) && read.has(own) ? own + COPY : own;
    if (result !== own) {
      columns.set(own, s.columns.map((c) => quoted(c.name.name)).join(', '));
      inserts.push(`INSERT INTO ${quoted(result)} SELECT * FROM ${quoted(own)}`);
    }
    if (written.has(own)) results.push(result);
    tables.push(withOptions(text, s, result, { connector: 'millrace-result', name: `${name}.${result}` }));
  };

  for (const s of parsed) {
    if (s.kind === 'create-table') addTable(s);
    else if (s.kind === 'create-function')
      tables.push(`CREATE FUNCTION ${quoted(s.name.name)} AS '${classes?.get(s.from.text) ?? s.from.text}'`);
    else if (s.kind === 'insert' && columns.has(s.into.name))
      getOrMake(views, s.into.name, (): string[] => []).push(withoutAsOf(text, s.query));
    else (s.kind === 'insert' ? inserts : tables).push(withoutAsOf(text, s));
  }
  const asViews = [...views].map(
    ([table, queries]) =>
      `CREATE TEMPORARY VIEW ${quoted(table)} (${columns.get(table)}) AS ${queries.join(' UNION ALL ')}`,
  );
  return { statements: [...tables, ...asViews, ...inserts], results };
};
