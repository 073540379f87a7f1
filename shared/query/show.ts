// A plan as text, for people: its tables, and what each query reads, does and writes.
import type { Plan, TablePlan } from './plan.ts';
import { showDuration } from './show/duration.ts';
import { showQuery } from './show/query.ts';

const showTable = (t: TablePlan): string => {
  const types = t.types.join(', ');
  const kind = t.types.length === 0 ? t.connector : t.reads ? `events ${types} into the lake` : `source of ${types}`;
  const time = t.watermark ? `; event time ${t.watermark.column}, delay ${showDuration(t.watermark.delay)}` : '';
  return `table ${t.name}  (${t.at.file}:${t.at.line})\n  ${kind}${time}`;
};

export const showPlan = (plan: Plan): string => {
  const tables = new Map(plan.tables.map((t) => [t.name, t]));
  return [...plan.tables.map(showTable), ...plan.queries.map((q) => showQuery(q, tables.get(q.into)))].join('\n\n');
};

export { showDuration } from './show/duration.ts';
export { showAggregate, showExpr, showOrder } from './show/expression.ts';
export { showQuery } from './show/query.ts';
export { showWindow } from './show/window.ts';
