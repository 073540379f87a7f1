// DIR/<name>.csv or .ndjson -> the rows of a reference table, read as `enrich` and look-up joins read them.
import { loadReference, type ReferenceLookup, referenceLookup } from '../../shared/enrich/reference.ts';
import type { Json } from '../../shared/event/cloud-event.ts';
import { parseJson, stringifyJson } from '../../shared/event/json.ts';
import { isObject } from '../../shared/event/path.ts';
import { manualClock } from '../../shared/memory/clock.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import type { UserError } from '../../shared/user-error.ts';
import { readCsv } from '../build/csv.ts';

/** `columns` as the file has them; texts of each row in their order, null where NDJSON has none. */
type Rows = { readonly columns: readonly string[]; readonly rows: readonly (readonly (string | null)[])[] };

export type ReferenceFile = {
  /** As the plan calls the reference table. */
  readonly name: string;
  readonly file: string;
  readonly text: string;
  /** Its PRIMARY KEY. */
  readonly key: string;
};

const csvRows = (file: string, text: string, errors: UserError[]): Rows => {
  const { rows, mistakes } = readCsv(text);
  for (const m of mistakes) errors.push({ file, ...m });
  const [header, ...body] = rows;
  const columns = header?.fields ?? [];
  for (const row of body)
    if (row.fields.length !== columns.length)
      errors.push({
        file,
        line: row.line,
        col: 1,
        message: `${row.fields.length} fields, but the header names ${columns.length}`,
      });
  return { columns, rows: body.map((r) => r.fields) };
};

const jsonRows = (file: string, text: string, errors: UserError[]): Rows => {
  const objects = text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    const parsed = parseJson(Buffer.from(line));
    if (parsed.ok && isObject(parsed.value)) return [parsed.value];
    errors.push({ file, line: i + 1, col: 0, message: 'a row is a JSON object with the columns as fields' });
    return [];
  });
  const columns = [...new Set(objects.flatMap((o) => Object.keys(o)))];
  const cell = (value: Json | undefined): string | null => {
    if (value === null || value === undefined) return null;
    return typeof value === 'string' ? value : stringifyJson(value);
  };
  return { columns, rows: objects.map((o) => columns.map((c) => cell(o[c]))) };
};

/** @returns the look-up over all files, and every mistake in them */
export const referencesOf = async (
  files: readonly ReferenceFile[],
): Promise<{ readonly lookup: ReferenceLookup; readonly errors: readonly UserError[] }> => {
  const table = memoryTable('reference');
  const errors: UserError[] = [];
  const columnsOf: Record<string, readonly string[]> = {};
  for (const { name, file, text, key } of files) {
    const { columns, rows } = file.endsWith('.csv') ? csvRows(file, text, errors) : jsonRows(file, text, errors);
    if (!columns.includes(key)) {
      errors.push({
        file,
        line: 1,
        col: 0,
        message: `no column "${key}", the PRIMARY KEY; found ${columns.join(', ')}`,
      });
      continue;
    }
    // The key comes first, whatever the file's order.
    const order = [key, ...columns.filter((c) => c !== key)];
    const at = order.map((c) => columns.indexOf(c));
    columnsOf[name] = order;
    const keyed = rows.map((row) => at.map((i) => row[i] ?? null));
    await loadReference(table, name, order, keyed);
  }
  return { lookup: referenceLookup({ table, clock: manualClock(), columns: columnsOf }), errors };
};
