// CREATE TABLE with 'millrace.reference': rows of a file, joined by their key.
import type { CreateTable } from '../ast.ts';
import type { Column } from '../plan.ts';
import { didYouMean, listed, type Problems } from '../problem.ts';
import { typeText } from '../type-rules.ts';
import type { KnownNames } from './options.ts';

/** The one key column of a reference table; null after a report. */
export const referenceKey = (
  node: CreateTable,
  name: string,
  keys: readonly string[],
  columns: readonly Column[],
  known: KnownNames,
  problems: Problems,
): string | null => {
  const [key, second] = keys;
  const at = node.primaryKeys[0]?.at ?? node.name.at;
  const table = `CREATE TABLE ${node.name.name}`;
  if (key === undefined || second !== undefined) {
    problems.add(
      at,
      `${table}: a reference table ('millrace.reference') has one key column: PRIMARY KEY (${columns[0]?.name ?? 'k'}) NOT ENFORCED`,
    );
    return null;
  }
  const type = columns.find((c) => c.name === key)?.type;
  if (type && !['STRING', 'INT', 'BIGINT'].includes(type.kind))
    problems.notYet(at, `the key "${key}" of ${node.name.name} as ${typeText(type)}`, 'make it STRING, INT or BIGINT');
  const file = known.references?.find((r) => r.name === name);
  if (file && file.columns[0] !== key)
    problems.add(
      at,
      file.filledBy === undefined
        ? `${table}: the key of ${name}.csv is its first column, "${file.columns[0]}", found "${key}"`
        : `${table}: the key of ${name} is "${file.columns[0]}", by remember in sources.yml; found "${key}"`,
    );
  for (const column of node.columns)
    if (file && !file.columns.includes(column.name.name))
      problems.add(
        column.name.at,
        `${table}: ${file.filledBy === undefined ? `${name}.csv` : name} has no column "${column.name.name}".${didYouMean(column.name.name, file.columns)} Columns: ${listed(file.columns)}`,
      );
  for (const other of [...node.computed, ...node.watermarks].slice(0, 1))
    problems.notYet(
      other.at,
      `computed columns and WATERMARK FOR in ${node.name.name}, a reference table`,
      'leave them out; compute in the query that joins it',
    );
  return key;
};
