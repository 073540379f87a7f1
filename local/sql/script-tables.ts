// What the tables of a script stand for: those with a file are sources or reference tables, all others are destinations.
import type { CreateTable, OptionNode, Statement } from '../../shared/query/ast.ts';
import { parseFile } from '../../shared/query/parser/statements.ts';
import { problemsOf } from '../../shared/query/problem.ts';

/** Files of DIR by table: `events` of NDJSON, `rows` of a reference table. */
export type DataFiles = {
  has(name: string): boolean;
};

/** Names that stand in the script as `t FOR SYSTEM_TIME AS OF …`. */
const lookedUp = (node: unknown, into: Set<string>): void => {
  if (Array.isArray(node)) {
    for (const item of node) lookedUp(item, into);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const { kind, table } = node as { kind?: string; table?: { name: string } };
  if (kind === 'as-of' && table) into.add(table.name);
  for (const value of Object.values(node)) lookedUp(value, into);
};

export type Roles = {
  /** Tables that events are read for, in the order of the script. */
  readonly sources: readonly string[];
  /** Reference tables: name, key columns, file. */
  readonly references: readonly { readonly name: string; readonly node: CreateTable; readonly file: string }[];
  /** Gives each table the options of its role. */
  readonly adapt: (statement: Statement) => Statement;
};

const optionOf = (node: CreateTable, key: string): string | undefined => node.options.find((o) => o.key === key)?.value;

/** Options of Flink's that name no destination of ours: rows are printed whatever they say. */
const PRINTED = new Set(['print', 'blackhole', 'values', 'datagen']);
/** Beyond the time that any script's rows span: Flink keeps the state of such queries for ever. */
const FOR_EVER = '36500 d';

/** Written options that stay, and those of the role, at the place of the table's name. */
const withOptions = (
  node: CreateTable,
  stays: (key: string) => boolean,
  more: Readonly<Record<string, string>>,
): CreateTable => {
  const own = node.options.filter((o) => stays(o.key) && !Object.hasOwn(more, o.key));
  const added = Object.entries(more).map(
    ([key, value]): OptionNode => ({ key, value, keyAt: node.name.at, valueAt: node.name.at }),
  );
  return { ...node, options: [...own, ...added] };
};

const source = (node: CreateTable): CreateTable =>
  withOptions(node, (key) => key.startsWith('json.') || key === 'millrace.ahead', {
    connector: 'kinesis',
    format: 'json',
    'millrace.type': node.name.name,
  });

const reference = (node: CreateTable): CreateTable =>
  withOptions(node, () => false, { connector: 'jdbc', 'millrace.reference': node.name.name });

const destination = (node: CreateTable): CreateTable => {
  const connector = optionOf(node, 'connector');
  if (connector !== undefined && !PRINTED.has(connector)) return node;
  const keyed = node.primaryKeys.length > 0;
  const ours = (key: string): boolean => key.startsWith('millrace.');
  if (!keyed) return withOptions(node, ours, { connector: 'kinesis', format: 'json' });
  const ttl = optionOf(node, 'millrace.ttl');
  return withOptions(node, ours, { connector: 'dynamodb', 'millrace.ttl': ttl ?? FOR_EVER });
};

/** @param files of DIR, by name */
export const rolesOf = (text: string, files: DataFiles): Roles => {
  const statements = parseFile(text, problemsOf('', []));
  const asked = new Set<string>();
  lookedUp(statements, asked);
  const tables = statements.filter((s): s is CreateTable => s.kind === 'create-table');
  const fileOf = (node: CreateTable): string | null => {
    const stem = optionOf(node, 'millrace.reference') ?? node.name.name;
    const found = [`${node.name.name}.csv`, `${stem}.csv`, `${node.name.name}.ndjson`].find((name) => files.has(name));
    const isOne =
      asked.has(node.name.name) || stem !== node.name.name || optionOf(node, 'millrace.reference') !== undefined;
    return isOne && found !== undefined ? found : null;
  };
  const references = tables.flatMap((node) => {
    const file = fileOf(node);
    return file === null ? [] : [{ name: node.name.name, node, file }];
  });
  const isReference = new Set(references.map((r) => r.name));
  const sources = tables
    .map((t) => t.name.name)
    .filter((name) => files.has(`${name}.ndjson`) && !isReference.has(name));
  const isSource = new Set(sources);
  return {
    sources,
    references,
    adapt(statement) {
      if (statement.kind !== 'create-table') return statement;
      if (isSource.has(statement.name.name)) return source(statement);
      return isReference.has(statement.name.name) || asked.has(statement.name.name)
        ? reference(statement)
        : destination(statement);
    },
  };
};
