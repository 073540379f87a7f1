// Cells of reference/*.csv that are no value of the type that a look-up gives their column: they would be NULL at run time.
import { cellReader } from '../../shared/query/lookup.ts';
import type { Lookup, Plan } from '../../shared/query/plan.ts';
import { sidesOf } from '../../shared/query/sides.ts';
import { typeText } from '../../shared/query/type-rules.ts';
import type { UserError } from '../../shared/user-error.ts';
import { readCsv } from './csv.ts';
import type { UserFile } from './read-folder.ts';

/** Wrong cells of one column that are named one by one. */
const MOST = 3;

type Wanted = Lookup['columns'][number] & { readonly table: string };

const wantedBy = (plan: Plan): readonly Wanted[] => {
  const all = plan.queries.flatMap((q) => sidesOf(q)).flatMap((s) => s.lookups ?? []);
  const columns = all.flatMap((l) => l.columns.map((c) => ({ ...c, table: l.table })));
  return [...new Map(columns.map((c) => [`${c.table} ${c.name} ${typeText(c.type)}`, c])).values()];
};

/** An empty cell of another type than STRING is NULL on purpose. */
export const wrongCells = (plan: Plan, files: readonly UserFile[]): readonly UserError[] =>
  wantedBy(plan).flatMap(({ table, name, type }) => {
    const file = files.find((f) => f.path === `reference/${table}.csv`);
    if (file === undefined || type.kind === 'STRING') return [];
    const [header, ...rows] = readCsv(file.text).rows;
    const at = header?.fields.indexOf(name) ?? -1;
    const read = cellReader(type);
    const wrong = rows.filter((row) => (row.fields[at] ?? '') !== '' && read(row.fields[at]) === null);
    return wrong.slice(0, MOST).map((row, i): UserError => {
      const more = i === MOST - 1 && wrong.length > MOST ? ` (and ${wrong.length - MOST} more)` : '';
      const message = `${name} = "${row.fields[at]}" is no ${typeText(type)}, which CREATE TABLE says it is${more}`;
      return { file: file.path, line: row.line, col: 0, message };
    });
  });
