// Reference tables that change data fills: their key and columns, from sources.yml, reference/*.csv and CREATE TABLE.
import type { Remembered, Source } from '../../shared/pipeline.ts';
import type { CreateTable } from '../../shared/query/ast.ts';
import { parseFile } from '../../shared/query/parser/statements.ts';
import { problemsOf } from '../../shared/query/problem.ts';
import type { UserError } from '../../shared/user-error.ts';
import type { UserFile } from './read-folder.ts';
import type { ReferenceTable } from './references.ts';

/** The look-up's key where several columns of the source are the key. */
const JOINED = 'key';

export type Resolved = {
  readonly sources: readonly Source[];
  /** All reference tables: those of files, and those that are remembered. */
  readonly references: readonly ReferenceTable[];
  readonly errors: readonly UserError[];
};

/** CREATE TABLEs with 'millrace.reference'. What is wrong in them is told elsewhere. */
const declaredIn = (sql: readonly { readonly path: string; readonly text: string }[]): readonly CreateTable[] =>
  sql.flatMap(({ path, text }) =>
    parseFile(text, problemsOf(path, [], new Map())).filter((s): s is CreateTable => s.kind === 'create-table'),
  );
const referenceOf = (node: CreateTable): string | undefined =>
  node.options.find((o) => o.key === 'millrace.reference')?.value;
const keyOf = (node: CreateTable): string | undefined => {
  const [key, second] = node.primaryKeys[0]?.columns ?? [];
  return second === undefined ? key?.name : undefined;
};

/**
 * @param places of each table's `remember`, as `<source> <table>`
 * @param files  tables of reference/*.csv
 */
export const resolveRemembered = (
  sources: readonly Source[],
  places: ReadonlyMap<string, { readonly line: number; readonly col: number }>,
  path: string,
  files: readonly ReferenceTable[],
  sql: readonly UserFile[],
): Resolved => {
  if (sources.every((s) => s.remember === undefined)) return { sources, references: files, errors: [] };
  const errors: UserError[] = [];
  const declared = declaredIn(sql);
  const filled = new Map<string, ReferenceTable>();

  const resolve = (source: Source, asked: Remembered): readonly Remembered[] => {
    const { from, into } = asked;
    const at = places.get(`${source.name} ${from}`) ?? { line: 0, col: 0 };
    const say = (message: string): readonly Remembered[] => {
      errors.push({ file: path, ...at, message });
      return [];
    };
    const other = filled.get(into);
    if (other !== undefined)
      return say(
        `${into} is filled by ${other.filledBy} already; positions of two logs cannot be compared: name another table`,
      );
    const file = files.find((f) => f.name === into);
    const creates = declared.filter((node) => referenceOf(node) === into);
    const told = creates.map(keyOf).find((key) => key !== undefined);
    const key = asked.key.length > 0 ? asked.key : [file?.columns[0] ?? told ?? ''];
    // Something stands there in any case, so that other files are not told off for it.
    const fill = (columns: readonly string[]): void => {
      const rows = (file?.rows ?? []).map((row) => columns.map((_, i) => row[i] ?? null));
      filled.set(into, { name: into, columns, rows, filledBy: `${source.name} (${from})` });
    };
    if (key[0] === '') {
      fill([]);
      return say(
        `nothing says which column of ${from} is the key of ${into}: write {into: ${into}, key: id}, or CREATE TABLE ${into} (…, PRIMARY KEY (id) NOT ENFORCED) with 'millrace.reference' = '${into}'`,
      );
    }
    const first = key.length === 1 ? (key[0] as string) : JOINED;
    const more =
      asked.columns.length > 0 ? asked.columns : creates.flatMap((node) => node.columns.map((c) => c.name.name));
    const columns = [...new Set([first, ...(file?.columns ?? []), ...more])];
    fill(columns);
    if (file?.columns[0] !== undefined && file.columns[0] !== first)
      return say(
        `the key of ${into} is ${first} here; the first column of reference/${into}.csv is "${file.columns[0]}"`,
      );
    if (more.length === 0 && file === undefined)
      return say(
        `nothing says which columns of ${from} are kept: write {into: ${into}, key: ${key.length === 1 ? first : `[${key.join(', ')}]`}, columns: [name, …]}, or CREATE TABLE ${into} with 'millrace.reference' = '${into}'`,
      );
    return [{ from, into, key, columns }];
  };

  const resolved = sources.map((source): Source => {
    if (source.remember === undefined) return source;
    return { ...source, remember: source.remember.flatMap((asked) => resolve(source, asked)) };
  });
  const references = [...files.filter((f) => !filled.has(f.name)), ...filled.values()];
  return { sources: resolved, references, errors };
};
