// WATERMARK FOR: which column is the event time, and how long an event may be behind the newest.
import type { CreateTable, ExprNode } from '../ast.ts';
import type { Column, TablePlan } from '../plan.ts';
import { didYouMean, listed, type Problems } from '../problem.ts';
import { isInstant, typeText } from '../type-rules.ts';
import { intervalMs } from './literals.ts';

/** The delay of `ts` or `ts - INTERVAL …`; null when the expression is another, which is then reported. */
const watermarkDelay = (column: string, as: ExprNode, problems: Problems): number | null => {
  const isColumn = (e: ExprNode): boolean => e.kind === 'name' && e.parts.length === 1 && e.parts[0]?.name === column;
  if (isColumn(as)) return 0;
  if (as.kind === 'binary' && as.op === '-' && isColumn(as.left) && as.right.kind === 'interval') {
    const delay = intervalMs(as.right, problems);
    if (delay === null || delay >= 0) return delay;
  }
  problems.notYet(
    as.at,
    `WATERMARK FOR ${column} AS another expression`,
    `write ${column} - INTERVAL '10' SECOND, or ${column} alone`,
  );
  return null;
};

export const checkWatermark = (
  node: CreateTable,
  source: boolean,
  columns: readonly Column[],
  broken: ReadonlySet<string>,
  problems: Problems,
): TablePlan['watermark'] => {
  const [mark, second] = node.watermarks;
  if (second) problems.add(second.at, `CREATE TABLE ${node.name.name}: WATERMARK FOR stands twice`);
  if (!mark) return null;
  const name = mark.column.name;
  const column = columns.find((c) => c.name === name);
  if (!column) {
    if (!broken.has(name)) {
      const known = columns.map((c) => c.name);
      problems.add(
        mark.column.at,
        `WATERMARK FOR: no column "${name}" in ${node.name.name}.${didYouMean(name, known)} Columns: ${listed(known)}`,
      );
    }
    return null;
  }
  if (!isInstant(column.type)) {
    problems.add(
      mark.column.at,
      `WATERMARK FOR: "${name}" is ${typeText(column.type)}; event time is TIMESTAMP(3) or TIMESTAMP_LTZ(3)`,
    );
    return null;
  }
  if (column.from.kind === 'attribute') {
    problems.add(
      mark.column.at,
      `WATERMARK FOR: "${name}" is the attribute '${column.from.name}', event time is the attribute 'time'`,
    );
    return null;
  }
  if (!source && column.from.kind === 'event-time') {
    problems.notYet(
      mark.column.at,
      `WATERMARK FOR the computed column "${name}" of a table that queries fill`,
      'let the queries fill a column of its own',
    );
    return null;
  }
  const delay = watermarkDelay(name, mark.as, problems);
  return delay === null ? null : { column: name, delay };
};
