// The event time of a table whose WATERMARK FOR names a computed column: in a pipeline the event has it as a field (`x-time`); a row of a
// script may leave it to the expression.
import type { Statement } from '../../shared/query/ast.ts';
import { compileSql, type Known } from '../../shared/query/compile.ts';
import { evaluator } from '../../shared/query/evaluate.ts';
import type { TablePlan } from '../../shared/query/plan.ts';
import { type RowSource, rowReader } from '../../shared/query/row.ts';

export type TimeOf = (row: RowSource) => number | null;

const TWIN = '__times';

/** @returns undefined when the table's event time is a column that rows have */
export const computedTime = (
  files: readonly { readonly path: string; readonly text: string }[],
  table: TablePlan,
  known: Known,
): TimeOf | undefined => {
  const { watermark } = table;
  if (watermark === null || table.columns.some((c) => c.name === watermark.column)) return undefined;
  // The same table without event time: there the column is its expression.
  const adapt = (s: Statement): Statement => {
    const own = known.adapt?.(s) ?? s;
    return own.kind === 'create-table' && own.name.name === table.name ? { ...own, watermarks: [] } : own;
  };
  const text = `CREATE TABLE ${TWIN} (t TIMESTAMP(3)) WITH ('connector' = 'kinesis', 'format' = 'json');
INSERT INTO ${TWIN} SELECT \`${watermark.column}\` FROM \`${table.name}\`;`;
  const tables = files.map((f) => ({ ...f, path: `${f.path}#` }));
  const { plan } = compileSql([...tables, { path: `${TWIN}.sql`, text }], { ...known, adapt });
  const query = plan.queries.find((q) => q.into === TWIN);
  const [select] = query?.kind === 'stateless' ? query.select : [];
  if (query?.kind !== 'stateless' || select === undefined) return undefined;
  const [read, time] = [rowReader(query.columns), evaluator(select)];
  return (row) => {
    const value = time(read(row));
    return typeof value === 'number' ? value : null;
  };
};
