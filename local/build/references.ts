import type { UserError } from '../../shared/user-error.ts';
import { readCsv } from './csv.ts';
import type { UserFile } from './read-folder.ts';

/** Rows of reference/<name>.csv, or a table that change data fills. The first column is the key. */
export type ReferenceTable = {
  readonly name: string;
  readonly columns: readonly string[];
  /** null: the row has no such field. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Whose changes fill it: `crm (shop.customers)`. Its rows then stand until the first change of their key. */
  readonly filledBy?: string;
};

const baseName = (file: string): string => file.slice(file.lastIndexOf('/') + 1).replace(/\.csv$/, '');

/** Reads one CSV file; its mistakes are wrong quotes, a missing or doubled column name, ragged rows and doubled keys. */
export const readReference = (file: UserFile): { table: ReferenceTable; errors: readonly UserError[] } => {
  const { rows, mistakes } = readCsv(file.text);
  const errors: UserError[] = mistakes.map((m) => ({ file: file.path, ...m }));
  const say = (line: number, message: string): void => void errors.push({ file: file.path, line, col: 1, message });
  const [header, ...body] = rows;
  const columns = header?.fields ?? [];
  if (header === undefined) say(0, 'the file is empty; the first line names the columns, the first column is the key');
  columns.forEach((name, i) => {
    if (name.trim() === '') say(header?.line ?? 1, `column ${i + 1} has no name`);
    else if (columns.indexOf(name) !== i) say(header?.line ?? 1, `column "${name}" is named twice`);
  });
  const seen = new Map<string, number>();
  for (const row of body) {
    const key = row.fields[0] ?? '';
    const first = seen.get(key);
    if (row.fields.length !== columns.length) {
      say(row.line, `${row.fields.length} fields, but the header names ${columns.length}: ${columns.join(', ')}`);
    }
    if (key === '') say(row.line, `the key (${columns[0]}) is empty`);
    else if (first !== undefined) say(row.line, `the key ${columns[0]} = "${key}" stands on line ${first} already`);
    else seen.set(key, row.line);
  }
  return { table: { name: baseName(file.path), columns, rows: body.map((r) => r.fields) }, errors };
};
