// Names that a table of the lake cannot have: its readers would take them for something else.
import type { CreateTable } from '../ast.ts';
import type { Problems } from '../problem.ts';

/** Folders of the lake, which readers see as columns: `type=…/dt=…/hour=…`. */
const FOLDERS: Readonly<Record<string, string>> = { type: 'event_type', dt: 'day', hour: 'hour_of_day' };

/** Glue, Athena and Redshift Spectrum know names in small letters alone, and refuse a column that is a partition too. */
export const checkLakeColumns = (node: CreateTable, problems: Problems): void => {
  const seen = new Map<string, string>();
  for (const { name } of node.columns) {
    const small = name.name.toLowerCase();
    const before = seen.get(small);
    if (Object.hasOwn(FOLDERS, small))
      problems.add(
        name.at,
        `CREATE TABLE ${node.name.name}: "${name.name}" is a folder of the lake (type=…/dt=…/hour=…), which its readers see as a column; use another name, such as "${FOLDERS[small]}"`,
      );
    else if (before !== undefined && before !== name.name)
      problems.add(
        name.at,
        `CREATE TABLE ${node.name.name}: "${before}" and "${name.name}" differ in case alone; in the lake's catalog both are "${small}"`,
      );
    seen.set(small, name.name);
  }
};
