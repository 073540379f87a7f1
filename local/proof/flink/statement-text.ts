// Texts of statements with small changes, by the places that the parser gives: all else stays as it was written.
import type { CreateTable, From, Insert, Statement } from '../../../shared/query/ast.ts';

const optionsText = (options: Readonly<Record<string, string>>): string =>
  `WITH (${Object.entries(options)
    .map(([key, value]) => `'${key}' = '${value.replaceAll("'", "''")}'`)
    .join(', ')})`;

/** A name that no reserved word can be. */
export const quoted = (name: string): string => `\`${name}\``;

/** The statement under a name, with these options in place of its own. */
export const withOptions = (
  text: string,
  node: CreateTable,
  name: string,
  options: Readonly<Record<string, string>>,
): string => `CREATE TABLE ${quoted(name)}${withoutOptions(text, node)} ${optionsText(options)}`;

/** What stands between the table's name and its WITH clause. */
const withoutOptions = (text: string, node: CreateTable): string => {
  const [first] = node.options;
  const from = node.name.at.end;
  if (first === undefined) return text.slice(from, node.at.end);
  const head = text.slice(from, first.keyAt.start);
  const cut = /\bWITH\s*\(\s*$/i.exec(head);
  if (cut === null) throw new Error(`no WITH clause before ${first.key} in: ${head}`);
  return head.slice(0, cut.index);
};

type AsOf = Extract<From, { kind: 'as-of' }>;

const lookupsIn = (node: unknown): readonly AsOf[] => {
  if (Array.isArray(node)) return node.flatMap(lookupsIn);
  if (typeof node !== 'object' || node === null) return [];
  const found = (node as { kind?: string }).kind === 'as-of' ? [node as AsOf] : [];
  return [...found, ...Object.values(node).flatMap(lookupsIn)];
};

/** Names of the tables that a statement reads. */
export const tablesIn = (node: unknown): readonly string[] => {
  if (Array.isArray(node)) return node.flatMap(tablesIn);
  if (typeof node !== 'object' || node === null) return [];
  const { kind, table } = node as { kind?: string; table?: { name?: string } };
  const own = kind === 'table' && table?.name !== undefined ? [table.name] : [];
  return [...own, ...Object.values(node).flatMap(tablesIn)];
};

/** A look-up join as the equal regular join: the reference table is another bounded table here, which Flink reads to its end. */
export const withoutAsOf = (text: string, node: Statement | Insert['query']): string => {
  let out = '';
  let from = node.at.start;
  for (const { table, time } of [...lookupsIn(node)].sort((a, b) => a.at.start - b.at.start)) {
    out += `${text.slice(from, table.at.end)} `;
    from = time.at.end;
  }
  return out + text.slice(from, node.at.end);
};
